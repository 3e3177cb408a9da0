package lottery

import (
	"math"
	"math/bits"
)

// ReservoirSampler picks by weighted reservoir sampling with a reservoir of
// one: it walks all outcomes and lets each replace the one held so far with the
// chance of its weight among the weights seen. That takes a random number for
// every outcome, O(n); its merit, that weights may arrive one by one, is of no
// use to a prize draw.
//
// The record of a draw is one word, and a reservoir does not begin with one. So
// the word is drawn after the outcome, uniformly among the words that choose
// it: outcome and word together are distributed exactly as if the word had
// come first, and the record reads like that of any other sampler.
//
// Only [Sampler.Draw] works so, that is, activities with dice "random". Where
// the dice are committed the word is given, there is nothing to draw, and
// Outcome reads the alias table.
//
// Source: M. T. Chao, "A General Purpose Unequal Probability Sampling Plan"
// (1982), for a sample of one; in integers, hence exact.
func ReservoirSampler(t AliasTable) Sampler {
	s := &reservoirSampler{AliasTable: t, weights: make([]uint64, len(t.columns)), runs: make([][]span, len(t.columns))}
	start := uint64(0)
	for _, r := range runsOf(t) {
		s.runs[r.outcome] = append(s.runs[r.outcome], span{start, r.end - start})
		s.weights[r.outcome] += r.end - start
		start = r.end
	}
	return s
}

type reservoirSampler struct {
	AliasTable
	weights []uint64 // by outcome: how many numbers choose it
	runs    [][]span // by outcome: which
}

// span is the numbers from start on, count of them.
type span struct{ start, count uint64 }

func (s *reservoirSampler) Draw(words Words) (word uint64, outcome int) {
	seen := uint64(0)
	for i, w := range s.weights {
		if w == 0 {
			continue
		}
		seen += w
		if _, x := acceptedWord(words, seen); x < w {
			outcome = i
		}
	}
	return s.wordFor(outcome, words), outcome
}

// wordFor draws a word among those that choose outcome.
func (s *reservoirSampler) wordFor(outcome int, words Words) uint64 {
	_, place := acceptedWord(words, s.weights[outcome])
	for _, r := range s.runs[outcome] {
		if place < r.count {
			return wordOf(r.start+place, s.Size(), words)
		}
		place -= r.count
	}
	panic("lottery: the runs of an outcome do not add up to its weight")
}

// wordOf draws a word among those that [Uniform] maps to x: it is the inverse
// of Uniform. Those words are consecutive, and as many for every x.
func wordOf(x, size uint64, words Words) uint64 {
	if size == 1 {
		return words() // every word maps to 0
	}
	// The first word w with w × size >= x × 2^64.
	first, rest := bits.Div64(x, 0, size)
	if rest > 0 {
		first++
	}
	if _, ok := Uniform(first, size); !ok {
		first++ // Uniform refuses at most the first of them
	}
	share := math.MaxUint64 / size // floor(2^64 / size), unless size divides 2^64
	if size&(size-1) == 0 {
		share++
	}
	_, nth := acceptedWord(words, share)
	return first + nth
}
