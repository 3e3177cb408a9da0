package stat

import "math"

// Lag1 is the autocorrelation of runs with their successors, in the order in
// which they ran: near 0 for independent runs, towards 1 when neighbors
// resemble each other. Then the runs say less than their number promises. 0
// for fewer than three values or equal ones. For n independent runs it is
// within ±2/√n in 95 % of cases.
//
// Source: Box, Jenkins and Reinsel, "Time series analysis", section 2.1.
func Lag1(runs []float64) float64 {
	if len(runs) < 3 {
		return 0
	}
	m := mean(runs)
	var products, squares float64
	for i, v := range runs {
		squares += (v - m) * (v - m)
		if i > 0 {
			products += (v - m) * (runs[i-1] - m)
		}
	}
	if squares == 0 {
		return 0
	}
	return products / squares
}

// Trend is a drift of runs over time.
type Trend struct {
	Tau float64 // Kendall's tau: -1 each run below the one before, ..., 1 above
	P   float64 // two-sided, of the hypothesis that order does not matter
}

// MannKendall looks for a trend in runs, in the order in which they ran. It is
// exact without ties up to 50 runs; otherwise the normal approximation with
// corrections for ties and continuity is used, which needs eight runs: with
// fewer, tied, P is 1.
//
// Source: Mann, "Nonparametric tests against trend", 1945; Kendall, "Rank
// correlation methods", 1975.
func MannKendall(runs []float64) Trend { return (&Calculator{}).MannKendall(runs) }

// MannKendall is the function of the same name.
func (c *Calculator) MannKendall(runs []float64) Trend {
	n := len(runs)
	if n < 3 {
		return Trend{P: 1}
	}
	s := concordance(runs)
	groups, tied := tieGroups(runs, nil)
	t := Trend{Tau: float64(s) / (float64(n) * float64(n-1) / 2), P: 1}
	switch {
	case len(groups) == 1:
	case !tied && n <= exactUntied:
		t.P = kendallP(c.inversions(n), s)
	case n >= 8:
		t.P = approximateKendallP(n, s, groups)
	}
	return t
}

// concordance counts pairs that rise less pairs that fall.
func concordance(runs []float64) int {
	s := 0
	for i, earlier := range runs {
		for _, later := range runs[i+1:] {
			switch {
			case later > earlier:
				s++
			case later < earlier:
				s--
			}
		}
	}
	return s
}

// kendallP is the two-sided p-value of s, from the null distribution of the
// number of inversions.
func kendallP(chances []float64, s int) float64 {
	pairs := len(chances) - 1
	inversions := (pairs - s) / 2
	tail := 0.0
	for _, c := range chances[:min(inversions, pairs-inversions)+1] {
		tail += c
	}
	return min(1, 2*tail)
}

func approximateKendallP(n, s int, groups []tieGroup) float64 {
	spread := func(n int) float64 { return float64(n) * float64(n-1) * float64(2*n+5) }
	variance := spread(n)
	for _, g := range groups {
		variance -= spread(g.size)
	}
	z := max(math.Abs(float64(s))-1, 0) / math.Sqrt(variance/18)
	return min(1, math.Erfc(z/math.Sqrt2))
}

// Sequential reports whether the runs of two arms were laid out one arm after
// the other. order holds, for each run in the order of time, the number of its
// arm; both arms need two runs. In such a layout whatever drifted between the
// two blocks looks like a difference of the arms, and no test can tell.
func Sequential(order []int) bool {
	changes := 0
	runs := make(map[int]int)
	for i, arm := range order {
		runs[arm]++
		if i > 0 && arm != order[i-1] {
			changes++
		}
	}
	if len(runs) != 2 {
		return false
	}
	for _, n := range runs {
		if n < 2 {
			return false
		}
	}
	return changes == 1
}
