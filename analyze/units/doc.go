// Package units writes figures for people, everywhere the same way: a quantity,
// a share, a change, an interval, a p-value. It writes figures and never
// sentences; whoever calls it has the words.
//
// A tour:
//
//   - [Grouped] and [Fixed] write numbers: 12,345 and 1,234.5. [Milliseconds] is
//     for columns whose title has the unit.
//   - [Quantity] writes a value with its unit, to four digits, for values that
//     are compared: 6.318 ms, 64 KiB, 12.34 µs/request. [Rough] does it to
//     three, for pictures and long lists. [Percent] writes a share.
//   - [Change] writes a ratio as +4.2%, or as ×2.42 and ÷3.52.
//     [Interval] writes the interval around it, and [Effect] both.
//   - [P] writes a p-value for a column with a title, [PText] for a sentence.
//   - [Counted] writes "1 run" and "12 runs".
//
// # The rules
//
// A change is a percentage below a factor of two and a factor from there on
// (see [Manyfold]): up to a doubling a percentage is what people say, and beyond
// it a percentage hides what it should show. -90% and -99% look alike, ÷10 and
// ÷100 do not.
//
// The ends of an interval are written like the centre, all in percent or all as
// factors, and rounded the same way: the written ends enclose the written
// centre.
//
// A percent sign follows its number without a space, as in the bounds that a
// user writes ("p95-latency>5%") and in benchstat's tables; a unit follows after
// a space. What could not be had is [Unknown].
//
// All functions are pure and safe for concurrent use.
package units
