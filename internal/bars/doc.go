// Package bars judges the figures of a benchmark.
//
// A bar is a ratio to something that the same round measured: the floor that no
// program can be under, or another program with the same task. So it holds on a
// slow machine too. A bar that is missed while other programs used the machine
// says nothing: the verdict is then [Busy], not [Missed].
package bars
