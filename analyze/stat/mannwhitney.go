package stat

import (
	"math"
	"slices"
)

// MannWhitney is the two-sided p-value of the Mann-Whitney U test (Wilcoxon's
// rank sum test): the chance of ranks at least as one-sided as these, if both
// samples came from one source. It is twice the smaller tail, at most 1.
//
// It is exact, with ties and with unequal sizes too, as a permutation test of
// the midranks: the null distribution of tied ranks is not symmetric when
// sizes differ, and mirroring one tail, as many programs do, gives p-values
// that are too small or above 1. Only when both samples have more than 50
// values (25 with ties), or one has thousands, the normal approximation with
// corrections for ties and continuity is used.
//
// p is 1 when a sample is empty or all values are equal. NaN is not allowed.
//
// Source: Mann and Whitney, 1947; for ties Lehmann, "Nonparametrics", 1975,
// section 1.4.
func MannWhitney(old, new []float64) float64 {
	return (&Calculator{}).MannWhitney(old, new)
}

// MannWhitney is the function of the same name.
func (c *Calculator) MannWhitney(old, new []float64) float64 {
	n1, n2 := len(old), len(new)
	if n1 == 0 || n2 == 0 {
		return 1
	}
	groups, tied := tieGroups(old, new)
	switch {
	case len(groups) == 1:
		return 1
	case !tied && min(n1, n2) <= exactUntied && n1*n2 <= maxDifferences:
		return c.rankSum(n1, n2).twoSided(groupsU(groups, n1))
	case tied && min(n1, n2) <= exactTied && tiedSteps(1, n1, n2) <= maxDifferences && tiedSteps(len(groups), n1, n2) <= maxSteps:
		return tiedTwoSided(groups, n1, n2)
	}
	return approximateTwoSided(groups, n1, n2)
}

// tieGroup are equal values of both samples together.
type tieGroup struct {
	old, size int
	rank2     int // twice the midrank, which makes it whole
}

// tieGroups sorts both samples together into groups of equal values.
func tieGroups(old, new []float64) (groups []tieGroup, tied bool) {
	a, b := slices.Clone(old), slices.Clone(new)
	slices.Sort(a)
	slices.Sort(b)
	groups = make([]tieGroup, 0, len(a)+len(b))
	for seen := 0; len(a)+len(b) > 0; {
		var value float64
		if len(b) == 0 || len(a) > 0 && a[0] < b[0] {
			value = a[0]
		} else {
			value = b[0]
		}
		fromA, fromB := leading(a, value), leading(b, value)
		a, b = a[fromA:], b[fromB:]
		size := fromA + fromB
		groups = append(groups, tieGroup{old: fromA, size: size, rank2: 2*seen + size + 1})
		seen += size
		tied = tied || size > 1
	}
	return groups, tied
}

// leading counts the values at the front of sorted that equal v.
func leading(sorted []float64, v float64) int {
	n := 0
	for n < len(sorted) && sorted[n] == v {
		n++
	}
	return n
}

// rankSum2 is twice the rank sum of old.
func rankSum2(groups []tieGroup) int {
	sum := 0
	for _, g := range groups {
		sum += g.old * g.rank2
	}
	return sum
}

// groupsU is U of old for untied groups.
func groupsU(groups []tieGroup, n1 int) int { return rankSum2(groups)/2 - n1*(n1+1)/2 }

// tiedTwoSided counts, over all ways to call n1 of the values old, the rank
// sums on either side of what was seen: ways[k][s] is the number of ways to
// take k values with doubled rank sum s, built up group by group.
// Time is O(n1·(n1+n2)²·m), some milliseconds for 25 against 25.
func tiedTwoSided(groups []tieGroup, n1, n2 int) float64 {
	seen := rankSum2(groups)
	if n2 < n1 { // the same question about the smaller sample, which is cheaper
		n1, n2, seen = n2, n1, (n1+n2)*(n1+n2+1)-seen
	}
	ways := make([][]float64, n1+1)
	top := waysSize(n1, n2)
	for k := range ways {
		ways[k] = make([]float64, top+1)
	}
	ways[0][0] = 1
	taken := 0
	for _, g := range groups {
		taken += g.size
		for k := min(taken, n1); k > 0; k-- {
			addWays(ways, k, g)
		}
	}
	return twiceSmallerTail(ways[n1], seen)
}

// tiedSteps bounds the additions of tiedTwoSided for that many groups; for one
// group it bounds the numbers that it remembers.
func tiedSteps(groups, n1, n2 int) int { return groups * min(n1, n2) * waysSize(n1, n2) }

// waysSize is the largest doubled rank sum that n1 values could have.
func waysSize(n1, n2 int) int { return 2 * min(n1, n2) * (n1 + n2) }

// addWays adds to ways[k] those that take some of group g.
func addWays(ways [][]float64, k int, g tieGroup) {
	choose := 1.0
	for c := 1; c <= min(g.size, k); c++ {
		choose *= float64(g.size-c+1) / float64(c)
		shift := c * g.rank2
		from, to := ways[k-c], ways[k][shift:]
		for s, w := range from[:len(to)] {
			to[s] += choose * w
		}
	}
}

// twiceSmallerTail is the two-sided p-value of seen among weighted outcomes.
func twiceSmallerTail(ways []float64, seen int) float64 {
	var total, low, high float64
	for s, w := range ways {
		total += w
		if s <= seen {
			low += w
		}
		if s >= seen {
			high += w
		}
	}
	return min(1, 2*min(low, high)/total)
}

// approximateTwoSided is the normal approximation, with the variance reduced
// by ties and half a rank of continuity correction.
func approximateTwoSided(groups []tieGroup, n1, n2 int) float64 {
	mean, sd := rankSumMoments(n1, n2)
	n, ties := float64(n1+n2), 0.0
	for _, g := range groups {
		t := float64(g.size)
		ties += t*t*t - t
	}
	sd *= math.Sqrt(1 - ties/(n*n*n-n))
	u := float64(rankSum2(groups))/2 - float64(n1)*float64(n1+1)/2
	z := max(math.Abs(u-mean)-0.5, 0) / sd
	return min(1, math.Erfc(z/math.Sqrt2))
}
