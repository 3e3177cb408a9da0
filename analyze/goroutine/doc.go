// Package goroutine reports what the goroutines of a process do, and which of
// them may be leaks.
//
// # A tour
//
//  1. ReadGoroutines of package stackprofile reads a dump with the states and
//     waiting times of the goroutines.
//  2. [Groups] groups the goroutines that do the same: same stack, same state.
//  3. [Compare] takes two dumps of one process. It reports which groups grew, and
//     which of these may be leaks: they wait for an event inside the program that
//     has not happened.
//  4. [WriteGroupsJSON] and [WriteGrowthJSON] write both results for other
//     programs.
package goroutine
