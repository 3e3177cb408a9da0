package bench

import (
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/unitnames"
)

// tooFewRequests says why a percentile gets no verdict; zero if it can get one.
func tooFewRequests(t *Table, set *Set) Advisory {
	need := RequestsFor(t.Unit)
	if need == 0 {
		return Advisory{}
	}
	least := leastRequests(t, set)
	if least >= need {
		return Advisory{}
	}
	return Advisory{TooFewRequests, need, least}
}

// explanatory says of units that explain others that they are no verdicts,
// unless a gate asks for them by name.
func explanatory(unit string) Advisory {
	if IsExplanatory(unit) {
		return Advisory{Code: Explanatory}
	}
	return Advisory{}
}

// IsExplanatory reports whether a unit, tidied or as an input has it, explains
// others and gets no verdict unless a gate asks for it.
func IsExplanatory(unit string) bool { return unitnames.IsExplanatory(unit) }

// leastRequests is the smallest number of iterations among the table's lines.
// A percentile of a line is over its requests, and the format has no other
// place for their number.
func leastRequests(t *Table, set *Set) int {
	least := math.MaxInt
	for _, row := range t.Cells {
		for _, c := range row {
			if c != nil {
				least = min(least, c.requests(set))
			}
		}
	}
	return least
}

// requests is the smallest number of iterations among the cell's lines.
func (c *Cell) requests(set *Set) int {
	least := math.MaxInt
	for _, r := range c.Results {
		least = min(least, set.Results[r].Iters)
	}
	return least
}
