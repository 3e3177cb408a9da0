// Package goroutine says what the goroutines of a process do, and which of them
// may be leaks.
//
// [stackprofile.ReadGoroutines] reads a dump with states and waiting times.
// [Groups] puts goroutines together that do the same. [Compare] says of two
// dumps of one process which groups grew, and which of those wait for something
// that never came. [WriteGroupsJSON] and [WriteGrowthJSON] write both for other
// programs.
package goroutine
