// Package runtimemetrics reads what a Go service says about its own runtime,
// from Prometheus' text format or from the JSON of package expvar, under one
// set of names.
//
//   - [Places] is the one rule where to look for metrics; [Find] tries them, and
//     a [Source] asks one of them, with a deadline.
//   - [Parse] makes an [Answer] of either format: all numbers about the runtime
//     under the service's own names, and what it says about the program.
//   - [Answer.Reading] gives the few of them that costs are computed from, under
//     our names ([Quantity]) and in one unit each, whatever the format.
//   - [Samples] yields every sample of Prometheus' text, labels included, for
//     whoever looks for other metrics.
//   - [ReadMoments] reads such answers of a window back from metrics.jsonl. [Series],
//     [Growth] and [Quantiles] are what a quantity did over it.
//
// The text is read by a parser of our own, and not by Prometheus': that one
// gives up at the first damaged line, and a service that writes one bad line
// would have no metrics at all. Here such a line is passed over. A test compares
// the two parsers on text without damage.
package runtimemetrics
