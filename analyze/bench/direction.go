package bench

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
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
	for _, usual := range usualDirections() {
		if usual.names.MatchString(unit) {
			return usual.better
		}
	}
	return Unknown
}

type usualDirection struct {
	names  *regexp.Regexp
	better Better
}

// usualDirections are names, in tidied units, whose meaning is not in doubt.
// The first match counts: drops/s is a rate, and bad. A unit that is missing
// here gets its direction from a Unit line; guessing would turn an improvement
// into a regression some day.
func usualDirections() []usualDirection {
	return []usualDirection{
		{ofTheClient, Unknown},
		{usualBad, Lower},
		{usualRate, Higher},
		{usualCost, Lower},
	}
}

// Compiled once; a regular expression does not change.
var (
	// What the load generator spends says nothing about the service.
	ofTheClient = regexp.MustCompile(`(?i)^client-|lateness`)

	usualBad  = regexp.MustCompile(`(?i)\b(errors?|failures?|failed|timeouts?|drops|dropped|retries|misses)\b`)
	usualRate = regexp.MustCompile(`(?i)(^|-)(ops|op|req|reqs|requests|rps|qps|B|MB|rows|msgs)(/s|/sec)$|-ops$`)
	usualCost = regexp.MustCompile(`(?i)(latency|pause|response|cpu|p\d+(\.\d+)?|mean|median|max)-sec(/op|/req)?$|^(sec|B|allocs)/op$|(rss|heap|peak)-(bytes|B)$|^gc-cycles$`)
)

// percentileUnit finds the percentile in a unit's name: p99-latency-sec, p999.
var percentileUnit = regexp.MustCompile(`(?i)(?:^|[-_])p(\d{2,5}(?:\.\d+)?)(?:[-_/]|$)`)

// RequestsFor is how many requests one run needs before a percentile of it can be
// compared: a hundred beyond it, so 2,000 for p95 and 10,000 for p99. 0 for a unit
// that is no percentile above the median.
func RequestsFor(unit string) int {
	m := percentileUnit.FindStringSubmatch(unit)
	if m == nil {
		return 0
	}
	digits := m[1]
	if !strings.Contains(digits, ".") && len(digits) > 2 {
		digits = digits[:2] + "." + digits[2:] // p999 is p99.9
	}
	p, err := strconv.ParseFloat(digits, 64)
	if err != nil || p <= 50 || p >= 100 {
		return 0
	}
	return int(100/(1-p/100) + 0.5)
}

// requestsForLevel is how many requests one run needs before a percentile of it
// can be held against a level: ten beyond it, so 200 for p95 and 1,000 for p99.
// Runs are averaged over, so that it may be less sure than one that is compared;
// with fewer it is about the slowest request.
func requestsForLevel(unit string) int { return RequestsFor(unit) / 10 }
