package stat

import (
	"math"
	"slices"
)

// Ratio is an estimate of new/old with its confidence interval: 1 is no
// change, 1.05 is 5 % more. Low may be 0 and High +Inf, when the runs are too
// few for the level that was asked or zeros are among the values. No field is
// ever NaN.
type Ratio struct {
	Center, Low, High float64
	// Level is the coverage that the interval reaches, at least what was asked:
	// ranks come in steps. 1 when it is [0, +Inf].
	Level float64
	// Note says why the figures are not what they usually are; "" otherwise.
	Note Oddity
}

// Excludes1 reports whether no change is outside the interval.
func (r Ratio) Excludes1() bool { return r.Low > 1 || r.High < 1 }

// Within reports whether the whole interval is no further from 1 than the
// relative change effect (0.05 is 5 %), counted on the logarithmic scale in both
// directions: between 1/(1+effect) and 1+effect.
func (r Ratio) Within(effect float64) bool {
	return r.Low >= 1/(1+effect) && r.High <= 1+effect
}

// AtLeast reports whether the center is at least the relative change effect
// away from 1, by the same measure as Within.
func (r Ratio) AtLeast(effect float64) bool {
	return r.Center >= 1+effect || r.Center <= 1/(1+effect)
}

// anything is the estimate of those who know nothing, and why.
func anything(note Oddity) Ratio {
	return Ratio{Center: 1, Low: 0, High: math.Inf(1), Level: 1, Note: note}
}

// Oddity is a reason for which the figures of a [Ratio] are not what they
// usually are.
type Oddity string

// The oddities; "" is none.
const (
	NoValues  Oddity = "no-values"
	Negative  Oddity = "negative"   // values below 0 have no ratio
	NotFinite Oddity = "not-finite" // nor have infinite ones
	Opposed   Oddity = "opposed"    // as much rises from zero as falls to zero
	FromZero  Oddity = "from-zero"  // old is zero: the ratio has no bound
	ToZero    Oddity = "to-zero"    // new is zero
	AllZero   Oddity = "all-zero"   // no value is anything else
)

// Oddities lists them all.
func Oddities() []Oddity {
	return []Oddity{NoValues, Negative, NotFinite, Opposed, FromZero, ToZero, AllZero}
}

// unfit says why values have no ratio, "" if they have.
func unfit(samples ...[]float64) Oddity {
	for _, sample := range samples {
		if len(sample) == 0 {
			return NoValues
		}
		for _, v := range sample {
			switch {
			case math.IsNaN(v) || math.IsInf(v, 0):
				return NotFinite
			case v < 0:
				return Negative
			}
		}
	}
	return ""
}

// logs are the logarithms of values >= 0; that of 0 is -Inf.
func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	putLogs(out, values)
	return out
}

func putLogs(into, values []float64) {
	for i, v := range values {
		into[i] = math.Log(v)
	}
}

// logRatio is log(new/old) from the two logarithms. Two zeros are no change.
func logRatio(newLog, oldLog float64) float64 {
	if math.IsInf(newLog, -1) && math.IsInf(oldLog, -1) {
		return 0
	}
	return newLog - oldLog
}

// LogRatios are log(new[i]/old[i]) for the rounds i that both have: 0 for two
// zeros, infinite when one of the two is zero. Values must be >= 0.
func LogRatios(old, new []float64) []float64 {
	n := min(len(old), len(new))
	out := make([]float64, n)
	for i := range out {
		out[i] = logRatio(math.Log(new[i]), math.Log(old[i]))
	}
	return out
}

// fromLogs makes the Ratio of the middle and the cut-th value from either end
// of diffs, which it reorders. cut 0 means that no interval is wide enough.
func fromLogs(diffs []float64, cut int, level float64) Ratio {
	low, high := math.Inf(-1), math.Inf(1)
	n := len(diffs)
	// Each selection leaves what is smaller on its left, so that the next one
	// has less to look at.
	if cut > 0 {
		low = selectNth(diffs, cut-1)
		high = selectNth(diffs[cut-1:], n-cut-(cut-1))
	}
	middle := selectNth(diffs, (n-1)/2)
	if n%2 == 0 {
		middle = (middle + slices.Min(diffs[n/2:])) / 2 // all of them are >= middle
	}
	return ratioOf(middle, low, high, level)
}

// ratioOf leaves the logarithmic scale, and says what is odd about the result.
func ratioOf(middle, low, high, level float64) Ratio {
	if math.IsNaN(middle) { // -Inf and +Inf on the two sides of the middle
		return anything(Opposed)
	}
	r := Ratio{Center: math.Exp(middle), Low: math.Exp(low), High: math.Exp(high), Level: level}
	switch {
	case math.IsInf(middle, 1):
		r.Note = FromZero
	case math.IsInf(middle, -1):
		r.Note = ToZero
	}
	return r
}

// selectNth returns the n-th smallest value (from 0) and leaves smaller ones
// before it, larger ones after it. Hoare's quickselect ("FIND", 1961) with the
// median of three as pivot; values must not be NaN.
func selectNth(x []float64, n int) float64 {
	lo, hi := 0, len(x)-1
	for lo < hi {
		pivot := medianOf3(x[lo], x[lo+(hi-lo)/2], x[hi])
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return x[n]
		}
	}
	return x[n]
}

func medianOf3(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}
