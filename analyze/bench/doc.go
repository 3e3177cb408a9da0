// Package bench compares sets of benchmark results: with the numbers of
// benchstat, and with a judgement on top of them that a build can rely on.
//
// It reads the Go benchmark format, which "go test -bench", load generators and
// "lotteryctl bench" write. It touches no file, clock or network: text comes in
// through readers, answers go out as data, and benchstat's tables through writers.
//
// # A tour
//
//  1. [Read] turns inputs into a [Set]. [ParseInputs] understands file
//     arguments as benchstat does, "label=path" included. Lines that cannot be
//     read, and values that are not finite, are a [Problem] each, with a position; the
//     rest counts. An input without any result is an [InputError].
//  2. A [Query] says which results to compare, and arranges them in tables, rows
//     and columns. The zero value compares files, benchmark by benchmark; the
//     fields are benchstat's flags. [Query.Tables] answers with [Tables].
//  3. A [Table] is for one unit. Each [Cell] has the raw values in the order in
//     which they were measured, centre and interval, and the test against the
//     baseline.
//  4. [Tables.WriteText] and [Tables.WriteCSV] print them, byte for byte as
//     benchstat does.
//  5. [Judge] goes beyond benchstat: effects with intervals, paired tests where
//     rounds are known, corrected p-values and a verdict, under a [Policy] with
//     gates. [Ask] does the same for chosen questions about any two columns.
//
// What they find is data: a [Report], each [Judgement], [Note], [Warning],
// [GateCheck] and [Cause] with a code and the figures which belong to it.
// Sentences are left to whoever shows them.
//
// # The numbers of benchstat
//
// Parser, filters, projections, summaries and tests are those of
// golang.org/x/perf, on which benchstat is built itself; tables, geometric
// means and layouts are written here, because there they are internal. A centre
// is the median, its interval is made of order statistics, a difference is
// tested by the two-sided Mann-Whitney U-test. Units declared "assume=exact"
// are not tested. All test cases of benchstat, the examples of its
// documentation, and random files give the same bytes.
//
// # Where it departs from benchstat
//
// In these cases benchstat misleads without a word:
//
//   - An empty or missing input: here an error, there silence.
//   - A value of 0 ns or 0 MB is put into a table of its own, because tidying
//     does not change it; here it stays in its metric.
//   - A NaN makes the U-test loop until memory is gone; here it is left out, as
//     a [Problem].
//   - If the first file lacks a unit, the second one passes for the baseline;
//     here the first keeps its column and [NoteNoBaseline] is given.
//
// And in these the number is kept and a [Note] given: files pooled because no
// projection uses .file ([NotePooled]), names whose end is taken for GOMAXPROCS
// ([NoteProcsSuffix]), intervals that are lopsided ([NoteLopsided]), p-values
// of ties in samples of different size, which are wrong ([NoteDoubtfulP],
// [Cell.DoubtfulP]).
//
// # Cost
//
// Time and memory are linear in the number of values, except for the exact
// U-tests, which are remembered by ranking. "make bench-compare" measures both
// against benchstat.
package bench
