// Package flame reads stack profiles and shows where their weight lies, alone
// or as the difference of two.
//
// # Read
//
// [Read] takes any profile, told apart by what is in it: pprof in its formats of
// today and of before protocol buffers, folded stacks, the output of perf
// script, and dumps of goroutines. A [Profile] holds samples: stacks, root
// first, with a value of each type. What does not belong is told in its Notes.
// [Merge] makes one profile of several.
//
// # Look
//
// [Profile.Filter] keeps what a question is about: samples by their frames or
// labels, stacks from a function on, without the runtime. [Profile.Top] is the
// table of functions, with the numbers of go tool pprof -top. [Profile.Fold]
// makes the [Tree] that a flame graph shows; [Tree.WriteSVG] and
// [Tree.WriteHTML] draw it, [Tree.WriteText] and [Tree.WriteJSON] write it.
// [Profile.WriteFolded], [Profile.WriteSpeedscope] and [Profile.WritePprof] are
// for other tools.
//
// Sums are exact: the tree's root, the folded lines and [Profile.Total] are the
// same number.
//
// # Compare
//
// [Compare] makes the [Diff] of two sides, each with one profile or several
// rounds, per request where that is known. Every frame has its change, an
// interval and a verdict; what may be noise is said to be. [Diff.Causes] are the
// few places that describe it best.
//
// # Goroutines
//
// [ParseGoroutines] reads a dump with states and waiting times.
// [GoroutineDump.Groups] says what the goroutines do, [CompareGoroutines] which
// groups grew between two dumps and may be leaks.
//
// # Bounds
//
// Readers take input from anywhere: [Limits] bound their memory, and damage is
// an error in a sentence. Folding costs what is seen of a profile and not what
// is in it, so half a million stacks are folded and drawn in seconds.
package flame
