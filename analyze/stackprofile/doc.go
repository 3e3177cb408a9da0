// Package stackprofile reads profiles of stacks in many formats, and writes them
// for other tools.
//
// # Read
//
// [Read] takes any profile, whose format it finds by what is in it: pprof in its
// formats of today and of before protocol buffers, folded stacks, the output of
// perf script, and dumps of goroutines. A [Profile] holds samples: stacks, root
// first, with a value of each type. What is doubtful about it is in its Notes, as
// codes with figures. [ReadGoroutines] reads a dump with all that it says of
// goroutines.
//
// # Choose
//
// [Merge] makes one profile of several. [Profile.Filter] keeps what a question is
// about: samples by their frames or labels, stacks from a function on, without
// the runtime. [Profile.Top] is the table of functions, with the numbers of
// go tool pprof -top. [Profile.Columns] gives the samples to those who add them
// up, such as analyze/flame.
//
// # Write
//
// [Profile.WriteFolded], [Profile.WriteSpeedscope] and [Profile.WritePprof] are
// for other tools. Sums are exact: those of the folded lines are [Profile.Total].
//
// # A new reader
//
// It is a file such as read_perf.go with two functions, and a line in formats (read.go):
// one that knows the format by the beginning of an input, and one that makes a
// Profile of all of it. A text is best read into a textProfile, which holds to the
// [Limits], counts lines that mean nothing and checks sums. Input comes from
// anywhere, so damage is an error and never a panic, and memory is bounded; the
// reader's seeds go into the fuzz tests.
package stackprofile
