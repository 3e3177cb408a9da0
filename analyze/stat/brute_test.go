package stat_test

import (
	"math"
	"math/rand/v2"
	"slices"
)

// What the package computes cleverly, done here by writing everything down.

// bruteMannWhitney deals the labels in all ways and counts U on either side.
func bruteMannWhitney(old, new []float64) float64 {
	all := slices.Concat(old, new)
	seen := bruteU(old, new)
	var low, high, total float64
	subsets(len(all), len(old), func(chosen []bool) {
		var a, b []float64
		for i, v := range all {
			if chosen[i] {
				a = append(a, v)
			} else {
				b = append(b, v)
			}
		}
		u := bruteU(a, b)
		total++
		if u <= seen {
			low++
		}
		if u >= seen {
			high++
		}
	})
	return min(1, 2*min(low, high)/total)
}

func bruteU(a, b []float64) float64 {
	u := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				u++
			case x == y:
				u += 0.5
			}
		}
	}
	return u
}

func subsets(n, k int, visit func([]bool)) {
	chosen := make([]bool, n)
	var deal func(from, left int)
	deal = func(from, left int) {
		if left == 0 {
			visit(chosen)
			return
		}
		for i := from; i+left <= n; i++ {
			chosen[i] = true
			deal(i+1, left-1)
			chosen[i] = false
		}
	}
	deal(0, k)
}

// bruteSignFlip tries all signs.
func bruteSignFlip(d []float64) float64 {
	sum := func(pattern int) float64 {
		s := 0.0
		for i, v := range d {
			if pattern>>i&1 != 0 {
				v = -v
			}
			s += v
		}
		return math.Abs(s)
	}
	seen, hits := sum(0), 0
	for pattern := range 1 << len(d) {
		if sum(pattern) >= seen-1e-9 {
			hits++
		}
	}
	return float64(hits) / float64(int(1)<<len(d))
}

// bruteRatios are all quotients, ascending.
func bruteRatios(old, new []float64) []float64 {
	var all []float64
	for _, o := range old {
		for _, n := range new {
			all = append(all, n/o)
		}
	}
	slices.Sort(all)
	return all
}

// fewValues draws small whole numbers, so that many are tied.
func fewValues(random *rand.Rand, n, kinds int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(random.IntN(kinds))
	}
	return values
}

// lognormal draws values around center that scatter by the share sd.
func lognormal(random *rand.Rand, n int, center, sd float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = center * math.Exp(sd*random.NormFloat64())
	}
	return values
}

func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance*max(1, math.Abs(a), math.Abs(b))
}
