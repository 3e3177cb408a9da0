package stackprofile

import "reflect"

// Note is a doubt about a profile, as data: a code, and the figures that the
// code names. The words are made by whoever shows it.
type Note struct {
	Code NoteCode
	// Line is the number of a line from 1, Reason why it is left out, Text the
	// beginning of it.
	Line   int
	Reason LineReason
	// Text is a piece of the input: of a line, a pattern, a name.
	Text string
	// Count is how many stacks, lines or addresses it is about; Of how many
	// there are.
	Count, Of int
	// Depth is the number of frames that stacks were cut at.
	Depth int
	// Share is a part of a total: 0.5 is half.
	Share float64
	// Missing are labels that were asked for, Known those there are, in order.
	Missing, Known []string
}

// NoteCode says what a [Note] is about.
type NoteCode string

// The codes, with the fields that they fill.
const (
	// LineLeftOut: Line means nothing, by Reason; Text is the beginning of it.
	LineLeftOut NoteCode = "line_left_out"
	// LinesLeftOut: Count more lines mean nothing.
	LinesLeftOut NoteCode = "lines_left_out"
	// StacksCut: Count of Of stacks were cut at Depth frames by the Go runtime;
	// they stand under the frame that is named Text.
	StacksCut NoteCode = "stacks_cut"
	// StacksPruned: in Count of Of stacks the profile asks for the inside of
	// functions that match Text to be left out, as go tool pprof does.
	StacksPruned NoteCode = "stacks_pruned"
	// AddressesUnnamed: Count addresses without a name are left out of stacks in
	// which others have one. Go's text format (debug=1) hides them.
	AddressesUnnamed NoteCode = "addresses_unnamed"
	// RatesDiffer: merged profiles were sampled at different rates.
	RatesDiffer NoteCode = "rates_differ"
	// LabelsMissing: no sample has the labels Missing; there are Known.
	LabelsMissing NoteCode = "labels_missing"
	// SeveralDumps: the input holds Count dumps of goroutines; the last is read.
	SeveralDumps NoteCode = "several_dumps"
	// SeveralEvents: the input has samples of the events Known, which are types
	// of their own; Text is the one to look at first.
	SeveralEvents NoteCode = "several_events"
	// TwoSides: each line has the values of two sides; what is looked at first is
	// their difference, the type Text. Known are the types of the sides.
	TwoSides NoteCode = "two_sides"
	// ValuesRounded: Count values have more decimals than can be kept exactly.
	ValuesRounded NoteCode = "values_rounded"
	// StacksFiltered: filters keep Count of Of stacks, which are Share of the
	// total of the type Text.
	StacksFiltered NoteCode = "stacks_filtered"
	// ProfilerLeftOut: Count of Of stacks, which are Share of the total of the type
	// Text, are the work of taking profiles and are left out.
	ProfilerLeftOut NoteCode = "profiler_left_out"
)

// Equal reports whether two notes say the same.
func (n Note) Equal(other Note) bool { return reflect.DeepEqual(n, other) }

// LineReason says why a line of a text could not be used.
type LineReason string

// The reasons.
const (
	NoValue       LineReason = "no_value"        // folded: nothing after a space
	NoNumber      LineReason = "no_number"       // folded: the last field
	CommaInNumber LineReason = "comma_in_number" // folded: the last field
	OneValue      LineReason = "one_value"       // folded: where the others have two
	NoFrames      LineReason = "no_frames"       // folded: nothing before the value
	NoEvent       LineReason = "no_event"        // perf script: neither an event nor a frame
	NoCall        LineReason = "no_call"         // goroutines: neither a call nor where it is
	NoPlace       LineReason = "no_place"        // goroutines: no place in a source file
	NotTheDumps   LineReason = "not_the_dumps"   // goroutines: a line without what is in front of all others
)

// Error is the reason as part of an error about the line.
func (r LineReason) Error() string {
	switch r {
	case NoValue:
		return "it has no value after a space"
	case NoNumber:
		return "its last field is not a number"
	case CommaInNumber:
		return "its last field has a comma; write a decimal point, and thousands without a comma"
	case OneValue:
		return "it has one value where most lines have two"
	case NoFrames:
		return "it has no frames before the value"
	case NoEvent:
		return "it is neither an event nor a frame of perf script"
	case NoCall:
		return "this is not a function call"
	case NotTheDumps:
		return "it does not begin as the other lines of the dump do"
	case NoPlace:
		return "this is not a location in a source file"
	}
	return string(r)
}
