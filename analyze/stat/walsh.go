package stat

import "math"

// PairedHodgesLehmann estimates the ratio new/old when old[i] and new[i] are of
// the same round: the median of the Walsh averages (the means of all pairs of
// rounds, each with itself too) of the log ratios. Its interval inverts the
// signed-rank test. What a round does to both arms cancels, so that it is
// narrower than that of [HodgesLehmann] when rounds differ.
//
// Rounds that only one side has are left out. At 0.95 an interval needs six
// rounds; with fewer it is [0, +Inf].
//
// Source: Walsh, "Some significance tests for the median", 1949; Hodges and
// Lehmann 1963; Lehmann, "Nonparametrics", 1975, section 4.5.
func PairedHodgesLehmann(old, new []float64, confidence float64) Ratio {
	return (&Calculator{}).PairedHodgesLehmann(old, new, confidence)
}

// PairedHodgesLehmann is the function of the same name.
func (c *Calculator) PairedHodgesLehmann(old, new []float64, confidence float64) Ratio {
	n := min(len(old), len(new))
	old, new = old[:n], new[:n]
	if why := unfit(old, new); why != "" {
		return anything(why)
	}
	cut, level := c.signedRankCut(n, (1-confidence)/2)
	averages, opposed := walshAverages(LogRatios(old, new))
	if opposed {
		return anything(Opposed)
	}
	r := fromLogs(averages, cut, level)
	if allZero(old) && allZero(new) {
		r.Note = AllZero
	}
	return r
}

// walshAverages returns all (d[i]+d[j])/2 with i <= j. opposed: an average of
// +Inf and -Inf is among them, which is no number.
func walshAverages(d []float64) (averages []float64, opposed bool) {
	averages = make([]float64, 0, len(d)*(len(d)+1)/2)
	for i := range d {
		for j := i; j < len(d); j++ {
			average := d[i]/2 + d[j]/2
			if math.IsNaN(average) {
				return nil, true
			}
			averages = append(averages, average)
		}
	}
	return averages, false
}

// signedRankCut is rankSumCut for Walsh averages.
func (c *Calculator) signedRankCut(n int, tail float64) (cut int, level float64) {
	if n > exactUntied {
		pairs := float64(n) * float64(n+1) / 2
		sd := math.Sqrt(pairs * float64(2*n+1) / 12)
		return max(int(math.Floor(pairs/2+normalQuantile(tail)*sd)), 0), 1 - 2*tail
	}
	cumulated := c.signedRank(n)
	for cut < len(cumulated) && cumulated[cut] <= tail {
		cut++
	}
	if cut == 0 {
		return 0, 1
	}
	return cut, 1 - 2*cumulated[cut-1]
}
