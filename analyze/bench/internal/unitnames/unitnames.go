// Package unitnames knows what the usual names of units mean: which direction is the
// good one, which are percentiles, which explain others.
package unitnames

import (
	"regexp"
	"strconv"
	"strings"
)

// The good directions.
const (
	lower   = -1
	unknown = 0
	higher  = +1
)

// Better is the good direction of a tidied unit: 1 for higher, -1 for lower, 0 if it
// is not known.
func Better(unit string) int {
	for _, usual := range usualDirections() {
		if usual.names.MatchString(unit) {
			return usual.better
		}
	}
	return unknown
}

type usualDirection struct {
	names  *regexp.Regexp
	better int
}

// usualDirections are names, in tidied units, whose meaning is not in doubt.
// The first match counts: drops/s is a rate, and bad. A unit that is missing
// here gets its direction from a Unit line; guessing would turn an improvement
// into a regression some day.
func usualDirections() []usualDirection {
	return []usualDirection{
		{ofTheClient, unknown},
		{usualBad, lower},
		{usualRate, higher},
		{usualCost, lower},
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

// Requests is how many requests one run needs before a percentile of it can be
// compared: a hundred beyond it, so 2,000 for p95 and 10,000 for p99. 0 for a unit
// that is no percentile above the median.
func Requests(unit string) int {
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

// IsNeverNegative reports whether values of the unit are known to be 0 or more.
func IsNeverNegative(unit string) bool {
	switch unit {
	case "sec/op", "B/op", "allocs/op", "errors/op", "ops/s":
		return true
	}
	return strings.HasSuffix(unit, "-latency-sec") || strings.HasSuffix(unit, "-bytes")
}

// Bare leaves the measure out of a name: p95-latency-sec is p95-latency,
// cpu-sec/op is cpu/op.
func Bare(unit string) string {
	for _, measure := range []string{"-sec", "-bytes", "-B"} {
		name, per, found := strings.Cut(unit, "/")
		if short, ok := strings.CutSuffix(name, measure); ok && short != "" {
			if found {
				return short + "/" + per
			}
			return short
		}
	}
	return unit
}

// IsExplanatory reports whether a unit, tidied or as an input has it, explains
// others and gets no verdict unless a gate asks for it.
func IsExplanatory(unit string) bool {
	switch unit {
	case "max-latency-sec", "max-latency-ns", "gc-cycles", "gc-pause-sec":
		return true
	}
	return false
}
