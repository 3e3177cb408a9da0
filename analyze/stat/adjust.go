package stat

import (
	"math"
	"math/rand/v2"
)

// MinAdjusted is the least number of rounds that can be adjusted: a slope and a
// mean are estimated from them, and something has to be left.
const MinAdjusted = 6

// maxExactAdjusted is the number of rounds up to which all 2^n signs are looked
// at; each costs a regression.
const maxExactAdjusted = 16

// adjustedDraws is the number of random signs beyond it.
const adjustedDraws = 20_000

// Adjusted takes out of the rounds' log ratios d what a covariate's log ratios
// c, of the same rounds, explain: d[i] - slope*c[i], with the slope of the least
// squares line. A covariate is something that moves with the noise and that the
// change does not touch: the generator's processor time a request, which tells
// how fast the machine was during a run. Where that holds the mean of the
// result is still the effect, with less noise.
//
// ok is false, and d itself is returned, when it cannot or should not be done:
// fewer than [MinAdjusted] rounds, values that are not finite, a covariate that
// never moves, or one that the change seems to touch ([SignFlip] of c at 0.05).
//
// Source: Fisher's analysis of covariance; for experiments with traffic Deng et
// al., "Improving the sensitivity of online controlled experiments by utilizing
// pre-experiment data", 2013.
func Adjusted(d, c []float64, seed uint64) (adjusted []float64, ok bool) {
	if len(d) < MinAdjusted || len(d) != len(c) || !finite(d) || !finite(c) || SignFlip(c, seed) <= 0.05 {
		return d, false
	}
	_, slope, ok := line(d, c, nil)
	if !ok {
		return d, false
	}
	adjusted = make([]float64, len(d))
	for i := range d {
		adjusted[i] = d[i] - slope*c[i]
	}
	return adjusted, true
}

// PairedRatio is [PairedHodgesLehmann] for log ratios that are at hand already,
// such as adjusted ones. Values must be finite.
func PairedRatio(d []float64, confidence float64) Ratio {
	old, new := make([]float64, len(d)), make([]float64, len(d))
	for i, v := range d {
		old[i], new[i] = 1, math.Exp(v)
	}
	return PairedHodgesLehmann(old, new, confidence)
}

// SignFlipAdjusted is [SignFlip] for what [Adjusted] returns: the signs of a
// round's d and c are turned together, as either arm could have been called
// new, and the line is fitted anew each time. Exact up to 16 rounds; beyond, it
// rests on 20,000 patterns drawn with seed. 1 if no line can be fitted.
//
// What is compared is the mean in its standard errors. The mean alone would often
// be larger after some signs were turned, because a line through points far from
// zero can meet the axis anywhere; so even an effect without any noise would be
// found in many rounds only. In standard errors it reaches the 2/2^n of SignFlip.
//
// Source: Janssen, "Studentized permutation tests for non-i.i.d. hypotheses and the
// generalized Behrens-Fisher problem", 1997.
func SignFlipAdjusted(d, c []float64, seed uint64) float64 {
	seen, ok := errorsFromZero(d, c, nil)
	if !ok {
		return 1
	}
	least := seen * (1 - 1e-9) // of one pattern and its mirror image, rounding aside
	far := func(flip func(i int) bool) bool {
		t, ok := errorsFromZero(d, c, flip)
		return ok && t >= least
	}
	hits := 0
	if n := len(d); n <= maxExactAdjusted {
		for pattern := range uint32(1) << n {
			if far(func(i int) bool { return pattern>>i&1 != 0 }) {
				hits++
			}
		}
		return float64(hits) / math.Exp2(float64(n))
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(d))))
	signs := make([]bool, len(d))
	for range adjustedDraws {
		for i := range signs {
			signs[i] = random.Uint64()&1 != 0
		}
		if far(func(i int) bool { return signs[i] }) {
			hits++
		}
	}
	return float64(hits+1) / float64(adjustedDraws+1)
}

// line fits d = mean + slope*c by least squares, after turning the signs of the
// rounds that flip names; nil turns none. ok is false if c never moves.
func line(d, c []float64, flip func(i int) bool) (mean, slope float64, ok bool) {
	var sumD, sumC, sumCC, sumCD float64
	for i := range d {
		x, y := c[i], d[i]
		if flip != nil && flip(i) {
			x, y = -x, -y
		}
		sumD, sumC, sumCC, sumCD = sumD+y, sumC+x, sumCC+x*x, sumCD+x*y
	}
	n := float64(len(d))
	spread := sumCC - sumC*sumC/n
	if !(spread > 1e-12*sumCC) {
		return 0, 0, false
	}
	slope = (sumCD - sumC*sumD/n) / spread
	return (sumD - slope*sumC) / n, slope, true
}

// errorsFromZero is the mean of [line], without its sign, in standard errors: +Inf
// if all rounds are on the line, 0 if that goes through zero.
func errorsFromZero(d, c []float64, flip func(i int) bool) (t float64, ok bool) {
	mean, slope, ok := line(d, c, flip)
	if !ok {
		return 0, false
	}
	var sumC, sumCC, sumDD, sumRR float64
	for i := range d {
		x, y := c[i], d[i]
		if flip != nil && flip(i) {
			x, y = -x, -y
		}
		rest := y - mean - slope*x
		sumC, sumCC, sumDD, sumRR = sumC+x, sumCC+x*x, sumDD+y*y, sumRR+rest*rest
	}
	n := float64(len(d))
	if mean*mean <= 1e-24*sumDD {
		return 0, true
	}
	if sumRR <= 1e-24*sumDD {
		return math.Inf(1), true
	}
	variance := sumRR / (n - 2) * sumCC / (n * (sumCC - sumC*sumC/n))
	return math.Abs(mean) / math.Sqrt(variance), true
}

func finite(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
