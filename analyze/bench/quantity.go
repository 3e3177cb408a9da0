package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/perf/benchunit"
)

// Quantity is the bound of a gate: a number with what it is a number of.
type Quantity struct {
	// Value is in seconds, in bytes, or as it was written; 5% is 0.05.
	Value float64
	kind  quantityKind
}

type quantityKind string

const (
	plain   quantityKind = "a number"
	percent quantityKind = "a share"
	seconds quantityKind = "a time"
	octets  quantityKind = "an amount of bytes"
)

// IsRelative reports whether it is a share, written with %.
func (q Quantity) IsRelative() bool { return q.kind == percent }

type quantitySuffix struct {
	text   string
	kind   quantityKind
	factor float64
}

// quantitySuffixes, those first that end in others.
func quantitySuffixes() []quantitySuffix {
	return []quantitySuffix{
		{"%", percent, 0.01},
		{"ns", seconds, 1e-9}, {"us", seconds, 1e-6}, {"µs", seconds, 1e-6}, {"μs", seconds, 1e-6},
		{"ms", seconds, 1e-3}, {"sec", seconds, 1}, {"s", seconds, 1},
		{"KiB", octets, 1 << 10}, {"MiB", octets, 1 << 20}, {"GiB", octets, 1 << 30},
		{"KB", octets, 1e3}, {"kB", octets, 1e3}, {"MB", octets, 1e6}, {"GB", octets, 1e9}, {"B", octets, 1},
		{"k", plain, 1e3}, {"M", plain, 1e6}, {"", plain, 1},
	}
}

// ParseQuantity reads 5%, 2ms, 64KiB, 10k or 0.5.
func ParseQuantity(text string) (Quantity, error) {
	for _, suffix := range quantitySuffixes() {
		number, ok := strings.CutSuffix(text, suffix.text)
		if !ok {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			break
		}
		return Quantity{value * suffix.factor, suffix.kind}, nil
	}
	return Quantity{}, fmt.Errorf("%q is not a valid bound; write a share such as 5%%, a time such as 2ms, bytes such as 64KiB, or a number", text)
}

// in returns the value in a tidied unit, or why it is not one of its kind.
func (q Quantity) in(unit string) (float64, error) {
	needs := plain
	switch {
	case strings.Contains(numerator(unit), "sec"):
		needs = seconds
	case benchunit.ClassOf(unit) == benchunit.Binary:
		needs = octets
	}
	switch {
	case q.Value == 0, q.kind == percent, q.kind == needs:
		return q.Value, nil
	case q.kind == plain && needs == octets:
		return q.Value, nil
	case q.kind == plain:
		return 0, fmt.Errorf("%s is a time; add a unit to the bound, such as 2ms", unit)
	}
	return 0, fmt.Errorf("the bound is %s and %s is not", q.kind, unit)
}

func numerator(unit string) string {
	name, _, _ := strings.Cut(unit, "/")
	return name
}
