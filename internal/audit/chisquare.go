package audit

import (
	"cmp"
	"math"
	"slices"
)

// leastExpected is how many draws a class must be expected to have. Textbooks
// ask for 5, for a significance of 5 %; at 1e-6 the tail of a class of 5 is
// seventy times fatter than the approximation says, at 50 it is within a factor
// of ten of it.
const leastExpected = 50

// goodnessOfFit is Pearson's test of counts against weights: the probability
// that a fair draw strays at least as far. Classes expected to have fewer than
// 50 draws are put together, rarest first; ok is false if fewer than two classes
// are left. Classes without weight are not looked at.
//
// Source: K. Pearson, "On the criterion that a given system of deviations …"
// (1900).
func goodnessOfFit(seen []int64, weights []uint64) (p float64, ok bool) {
	type class struct{ seen, expected float64 }
	var n, sum float64
	for i, w := range weights {
		if w > 0 {
			n += float64(seen[i])
			sum += float64(w)
		}
	}
	var classes []class
	for i, w := range weights {
		if w > 0 {
			classes = append(classes, class{float64(seen[i]), n * float64(w) / sum})
		}
	}
	slices.SortFunc(classes, func(a, b class) int { return cmp.Compare(a.expected, b.expected) })
	for len(classes) > 1 && classes[0].expected < leastExpected {
		classes[1].seen += classes[0].seen
		classes[1].expected += classes[0].expected
		classes = classes[1:]
	}
	if len(classes) < 2 {
		return 1, false
	}
	chi2 := 0.0
	for _, c := range classes {
		chi2 += (c.seen - c.expected) * (c.seen - c.expected) / c.expected
	}
	return upperGamma(float64(len(classes)-1)/2, chi2/2), true
}

// upperGamma is the regularised upper incomplete gamma function Q(a, x) for
// a > 0 and x >= 0: the chance that a gamma variate of shape a exceeds x.
// Accurate to about 1e-10, far into the tail.
//
// Below a+1 it sums the power series of P = 1-Q, above it evaluates the
// continued fraction of Q. Source: NIST Digital Library of Mathematical
// Functions, 8.7.1 and 8.9.2.
func upperGamma(a, x float64) float64 {
	if x <= 0 {
		return 1
	}
	logGamma, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - logGamma)
	if x < a+1 {
		return 1 - front*lowerSeries(a, x)
	}
	return front * upperFraction(a, x)
}

// Bounds of the two expansions; both converge geometrically in their halves.
const (
	precision = 1e-13
	mostTerms = 10_000
)

// lowerSeries is the sum over k of x^k / (a (a+1) … (a+k)).
func lowerSeries(a, x float64) float64 {
	term := 1 / a
	sum := term
	for k := 1; k < mostTerms && term > sum*precision; k++ {
		term *= x / (a + float64(k))
		sum += term
	}
	return sum
}

// upperFraction is 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- …))), by the
// forward recurrence of its convergents A/B, rescaled so as not to overflow.
func upperFraction(a, x float64) float64 {
	prevA, prevB := 0.0, 1.0
	curA, curB := 1.0, x+1-a
	value := curA / curB
	for k := 1; k < mostTerms; k++ {
		num, den := -float64(k)*(float64(k)-a), x+float64(2*k+1)-a
		prevA, curA = curA, den*curA+num*prevA
		prevB, curB = curB, den*curB+num*prevB
		prevA, prevB, curA, curB = prevA/curB, prevB/curB, curA/curB, 1
		if next := curA; math.Abs(next-value) <= precision*math.Abs(next) {
			return next
		} else {
			value = next
		}
	}
	return value
}
