package units

import (
	"math"
	"strings"
)

// Quantity writes a value with its unit, scaled and to four digits, zeros
// included, for values that are compared: "6.310 ms", "12.34 µs/request"; whole
// numbers without a fraction: "64 KiB", "44". A unit is
// one of the Go benchmark format ("sec/op", "p95-latency-ns", "B/op",
// "allocs/op") or of a pprof profile ("nanoseconds", "bytes", "count"). What
// it is per is kept for other words than "op", and a unit without a measure is
// left to the title.
func Quantity(v float64, unit string) string { return quantity(v, unit, 4, exact) }

// Rough is [Quantity] to three digits and without zeros at the end, for
// pictures and long lists: "6.31 ms", "4.5 MiB".
func Rough(v float64, unit string) string { return quantity(v, unit, 3, significant) }

func quantity(v float64, unit string, digits int, write func(float64, int) string) string {
	m, per := measureOf(unit)
	if math.IsNaN(v) {
		return Unknown
	}
	switch m.kind {
	case aShare:
		return write(v, digits) + "%" + per
	case aNumber:
		return write(v, digits) + m.rest + per
	}
	return scaled(v*m.factor, m.kind, digits, write) + per
}

// kind is what a unit measures.
type kind int

const (
	aNumber kind = iota
	aTime        // in seconds
	someBytes
	aShare // in percent
)

// measure is what is known of a unit.
type measure struct {
	kind   kind
	factor float64 // to seconds or bytes
	rest   string  // what is written behind the number of an unknown unit
}

// measureOf finds the measure in a unit's name, and what it is per ("/request").
func measureOf(unit string) (m measure, per string) {
	name, per, _ := strings.Cut(unit, "/")
	switch per {
	case "", "op":
		per = ""
	default:
		per = "/" + per
	}
	word := name
	if at := strings.LastIndexByte(name, '-'); at >= 0 {
		word = name[at+1:]
	}
	switch word {
	case "ns", "nanoseconds":
		return measure{aTime, 1e-9, ""}, per
	case "us", "µs", "microseconds":
		return measure{aTime, 1e-6, ""}, per
	case "ms", "milliseconds":
		return measure{aTime, 1e-3, ""}, per
	case "s", "sec", "seconds":
		return measure{aTime, 1, ""}, per
	case "B", "bytes":
		return measure{someBytes, 1, ""}, per
	case "MB":
		return measure{someBytes, 1e6, ""}, per
	case "%":
		return measure{aShare, 1, ""}, per
	}
	// A benchmark's metric, such as allocs/op, has its unit in the title; a
	// profile's unit has not, unless it only counts.
	if _, _, isMetric := strings.Cut(unit, "/op"); isMetric || name == "" || name == "count" || strings.Contains(name, "-") {
		return measure{}, per
	}
	return measure{rest: " " + name}, per
}

// step is a unit that values are scaled to.
type step struct {
	size float64
	name string
}

func stepsOf(k kind) []step {
	if k == aTime {
		return []step{{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}}
	}
	return []step{{1, "B"}, {1 << 10, "KiB"}, {1 << 20, "MiB"}, {1 << 30, "GiB"}, {1 << 40, "TiB"}}
}

// scaled takes the largest step that leaves a number of at least 1 after
// rounding; zero is written in the base unit, "0 s" or "0 B".
func scaled(v float64, k kind, digits int, write func(float64, int) string) string {
	steps := stepsOf(k)
	if v == 0 || math.IsInf(v, 0) {
		base := steps[0].name
		if k == aTime {
			base = "s"
		}
		return write(v, digits) + " " + base
	}
	at := 0
	for at+1 < len(steps) {
		// What rounds up to the next step is written as one of it.
		size := math.Abs(rounded(v/steps[at].size, digits)) * steps[at].size
		if size < steps[at+1].size*(1-1e-12) {
			return write(v/steps[at].size, digits) + " " + steps[at].name
		}
		v = math.Copysign(max(math.Abs(v), steps[at+1].size), v)
		at++
	}
	return write(v/steps[at].size, digits) + " " + steps[at].name
}

// Percent writes a share, 1 being all: "12.3%". Three digits; what is above
// zero and less than 0.001% is "<0.001%". [Unknown] for NaN.
func Percent(share float64) string {
	p := 100 * share
	switch size := math.Abs(p); {
	case math.IsNaN(p):
		return Unknown
	case p != 0 && size < 0.001:
		return "<0.001%"
	}
	return significant(p, 3) + "%"
}
