// Package endpoint says where a URL leads, and what of a URL, a header, a body
// or a command line may be written down or printed.
//
//   - [Split] cuts a URL into scheme, user info, host and the rest. Path and
//     query may hold placeholders such as {{user}}, which net/url would refuse
//     or rewrite. [Base] and [Address] answer the two common questions: what
//     other pages of the same service begin with, and where to connect.
//   - [Redact] is the one rule for URLs: user info becomes ***; parameters keep
//     their names, and the values of those whose names look secret become ***;
//     placeholders and all else stay. [RedactCommand] applies it within a
//     command line, [RedactHeader], [RedactBody] and [HeaderNames] do the same
//     for the other parts of a request.
//   - [Secrets] lists what these withhold, and [Scrub] takes it out of what a
//     program has printed.
//
// A name looks secret by [IsSecretName]. That is a guess: a secret under a
// harmless name stays. So whoever can should keep secrets in headers, of which
// only the names are ever written.
//
// All functions take any text, do no input or output, and may be called from
// several goroutines.
package endpoint
