package stat

import (
	"math"
	"sort"
)

// HodgesLehmann estimates the ratio new/old of two independent samples: the
// median of all n1·n2 quotients, taken on the logarithmic scale. Its interval
// inverts the Mann-Whitney test: it holds the ratios that the test would not
// reject. Ties only widen its coverage, as the interval is closed.
//
// confidence is the level asked, such as 0.95. If no interval reaches it (3
// against 3 runs at 0.95), it is [0, +Inf]. Samples of which both have more
// than 50 values use the normal approximation of the ranks.
//
// Source: Hodges and Lehmann, "Estimates of location based on rank tests",
// 1963; Lehmann, "Nonparametrics", 1975, section 2.6.
func HodgesLehmann(old, new []float64, confidence float64) Ratio {
	return new2(old, new).hodgesLehmann(&Calculator{}, confidence)
}

// HodgesLehmann is the function of the same name.
func (c *Calculator) HodgesLehmann(old, new []float64, confidence float64) Ratio {
	return new2(old, new).hodgesLehmann(c, confidence)
}

// twoSamples are two independent samples that have a ratio, or why not.
type twoSamples struct {
	old, new []float64
	unfit    Oddity
}

func new2(old, new []float64) twoSamples {
	return twoSamples{old: old, new: new, unfit: unfit(old, new)}
}

func (s twoSamples) hodgesLehmann(c *Calculator, confidence float64) Ratio {
	if s.unfit != "" {
		return anything(s.unfit)
	}
	cut, level := c.rankSumCut(len(s.old), len(s.new), (1-confidence)/2)
	var r Ratio
	if len(s.old)*len(s.new) <= maxDifferences {
		r = fromLogs(c.differences(s.old, s.new), cut, level)
	} else {
		r = newSortedDifferences(s.old, s.new).ratio(cut, level)
	}
	if allZero(s.old) && allZero(s.new) {
		r.Note = AllZero
	}
	return r
}

// differences returns the log ratio of every pair, in memory that the next call
// uses again: a big table asks a thousand times.
func (c *Calculator) differences(old, new []float64) []float64 {
	n1, n2 := len(old), len(new)
	if need := n1 + n2 + n1*n2; cap(c.scratch) < need {
		c.scratch = make([]float64, need)
	}
	oldLogs, newLogs := c.scratch[:n1], c.scratch[n1:n1+n2]
	putLogs(oldLogs, old)
	putLogs(newLogs, new)
	diffs := c.scratch[n1+n2 : n1+n2]
	for _, o := range oldLogs {
		for _, n := range newLogs {
			diffs = append(diffs, logRatio(n, o))
		}
	}
	return diffs
}

// rankSumCut is the largest number of differences that may be cut off at each
// end, so that each tail has at most the probability tail; and the level of
// the interval that is left.
func (c *Calculator) rankSumCut(n1, n2 int, tail float64) (cut int, level float64) {
	if min(n1, n2) > exactUntied || n1*n2 > maxDifferences {
		mean, sd := rankSumMoments(n1, n2)
		cut = int(math.Floor(mean + normalQuantile(tail)*sd))
		return max(cut, 0), 1 - 2*tail
	}
	null := c.rankSum(n1, n2)
	for cut < len(null.cumulated) && null.cumulated[cut] <= tail {
		cut++
	}
	if cut == 0 {
		return 0, 1
	}
	return cut, 1 - 2*null.cumulated[cut-1]
}

// sortedDifferences finds order statistics of all differences without writing
// them down: it halves the interval of possible values until one is left.
// The zeros of both samples, whose difference is not that of their logarithms,
// are the first ones.
type sortedDifferences struct {
	old, new           []float64 // logarithms, ascending
	oldZeros, newZeros int
}

func newSortedDifferences(old, new []float64) *sortedDifferences {
	d := &sortedDifferences{old: logs(old), new: logs(new)}
	sort.Float64s(d.old)
	sort.Float64s(d.new)
	zeros := func(x []float64) int { return sort.Search(len(x), func(i int) bool { return !math.IsInf(x[i], -1) }) }
	d.oldZeros, d.newZeros = zeros(d.old), zeros(d.new)
	return d
}

func (d *sortedDifferences) ratio(cut int, level float64) Ratio {
	n := len(d.old) * len(d.new)
	low, high := math.Inf(-1), math.Inf(1)
	if cut > 0 {
		low, high = d.nth(cut-1), d.nth(n-cut)
	}
	return ratioOf((d.nth((n-1)/2)+d.nth(n/2))/2, low, high, level)
}

// nth returns the n-th smallest difference (from 0) by bisection over the bit
// patterns of float64, whose order is that of the numbers: 64 steps.
func (d *sortedDifferences) nth(n int) float64 {
	lo, hi := orderedBits(math.Inf(-1)), orderedBits(math.Inf(1))
	for lo < hi {
		middle := lo + (hi-lo)/2
		if d.countUpTo(fromOrderedBits(middle)) > n {
			hi = middle
		} else {
			lo = middle + 1
		}
	}
	return fromOrderedBits(lo)
}

// countUpTo counts the pairs whose difference is at most t, in one pass over
// both samples. Subtraction rounds monotonically, so the border only moves up.
func (d *sortedDifferences) countUpTo(t float64) int {
	count, j := 0, d.newZeros
	for i := d.oldZeros; i < len(d.old); i++ {
		for j < len(d.new) && d.new[j]-d.old[i] <= t {
			j++
		}
		count += j // the zeros of new are below everything
	}
	if t >= 0 {
		count += d.oldZeros * d.newZeros
	}
	if math.IsInf(t, 1) {
		count += d.oldZeros * (len(d.new) - d.newZeros)
	}
	return count
}

// orderedBits maps float64 to integers of the same order.
func orderedBits(f float64) uint64 {
	bits := math.Float64bits(f)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

func fromOrderedBits(bits uint64) float64 {
	if bits>>63 != 0 {
		return math.Float64frombits(bits &^ (1 << 63))
	}
	return math.Float64frombits(^bits)
}

func allZero(values []float64) bool {
	for _, v := range values {
		if v != 0 {
			return false
		}
	}
	return true
}
