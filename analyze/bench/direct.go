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
// exact, and errors that one side has and the other has not at all.
func isDirect(t *Table, old, new *Cell) bool {
	return t.Exact || t.Unit == errorUnit && (highest(old) == 0 || highest(new) == 0)
}

func highest(c *Cell) float64 { return c.Sample.Values[len(c.Sample.Values)-1] }

func lowest(c *Cell) float64 { return c.Sample.Values[0] }

// directRatio compares two values: of exact tables the centers, of errors the
// means, which a single error moves. Its interval is a point, or everything if
// values that were declared exact are not.
func directRatio(t *Table, old, new *Cell) stat.Ratio {
	before, after := old.Summary.Center, new.Summary.Center
	if !t.Exact {
		before, after = average(old.Values), average(new.Values)
	} else if lowest(old) != highest(old) || lowest(new) != highest(new) {
		return stat.Ratio{Center: quotient(before, after), High: math.Inf(1), Level: 1, Note: NotExact}
	}
	ratio := quotient(before, after)
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
