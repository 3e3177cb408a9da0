package lottery_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// samplers are all there are, by their name in the catalogue of steps.
func samplers() map[string]lottery.NewSampler {
	return map[string]lottery.NewSampler{
		"alias": lottery.AliasSampler, "linear": lottery.LinearSampler,
		"binary": lottery.BinarySampler, "reservoir": lottery.ReservoirSampler,
	}
}

// tables are weights that samplers have got wrong: one outcome, outcomes of no
// weight at either end, sizes that are powers of two, one dominant outcome.
func tables() [][]uint64 {
	list := [][]uint64{
		{1}, {7}, {0, 5}, {5, 0}, {1, 1}, {1, 1, 1, 1}, {7, 0, 3, 90}, {0, 0, 1, 0}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 1_000, 1},
	}
	rng := rand.New(rand.NewPCG(11, 12))
	for range 40 {
		w := make([]uint64, 1+rng.IntN(12))
		for i := range w {
			w[i] = rng.Uint64N(20)
		}
		w[0]++
		list = append(list, w)
	}
	return list
}

// TestSamplersGiveEveryNumberTheOutcomeOfTheTable: equality for every number.
func TestSamplersGiveEveryNumberTheOutcomeOfTheTable(t *testing.T) {
	for name, newSampler := range samplers() {
		for _, w := range tables() {
			table := lottery.NewAliasTable(w)
			s := newSampler(table)
			for x := range table.Size() {
				if got, want := s.Outcome(x), table.Outcome(x); got != want {
					t.Fatalf("%s, weights %v: %d gives %d; the table says %d", name, w, x, got, want)
				}
			}
		}
	}
}

// TestSamplersAgreeOnTablesTooLargeToCount looks at both sides of every column's
// and cut's border, and at random numbers.
func TestSamplersAgreeOnTablesTooLargeToCount(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := make([]uint64, 1024)
	var sum uint64
	for i := range w {
		w[i] = rng.Uint64N(math.MaxUint32)
		sum += w[i]
	}
	table := lottery.NewAliasTable(w)
	numbers := []uint64{table.Size() - 1}
	for column := range uint64(1024) {
		numbers = append(numbers, column*sum, column*sum+sum-1, column*sum+rng.Uint64N(sum))
	}
	for name, newSampler := range samplers() {
		s := newSampler(table)
		for _, x := range numbers {
			if got, want := s.Outcome(x), table.Outcome(x); got != want {
				t.Fatalf("%s: %d gives %d; the table says %d", name, x, got, want)
			}
		}
	}
}

// TestDrawnWordsChooseTheOutcomeDrawn is what an audit relies on.
func TestDrawnWordsChooseTheOutcomeDrawn(t *testing.T) {
	large := []uint64{math.MaxUint32, 1, math.MaxUint32 - 1, 12345}
	for name, newSampler := range samplers() {
		words := seeded(5, 6)
		for _, w := range append(tables(), large) {
			table := lottery.NewAliasTable(w)
			s := newSampler(table)
			for range 200 {
				word, outcome := s.Draw(words)
				x, ok := lottery.Uniform(word, table.Size())
				if !ok || table.Outcome(x) != outcome || w[outcome] == 0 {
					t.Fatalf("%s, weights %v: drew %d with the word %016x, which the table reads as %d, %v", name, w, outcome, word, table.Outcome(x), ok)
				}
			}
		}
	}
}

func TestOutcomesFollowTheWeightsWithEachSampler(t *testing.T) {
	for name, sampler := range samplers() {
		t.Run(name, func(t *testing.T) {
			checkFit(t, lottery.Workbench{Sampler: sampler, Words: seeded(21, 22)}, 50_000)
		})
	}
}

// TestDrawnWordsAreUniform: the record of a draw must look as if the word had
// come first. The words of a reservoir are sorted into 64 equal parts.
func TestDrawnWordsAreUniform(t *testing.T) {
	for name, newSampler := range samplers() {
		s, words := newSampler(lottery.NewAliasTable([]uint64{1, 20, 3, 400, 5})), seeded(31, 32)
		counts, expected := make([]float64, 64), make([]float64, 64)
		const n = 128_000
		for range n {
			word, _ := s.Draw(words)
			counts[word>>58]++
		}
		for i := range expected {
			expected[i] = n / 64
		}
		if p := chiSquareP(counts, expected); p < 1e-6 {
			t.Errorf("%s: the words are not uniform: chi-square p = %g", name, p)
		}
	}
}

// BenchmarkSampler is one draw with a word from math/rand/v2. flat weights are
// alike; skewed ones halve from one outcome to the next, as where most lose.
func BenchmarkSampler(b *testing.B) {
	for _, name := range []string{"alias", "binary", "linear", "reservoir"} {
		for _, n := range []int{8, 64, 1024} {
			for _, shape := range []string{"flat", "skewed"} {
				s, words := samplers()[name](lottery.NewAliasTable(shaped(shape, n))), seeded(1, 1)
				b.Run(fmt.Sprintf("sampler=%s/weights=%s/prizes=%d", name, shape, n), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						s.Draw(words)
					}
				})
			}
		}
	}
}

func shaped(shape string, n int) []uint64 {
	if shape == "flat" {
		return weights(n)
	}
	w := make([]uint64, n)
	for i := range w {
		w[i] = max(1, uint64(math.MaxUint32)>>min(i, 63))
	}
	return w
}
