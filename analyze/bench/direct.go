package bench

import (
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// NotExact is the oddity of values that were declared exact and differ.
const NotExact stat.Oddity = "not-exact"

// errorUnit counts failed requests.
const errorUnit = "errors/op"

// isDirect reports whether values are compared as they are: those declared
// exact, and errors of which neither side has any.
func isDirect(t *Table, old, new *Cell) bool {
	return t.Exact || t.Unit == errorUnit && highest(old) == 0 && highest(new) == 0
}

// OneSided says that only one side of a [Judgement] has errors.
type OneSided struct {
	New bool // it is the new side
	// Runs of All runs of that side have errors.
	Runs, All int
	Mean      float64 // errors per request, mean of all its runs
}

// errorsOfOneSide are the errors of the only side that has any; nil if both have
// some, or neither.
func errorsOfOneSide(unit string, old, new *Cell) *OneSided {
	if unit != errorUnit || (highest(old) == 0) == (highest(new) == 0) {
		return nil
	}
	with := old
	if highest(old) == 0 {
		with = new
	}
	o := &OneSided{New: with == new, All: len(with.Values), Mean: average(with.Values)}
	for _, v := range with.Values {
		if v != 0 {
			o.Runs++
		}
	}
	return o
}

// widened has the ratio of the means as its center: the median of the runs does
// not see errors that fewer than half of them have. Its interval holds it, so
// that such a pair never counts as equivalent.
func widened(r stat.Ratio, old, new *Cell) stat.Ratio {
	if hasNoRatio(r) {
		return r
	}
	r.Center = quotient(average(old.Values), average(new.Values))
	r.Low, r.High, r.Note = min(r.Low, r.Center), max(r.High, r.Center), stat.FromZero
	if r.Center == 0 {
		r.Note = stat.ToZero
	}
	return r
}

// hasNoRatio reports whether the values are such that no ratio can be estimated.
func hasNoRatio(r stat.Ratio) bool {
	switch r.Note {
	case stat.NoValues, stat.Negative, stat.NotFinite, stat.Opposed:
		return true
	}
	return false
}

func highest(c *Cell) float64 { return c.Sample.Values[len(c.Sample.Values)-1] }

func lowest(c *Cell) float64 { return c.Sample.Values[0] }

// directRatio compares two centers. Its interval is a point, or everything if
// values that were declared exact are not.
func directRatio(old, new *Cell) stat.Ratio {
	ratio := quotient(old.Summary.Center, new.Summary.Center)
	if lowest(old) != highest(old) || lowest(new) != highest(new) {
		return stat.Ratio{Center: ratio, High: math.Inf(1), Level: 1, Note: NotExact}
	}
	return stat.Ratio{Center: ratio, Low: ratio, High: ratio, Level: 1}
}

func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// quotient is after/before, 1 for two equal values, zeros included.
func quotient(before, after float64) float64 {
	switch {
	case before == after:
		return 1
	case before == 0:
		return math.Inf(1)
	}
	return after / before
}
