// Package flamepage shows people what analyze/flame and analyze/goroutine found.
//
// A [Picture], of a [Tree] or a [Diff], is written as SVG or as a page that needs
// nothing else. [WriteTree], [WriteTop], [WriteDiff], [WriteGoroutines] and
// [WriteGoroutineGrowth] are text for a terminal. [Sentences], [ProfileNotes] and
// [DiffNotes] are the words for typed changes and notes; the flags of lotteryctl
// flame are named here and not below.
//
// Names come from anywhere, so nothing in a page is trusted: it asks for nothing
// over a network, and no name can break out of it.
package flamepage
