package flame

import (
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// noted is how much counts must scatter, against chance alone, for a note: it makes
// intervals a tenth wider.
const noted = 1.2

// counts are how many samples either side has of something, old first.
type counts [2]float64

// judgeSamples takes the counts of samples for Poisson counts: given how many
// there are on both sides together, how they divide is a matter of chance and
// of how long either side was looked at.
func (c *comparison) judgeSamples(d *Diff, questions []question) {
	var exposure, weight counts // a side's samples for a value of 1; a sample's value
	for i := range c.inputs {
		side := c.sideIndex(i)
		exposure[side] += 1 / (c.quanta[i] * c.factors[i])
		weight[side] = c.quanta[i] * c.factors[i]
	}
	var asked []int // indices into questions
	var p []float64
	inflation := dispersion(c.leaves(), exposure)
	for i, q := range questions {
		n := c.samples(q.values, q.index)
		reach := 1.96 * math.Sqrt(inflation*c.scatter(n, weight))
		q.change.Low, q.change.High = q.change.Delta()-reach, q.change.Delta()+reach
		if c.enough(n) {
			asked = append(asked, i)
			p = append(p, math.Erfc(math.Sqrt(deviance(n, exposure)/inflation/2)))
		}
	}
	for i, corrected := range stat.Holm(p) {
		questions[asked[i]].change.P = corrected
	}
	if inflation >= noted {
		d.Notes = append(d.Notes, Note{Code: CountsScatter, Inflation: inflation})
	}
	d.Notes = append(d.Notes, Note{Code: OneProfileASide})
}

func (c *comparison) sideIndex(column int) int {
	if column < c.old {
		return 0
	}
	return 1
}

// samples counts those of a row of c.tree or c.function.
func (c *comparison) samples(values []int64, index int) (n counts) {
	for column := range c.inputs {
		n[c.sideIndex(column)] += float64(values[index*len(c.inputs)+column]) / c.quanta[column]
	}
	return n
}

func (c *comparison) enough(n counts) bool {
	return n[0]+n[1] >= leastCount*float64(len(c.inputs))
}

// scatter is the variance that counting alone gives the difference of the two
// sides' means.
func (c *comparison) scatter(n, weight counts) float64 {
	profiles := counts{float64(c.old), float64(len(c.inputs) - c.old)}
	sum := 0.0
	for side := range n {
		sum += max(n[side], 1) * weight[side] * weight[side] / (profiles[side] * profiles[side])
	}
	return sum
}

// leaves are the samples of every function itself: each sample counts once, so
// what one changes the others do not change with it. (Frames that hold each
// other do: one hot stack moves everything above it.) Differences of profiles may
// have less than none on a side, which is no count.
func (c *comparison) leaves() (all []counts) {
	for name := range c.names.List() {
		if n := c.samples(c.function.selfs, name); c.enough(n) && min(n[0], n[1]) >= 0 {
			all = append(all, n)
		}
	}
	return all
}

// deviance is how badly two Poisson counts fit one rate, twice the logarithm of
// the likelihood ratio: about chi-squared with one degree of freedom if they
// have one.
func deviance(n, exposure counts) float64 {
	both := n[0] + n[1]
	d := 0.0
	for side, k := range n {
		if expected := both * exposure[side] / (exposure[0] + exposure[1]); k > 0 {
			d += 2 * k * math.Log(k/expected)
		}
	}
	return max(d, 0)
}

const (
	// chiSquaredMedian is the median of chi-squared with one degree of freedom.
	chiSquaredMedian = 0.4549
	// medianError is the standard error of the median of n such values, in its
	// own unit and times the root of n: 1/(2 x density x median).
	medianError = 2.33
	// leastLeaves is how many functions must have samples of their own before
	// their scatter says anything: of fewer, a change is most of the scatter.
	leastLeaves = 3
)

// dispersion is how many times as much as Poisson's real counts may scatter, at
// least 1: the median of the leaves' deviances tells, since most of them did not
// change, or changed alike, and then it is the scatter around their median
// ratio that counts. It is the upper 95 % limit of that: a dispersion that a few
// leaves underrate makes changes of what is none.
//
// Source: Devlin and Roeder, "Genomic control for association studies", 1999.
func dispersion(leaves []counts, exposure counts) float64 {
	if len(leaves) < leastLeaves {
		return 1
	}
	ratios := make([]float64, len(leaves)) // logarithms
	for i, n := range leaves {
		ratios[i] = math.Log((n[1] + 0.5) / (n[0] + 0.5))
	}
	alike := counts{1, math.Exp(median(ratios))}
	found := min(medianDeviance(leaves, exposure), medianDeviance(leaves, alike)) / chiSquaredMedian
	return max(1, found*(1+1.645*medianError/math.Sqrt(float64(len(leaves)))))
}

// medianDeviance is the lower of two in the middle: if half of a few changed, it
// is that of the others.
func medianDeviance(leaves []counts, exposure counts) float64 {
	all := make([]float64, len(leaves))
	for i, n := range leaves {
		all[i] = deviance(n, exposure)
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

// median is the mean of two in the middle, so that exchanging the sides mirrors
// it. It sorts what it is given.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
