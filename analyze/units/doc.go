// Package units writes figures for people, in the same way everywhere: a
// quantity, a share, a change, an interval, a p-value. It writes figures, never
// sentences. The caller writes those.
//
// # A tour
//
//  1. [Grouped] and [Fixed] write numbers: 12,345 and 1,234.5. [Milliseconds] is
//     for columns whose title has the unit.
//  2. [Quantity] writes a value with its unit, to four digits, for values that are
//     compared: 6.318 ms, 64 KiB, 12.34 µs/request. [Rough] writes three digits,
//     for pictures and long lists. [Percent] writes a share.
//  3. [Change] writes a ratio as +4.2 %, or as ×2.42 and ÷3.52. [Interval] writes
//     the interval around it, and [Effect] writes both.
//  4. [P] writes a p-value for a column with a title, [PText] for a sentence.
//  5. [Counted] writes "1 run" and "12 runs".
//
// # The rules
//
// A change below a factor of two is written as a percentage, a larger one as a
// factor (see [Manyfold]). Up to a doubling, people use percentages. Beyond that,
// a percentage hides the size of the change: -90 % and -99 % look alike, ÷10 and
// ÷100 do not.
//
// The ends of an interval are written like its center, all as percentages or all
// as factors. They are rounded in the same way, so the written ends enclose the
// written center.
//
// A unit or a percent sign follows its number after a space. (Benchstat's own
// tables and the limits that a user writes have no space.) A value that is not
// available is written as [Unknown].
//
// All functions are pure and safe for concurrent use.
package units
