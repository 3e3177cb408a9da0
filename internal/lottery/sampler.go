package lottery

// Sampler picks the outcomes of one activity. Immutable; safe for concurrent use.
//
// All samplers give every number the outcome that the [AliasTable] gives it:
// the table is what is published, and what an audit reads recorded words with.
// They differ in how they find it, and in what it costs.
type Sampler interface {
	// Outcome returns the index of the outcome that x chooses; x is below the
	// table's [AliasTable.Size].
	Outcome(x uint64) int
	// Draw draws an outcome with words, and returns with it a word that chooses
	// this very outcome: the record of the draw.
	Draw(words Words) (word uint64, outcome int)
}

// NewSampler makes the sampler of one table. The four there are: [AliasSampler],
// [LinearSampler], [BinarySampler] and [ReservoirSampler].
type NewSampler func(AliasTable) Sampler

// AliasSampler reads the table: one division, one comparison, whatever the
// number of outcomes.
func AliasSampler(t AliasTable) Sampler { return &aliasSampler{t} }

type aliasSampler struct{ AliasTable }

func (s *aliasSampler) Draw(words Words) (word uint64, outcome int) {
	word, x := acceptedWord(words, s.Size())
	return word, s.Outcome(x)
}

// acceptedWord takes words until one is accepted by [Uniform], which is the
// first almost always, and returns it with its number in [0, size).
func acceptedWord(words Words, size uint64) (word, x uint64) {
	for {
		word = words()
		if x, ok := Uniform(word, size); ok {
			return word, x
		}
	}
}
