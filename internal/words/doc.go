// Package words has the sentence for each typed code of the rooms below, in
// plain English: what happened, and what to do about it. One file for each room:
//
//   - profiles.go: why a part of a bundle is missing, how a profile differs from
//     a plain one, doubts about a bundle, and why one is partial.
//   - loadgen.go: doubts about a run under load.
//
// The functions are pure and know no format: they return one line of text, for
// a terminal, a page or a report. A code that this version does not know is
// named as it is.
package words
