package stat

import (
	"math"
	"math/rand/v2"
)

// Overall is the answer to one question about many cells: did they change
// together? It has the power that single cells lack after correction, and says
// nothing about any one of them.
type Overall struct {
	// Ratio is the geometric mean over cells and rounds of new/old, with a
	// percentile interval from resampling whole rounds.
	Ratio Ratio
	P     float64 // two-sided
	// Cells entered; LeftOut had values that are zero, negative or missing.
	Cells, LeftOut int
	// Draws is the number of random relabelings that P rests on; 0: exact.
	Draws int
	// Resamples is the number of resampled experiments behind the interval.
	Resamples int
}

// Cell is one thing that both arms were measured by: a benchmark's metric. The
// i-th values of all cells of an arm are of the same run.
type Cell struct{ Old, New []float64 }

// The numbers of draws. With 4,999 relabelings a p-value of 0.05 has a standard
// error of 0.003, and none is below 0.0002.
const (
	relabelings = 4999
	resamples   = 1999
)

// OverallPaired tests all cells at once when the i-th runs of both arms are of
// round i. The labels of whole rounds are exchanged, because the cells of a
// round share its noise; the statistic is the mean log ratio over cells, which
// makes it [SignFlip] of the means of the rounds. seed decides the resampling.
//
// Source: as for SignFlip; Efron and Tibshirani, "An introduction to the
// bootstrap", 1993, section 13.3, for the interval.
func OverallPaired(cells []Cell, confidence float64, seed uint64) Overall {
	rounds, entered := roundMeans(cells)
	o := Overall{Cells: entered, LeftOut: len(cells) - entered, P: 1, Ratio: anything(NoValues)}
	if len(rounds) == 0 {
		return o
	}
	o.P = SignFlip(rounds, seed)
	if len(nonZero(rounds)) > maxExactFlips {
		o.Draws = flipDraws
	}
	random := rand.New(rand.NewPCG(seed, 1))
	o.Ratio, o.Resamples = resampled(mean(rounds), confidence, func() float64 { return resampledMean(rounds, random) })
	return o
}

// roundMeans averages the log ratios of each round over the cells that have
// positive values on both sides in the same number of rounds as most.
func roundMeans(cells []Cell) (rounds []float64, entered int) {
	n := 0
	for _, c := range cells {
		if positive(c) {
			n = max(n, min(len(c.Old), len(c.New)))
		}
	}
	rounds = make([]float64, n)
	for _, c := range cells {
		if !positive(c) || min(len(c.Old), len(c.New)) != n {
			continue
		}
		entered++
		for i, d := range LogRatios(c.Old, c.New) {
			rounds[i] += d
		}
	}
	for i := range rounds {
		rounds[i] /= float64(entered)
	}
	return rounds, entered
}

// positive reports whether every value of the cell has a finite logarithm.
func positive(c Cell) bool {
	return unfit(c.Old, c.New) == "" && !hasZero(c.Old) && !hasZero(c.New)
}

func hasZero(values []float64) bool {
	for _, v := range values {
		if v == 0 {
			return true
		}
	}
	return false
}

// OverallUnpaired is OverallPaired for runs without rounds: the labels of whole
// runs are dealt anew, with the same number of runs for each arm. All cells of
// a run move together, which is right when the runs of one index share their
// noise and harmless when they do not. All labelings are looked at while there
// are no more than 4,999, else that many are drawn.
func OverallUnpaired(cells []Cell, confidence float64, seed uint64) Overall {
	old, new, entered := runMeans(cells)
	o := Overall{Cells: entered, LeftOut: len(cells) - entered, P: 1, Ratio: anything(NoValues)}
	if entered == 0 {
		return o
	}
	o.P, o.Draws = relabel(old, new, seed)
	random := rand.New(rand.NewPCG(seed, 1))
	o.Ratio, o.Resamples = resampled(mean(new)-mean(old), confidence, func() float64 {
		return resampledMean(new, random) - resampledMean(old, random)
	})
	return o
}

// runMeans averages, for each run, the logarithms over cells. Every cell that
// enters has all runs, so that its own size cancels in differences.
func runMeans(cells []Cell) (old, new []float64, entered int) {
	n1, n2 := 0, 0
	for _, c := range cells {
		if positive(c) {
			n1, n2 = max(n1, len(c.Old)), max(n2, len(c.New))
		}
	}
	old, new = make([]float64, n1), make([]float64, n2)
	for _, c := range cells {
		if !positive(c) || len(c.Old) != n1 || len(c.New) != n2 {
			continue
		}
		entered++
		addLogs(old, c.Old)
		addLogs(new, c.New)
	}
	for _, arm := range [][]float64{old, new} {
		for i := range arm {
			arm[i] /= float64(entered)
		}
	}
	return old, new, entered
}

func addLogs(sums, values []float64) {
	for i, v := range values {
		sums[i] += math.Log(v)
	}
}

// relabel is the two-sided permutation test of the difference of means. It
// follows the sum of one arm, of which the difference is a linear function.
func relabel(old, new []float64, seed uint64) (p float64, draws int) {
	all := append(append([]float64(nil), old...), new...)
	center := mean(all)
	for i := range all {
		all[i] -= center
	}
	k := len(old)
	sum, size := 0.0, 0.0
	for i, v := range all {
		size += math.Abs(v)
		if i < k {
			sum += v
		}
	}
	threshold := math.Abs(sum) - 1e-12*size // as in flipThreshold
	if threshold <= 0 {
		return 1, 0
	}
	if binomial(len(all), k) <= relabelings {
		hits, total := countSubsets(all, k, 0, threshold)
		return float64(hits) / float64(total), 0
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(all))))
	hits := 0
	for range relabelings {
		if math.Abs(drawnSum(all, k, random)) >= threshold {
			hits++
		}
	}
	return float64(hits+1) / float64(relabelings+1), relabelings
}

// drawnSum sums k values drawn without replacement; it reorders values.
func drawnSum(values []float64, k int, random *rand.Rand) float64 {
	sum := 0.0
	for i := range k {
		j := i + random.IntN(len(values)-i)
		values[i], values[j] = values[j], values[i]
		sum += values[i]
	}
	return sum
}

// countSubsets counts the ways to add k of values to sum, and those that reach
// the threshold on either side.
func countSubsets(values []float64, k int, sum, threshold float64) (hits, total int) {
	if k == 0 {
		if math.Abs(sum) >= threshold {
			hits = 1
		}
		return hits, 1
	}
	for i := 0; i+k <= len(values); i++ {
		h, t := countSubsets(values[i+1:], k-1, sum+values[i], threshold)
		hits, total = hits+h, total+t
	}
	return hits, total
}

func binomial(n, k int) float64 {
	b := 1.0
	for i := 1; i <= min(k, n-k); i++ {
		b *= float64(n-i+1) / float64(i)
	}
	return b
}

// resampled is the Ratio around center with a percentile interval of draw.
func resampled(center, confidence float64, draw func() float64) (Ratio, int) {
	drawn := make([]float64, resamples)
	for i := range drawn {
		drawn[i] = draw()
	}
	sorted := sortedCopy(drawn)
	tail := (1 - confidence) / 2
	return ratioOf(center, quantileSorted(sorted, tail), quantileSorted(sorted, 1-tail), confidence), resamples
}

func resampledMean(x []float64, random *rand.Rand) float64 {
	sum := 0.0
	for range x {
		sum += x[random.IntN(len(x))]
	}
	return sum / float64(len(x))
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
