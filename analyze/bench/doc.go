// Package bench compares sets of benchmark results. It has the numbers of
// benchstat, and adds verdicts that a build can rely on.
//
// It reads the Go benchmark format, which "go test -bench", load generators and
// "lotteryctl bench" write. It uses no file, no clock and no network: text comes
// in through readers, and results are returned as data. Only benchstat's tables
// are written as text, to a writer.
//
// # A tour
//
//  1. [Read] turns inputs into a [Set]. [ParseInputs] understands file arguments
//     as benchstat does, including "label=path". A line that cannot be read, or a
//     value that is not finite, becomes a [Problem] with its position; the other
//     lines count. An input without any result is an [InputError].
//
//  2. A [Query] selects the results to compare and arranges them in tables, rows
//     and columns. Its fields are benchstat's flags. Its zero value compares
//     files, benchmark by benchmark. [Query.Tables] returns the [Tables].
//
//  3. A [Table] is for one unit. Each [Cell] has the raw values in the order in
//     which they were measured, the center with its interval, and the test
//     against the baseline.
//
//  4. [Tables.WriteText] and [Tables.WriteCSV] write the tables, byte for byte as
//     benchstat does.
//
//  5. [Judge] goes beyond benchstat. Under a [Policy] with gates it returns
//     effects with intervals, paired tests where rounds are known, corrected
//     p-values and verdicts. [Ask] does the same for chosen questions about any
//     two columns.
//
//  6. [Calibrate] measures in an A/A run how much each metric changes although
//     nothing did. Its [Noise] raises the minimum effect of a [Policy].
//
// # Results are data
//
// A [Report] has a [Judgement] for each cell. Everything else that it has to say
// is a code with its figures, and the caller writes the sentences:
//
//   - a [Problem] is about one line of an input, which does not count;
//   - a [Note] is about one number of a table that may mislead;
//   - an [Advisory] says why a metric is no goal, whatever its verdict;
//   - a [Warning] is a doubt about the whole comparison. It may have details:
//     [Blocks] (arms measured one after the other), [Absence] (benchmarks that one
//     side lacks), [Shortage] (too few runs), [Overload] (of the service);
//   - a [GateCheck] is what a gate found in one cell, and a [Cause] what decided
//     the outcome.
//
// # The numbers of benchstat
//
// Parser, filters, projections, summaries and tests are those of
// golang.org/x/perf, on which benchstat itself is built. Tables, geometric means
// and layouts are written here, because benchstat keeps them internal. A center
// is the median, and its interval comes from order statistics. The two-sided
// Mann-Whitney U-test tests a difference. Units declared "assume=exact" are not
// tested. All test cases of benchstat, the examples of its documentation and
// random files give the same bytes.
//
// # Where it differs from benchstat
//
// In these cases benchstat misleads without a message:
//
//   - An empty or missing input is an error here. benchstat ignores it.
//   - benchstat puts a value of 0 ns or 0 MB into a separate table, because
//     renaming the unit does not change a zero. Here the value stays with its
//     metric.
//   - With a NaN, benchstat's U-test loops until memory is exhausted. Here the
//     NaN is left out and reported as a Problem.
//   - If the first file lacks a unit, benchstat uses the second file as the
//     baseline. Here the first file keeps its column, and [NoteNoBaseline] is
//     added.
//
// In these cases the number is kept, and a Note is added:
//
//   - Files are pooled because no projection uses .file ([NotePooled]).
//   - The end of a name is taken for GOMAXPROCS ([NoteProcsSuffix]).
//   - An interval is asymmetric ([NoteLopsided]).
//   - The p-value is wrong, because values are tied and the samples differ in
//     size ([NoteDoubtfulP], [Cell.DoubtfulP]).
//
// # Cost
//
// Time and memory are linear in the number of values, except for the exact
// U-tests, whose results are cached by ranking. "make bench-compare" measures
// both against benchstat.
package bench
