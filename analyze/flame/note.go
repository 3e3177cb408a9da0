package flame

// Note is a doubt about a comparison, as data: a code, and the figures that the
// code names. The words are made by whoever shows it.
type Note struct {
	Code NoteCode
	// Old and New are how many profiles the sides have.
	Old, New int
	// LeastP is the smallest p-value possible with that many profiles.
	LeastP float64
	// Inflation is how many times as much as chance alone the counts may vary, the
	// upper 95 % limit.
	Inflation float64
	Swap      Swap
}

// NoteCode says what a [Note] is about.
type NoteCode string

// The codes, with the fields that they fill.
const (
	// SidesApart: one side was profiled before the other began, so what drifted
	// on the machine in between looks like a change.
	SidesApart NoteCode = "sides_apart"
	// RequestsUnknown: the basis is PerTypical because not all inputs know how
	// many requests were served.
	RequestsUnknown NoteCode = "requests_unknown"
	// NoiseUnknown: nothing is known about noise, changes are judged by size.
	NoiseUnknown NoteCode = "noise_unknown"
	// TooFewProfiles: with Old and New profiles no change can be significant, since
	// the least p-value possible is LeastP.
	TooFewProfiles NoteCode = "too_few_profiles"
	// CountsScatter: the counts may vary up to Inflation times as much as chance
	// alone makes them, by the median of all functions themselves, and the test takes
	// this into account.
	CountsScatter NoteCode = "counts_scatter"
	// OneProfileASide: only the chance of sampling is known as noise.
	OneProfileASide NoteCode = "one_profile_a_side"
	// FunctionsSwapped: one function stands where another stood, see Swap.
	FunctionsSwapped NoteCode = "functions_swapped"
)

// Swap is a function that stands where another stood, with the same below it:
// its callers are others, so all below vanished here and appeared there.
type Swap struct {
	Gone, New string
	// Below is the heaviest function that both call.
	Below string
	// Pattern is a regular expression for both functions: with them hidden, what
	// is below them is compared.
	Pattern string
}
