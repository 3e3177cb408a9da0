// Package benchreport words a comparison of benchmarks: the judgement of
// analyze/bench as text, Markdown, CSV, HTML and JSON.
//
// A tour:
//
//   - [Report] is a judgement with what its caller knows beside the statistics:
//     doubts from the manifests of runs, an appendix about profiles. Its methods
//     write it: text.go, markdown.go, csv.go, html.go, json.go. They show the
//     same lines, which lines.go arranges.
//   - [Warning], [Note], [Advisory], [Oddity], [Check], [Why] and [Unbounded]
//     have the sentence for each code of the rooms below (sentences.go). Every
//     code has one; a test asks for all of them.
//
// Figures are written by analyze/units, so that a change looks the same in every
// format and in every command. Benchstat's own tables and CSV are a format and
// not words: they stay in analyze/bench, byte for byte as benchstat's.
package benchreport
