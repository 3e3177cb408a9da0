package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// maxExactFlips is the number of rounds up to which all 2^n signs are looked at.
const maxExactFlips = 24

// flipDraws is the number of random signs beyond it. A p-value of 0.05 then has
// a standard error of 0.0005.
const flipDraws = 200_000

// SignFlip is the two-sided p-value of the block sign-flip test on the log
// ratios of rounds (see [LogRatios]): if the two arms are the same, then in
// every round either could have been called new, and each sign of d[i] is as
// likely as the other. p is the share of all 2^n sign patterns whose sum is at
// least as far from 0 as the one seen. Zeros (no change in that round) stay and
// weigh nothing; if all are zero p is 1. It is 1 too if one is NaN, the log ratio
// of negative values, as there is no telling.
//
// If ratios are infinite (from or to zero), the ranks of |d| take the place of
// the values, infinity the highest: Wilcoxon's signed-rank test, with ties.
//
// It is exact up to 24 rounds. Beyond, it rests on 200,000 patterns drawn with
// seed, and p = (hits+1)/(draws+1), which is valid but never below 5e-6.
//
// Source: Fisher, "The design of experiments", 1935, section 21; Pitman 1937;
// for Monte Carlo p-values Phipson and Smyth 2010.
func SignFlip(d []float64, seed uint64) float64 {
	d = nonZero(d)
	if slices.ContainsFunc(d, math.IsNaN) {
		return 1
	}
	if slices.ContainsFunc(d, func(v float64) bool { return math.IsInf(v, 0) }) {
		d = signedRanks(d)
	}
	if len(d) == 0 {
		return 1
	}
	if len(d) > maxExactFlips {
		return drawnFlips(d, seed)
	}
	return exactFlips(d)
}

func nonZero(d []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(d), func(v float64) bool { return v == 0 })
}

// signedRanks replaces the values by the midranks of their sizes, with signs.
func signedRanks(d []float64) []float64 {
	sizes := make([]float64, len(d))
	for i, v := range d {
		sizes[i] = math.Abs(v)
	}
	slices.Sort(sizes)
	ranks := make([]float64, len(d))
	for i, v := range d {
		first, _ := slices.BinarySearch(sizes, math.Abs(v))
		ties := leading(sizes[first:], math.Abs(v))
		ranks[i] = math.Copysign(float64(first)+float64(ties+1)/2, v)
	}
	return ranks
}

// flipThreshold is what a sum must reach to be as far out as that of d. A part
// in 10^12 is given away, so that sums that differ only by the order of their
// additions count as equal.
func flipThreshold(d []float64) float64 {
	var sum, size float64
	for _, v := range d {
		sum += v
		size += math.Abs(v)
	}
	return math.Abs(sum) - 1e-12*size
}

// exactFlips meets in the middle: a sign pattern is one of the first half and
// one of the second, so that two sorted lists of 2^(n/2) sums stand for all 2^n.
func exactFlips(d []float64) float64 {
	threshold := flipThreshold(d)
	if threshold <= 0 {
		return 1
	}
	left, right := signedSums(d[:len(d)/2]), signedSums(d[len(d)/2:])
	hits := 0
	j := len(right)
	for _, l := range left { // ascending: ever more of right reaches the threshold
		for j > 0 && l+right[j-1] >= threshold {
			j--
		}
		hits += len(right) - j
	}
	// The distribution is symmetric: as many are at or below -threshold.
	return min(1, 2*float64(hits)/math.Exp2(float64(len(d))))
}

// signedSums are the sums of d with all signs, ascending. Adding one more value
// shifts the sorted list up and down, and merges the two.
func signedSums(d []float64) []float64 {
	sums := []float64{0}
	for _, v := range d {
		v = math.Abs(v)
		next := make([]float64, 0, 2*len(sums))
		i, j := 0, 0
		for i < len(sums) || j < len(sums) {
			if j == len(sums) || i < len(sums) && sums[i]-v <= sums[j]+v {
				next = append(next, sums[i]-v)
				i++
			} else {
				next = append(next, sums[j]+v)
				j++
			}
		}
		sums = next
	}
	return sums
}

func drawnFlips(d []float64, seed uint64) float64 {
	threshold := flipThreshold(d)
	random := rand.New(rand.NewPCG(seed, uint64(len(d))))
	hits := 0
	for range flipDraws {
		sum, bits, left := 0.0, uint64(0), 0
		for _, v := range d {
			if left == 0 {
				bits, left = random.Uint64(), 64
			}
			if bits&1 != 0 {
				v = -v
			}
			sum += v
			bits >>= 1
			left--
		}
		if math.Abs(sum) >= threshold {
			hits++
		}
	}
	return float64(hits+1) / float64(flipDraws+1)
}

// quantileSorted is the q-quantile of sorted values, interpolated between the
// two nearest (Hyndman and Fan's type 7).
func quantileSorted(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	if at == float64(i) || sorted[i] == sorted[i+1] { // 0·Inf and Inf-Inf are NaN
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

func sortedCopy(x []float64) []float64 {
	out := slices.Clone(x)
	sort.Float64s(out)
	return out
}
