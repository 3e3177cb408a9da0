package bench

import (
	"golang.org/x/perf/benchfmt"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/unitnames"
)

// Better says which direction of a unit is the good one.
type Better int

// The directions. Of a unit without a known one nothing is ever said to be
// regressed or improved, only changed.
const (
	Unknown Better = 0
	Lower   Better = -1
	Higher  Better = +1
)

// String gives "lower", "higher" or "unknown".
func (b Better) String() string {
	switch b {
	case Lower:
		return "lower"
	case Higher:
		return "higher"
	}
	return "unknown"
}

// Direction returns the good direction of a unit: what a "Unit … better=" line
// of any input says, else what is known of the unit, such as ns/op and MB/s,
// else what a table of usual names says.
func Direction(unit string, units benchfmt.UnitMetadataMap) Better {
	if b := units.GetBetter(unit); b != 0 || units.Get(unit, "better") != nil {
		return Better(b)
	}
	return Better(unitnames.Better(unit))
}

// RequestsFor is how many requests one run needs before a percentile of it can be
// compared: a hundred beyond it, so 2,000 for p95 and 10,000 for p99. 0 for a unit
// that is no percentile above the median.
func RequestsFor(unit string) int { return unitnames.Requests(unit) }

// requestsForLevel is how many requests one run needs before a percentile of it
// can be held against a level: ten beyond it, so 200 for p95 and 1,000 for p99.
// Runs are averaged over, so that it may be less sure than one that is compared;
// with fewer it is about the slowest request.
func requestsForLevel(unit string) int { return RequestsFor(unit) / 10 }
