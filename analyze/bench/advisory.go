package bench

import (
	"fmt"
	"math"
)

// tooFewRequests says why a percentile is no verdict; "" if it may be one.
func tooFewRequests(t *Table, set *Set) string {
	need := requestsFor(t.Unit)
	if need == 0 {
		return ""
	}
	least := leastRequests(t, set)
	if least >= need {
		return ""
	}
	return fmt.Sprintf("%s needs %s requests a run, the smallest run has %s", t.Unit, grouped(need), grouped(least))
}

// explanatory says of units that explain others why they are no verdicts,
// unless a gate asks for them by name.
func explanatory(unit string) string {
	switch unit {
	case "max-latency-sec", "gc-cycles", "gc-pause-sec":
		return unit + " explains others and is no goal of its own"
	}
	return ""
}

// leastRequests is the smallest number of iterations among the table's lines.
// A percentile of a line is over its requests, and the format has no other
// place for their number.
func leastRequests(t *Table, set *Set) int {
	least := math.MaxInt
	for _, row := range t.Cells {
		for _, c := range row {
			if c == nil {
				continue
			}
			for _, r := range c.Results {
				least = min(least, set.Results[r].Iters)
			}
		}
	}
	return least
}
