// Package stackprofile reads profiles of stacks in many formats, and writes them
// for other tools.
//
// # A tour
//
//  1. [Read] reads any profile and recognizes its format by its content: pprof
//     (protocol buffers and the older text formats), folded stacks, the output of
//     perf script, and goroutine dumps. [ReadGoroutines] reads a goroutine dump
//     with every detail of the goroutines.
//  2. A [Profile] holds samples: each has a stack, root first, and one value per
//     type. Its Notes list what is doubtful about it, as codes with figures.
//  3. [Merge] makes one profile of several.
//  4. [Profile.Filter] keeps the samples that a question is about: selected by
//     their frames or labels, from a function on, or without the runtime.
//  5. [Profile.Top] returns the table of functions, with the numbers of
//     go tool pprof -top. [Profile.Columns] returns the samples for code that adds
//     them up, such as package flame.
//  6. [Profile.WriteFolded], [Profile.WriteSpeedscope] and [Profile.WritePprof]
//     write the profile for other tools. Sums are exact: the values of the folded
//     lines add up to [Profile.Total].
//
// # How to add a reader
//
// A reader is a file such as read_perf.go with two functions, and a line in the
// table formats (read.go). The first function recognizes the format from the
// beginning of an input. The second one makes a Profile of the complete input.
// Read text into a textProfile: it enforces the [Limits], counts the lines that
// are not understood, and checks sums.
//
// Input may come from anywhere. Damaged input is an error, never a panic, and
// memory is bounded. Add the seeds of the new reader to the fuzz tests.
package stackprofile
