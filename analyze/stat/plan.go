package stat

import "math"

// MinPMannWhitney is the smallest p-value that [MannWhitney] can give for
// samples of these sizes: 2 / C(n1+n2, n1), when all values of one side are
// below all of the other.
func MinPMannWhitney(n1, n2 int) float64 {
	return min(1, 2/binomial(n1+n2, n1))
}

// MinPSignFlip is the smallest p-value that [SignFlip] can give for n rounds:
// 2 / 2^n, when all rounds agree.
func MinPSignFlip(n int) float64 { return min(1, math.Exp2(float64(1-n))) }

// RunsForAlpha is the smallest number of runs of each arm (of rounds, when
// paired) with which the smallest p-value, corrected for a family of that many
// questions, is at most alpha: with fewer, nothing can be found, however large.
func RunsForAlpha(alpha float64, family int, paired bool) int {
	for n := 1; n < MaxRuns; n++ {
		p := MinPMannWhitney(n, n)
		if paired {
			p = MinPSignFlip(n)
		}
		if p*float64(max(family, 1)) <= alpha {
			return n
		}
	}
	return MaxRuns
}

// MaxRuns is the answer of RunsToDecide for "more than anyone would wait for".
const MaxRuns = 10_000

// power is the chance of a decision that RunsToDecide plans for.
const power = 0.8

// ToDetect is the relative change that more runs would have to tell from none,
// to decide about an effect whose center is seen: the effect itself, if it
// matters, and otherwise its distance from the least one that does.
func ToDetect(seen Ratio, minEffect float64) float64 {
	size, matters := math.Abs(math.Log(seen.Center)), math.Log1p(minEffect)
	if size < matters {
		size = matters - size
	}
	return math.Expm1(size)
}

// RunsToDecide estimates how many runs of each arm (rounds, when paired) find a
// change of the given size (0.05 is 5 %) with probability 0.8, if runs keep
// scattering as these do and family questions are asked at alpha, the strictest
// of Holm's levels being the one that counts. It is at least what
// [RunsForAlpha] says, and at most MaxRuns. 0 when the spread is unknown: fewer
// than two runs, or values without a logarithm.
//
// The number is that of a normal test on logarithms, times π/3 for what ranks
// lose against it when the noise is normal; the spread is itself an estimate,
// so read it as an order of magnitude.
//
// Source: Noether, "Sample size determination for some common nonparametric
// tests", 1987; Lehmann, "Nonparametrics", 1975, section 2.4.
func RunsToDecide(old, new []float64, change, alpha float64, family int, paired bool) int {
	spread := logSpread(old, new, paired)
	if math.IsNaN(spread) || change <= 0 {
		return 0
	}
	z := normalQuantile(1-alpha/float64(max(family, 1))/2) + normalQuantile(power)
	n := math.Ceil(math.Pi / 3 * spread * math.Pow(z/math.Log1p(change), 2))
	n = max(n, float64(RunsForAlpha(alpha, family, paired)))
	return int(min(n, MaxRuns))
}

// logSpread is the variance of one run's contribution to the mean log ratio:
// the sum of both samples' variances, or that of the rounds' ratios. NaN if
// there is none.
func logSpread(old, new []float64, paired bool) float64 {
	if !positive(Cell{old, new}) {
		return math.NaN()
	}
	if paired {
		return variance(LogRatios(old, new))
	}
	return variance(logs(old)) + variance(logs(new))
}

// variance is the unbiased estimate, NaN for fewer than two values.
func variance(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	m, sum := mean(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return sum / float64(len(x)-1)
}
