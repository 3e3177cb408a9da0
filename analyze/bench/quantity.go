package bench

import (
	"fmt"
	"strings"

	"golang.org/x/perf/benchunit"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/unitnames"
)

// Quantity is the bound of a gate: a number with what it is a number of.
type Quantity struct {
	// Value is in seconds, in bytes, or as it was written; 5% is 0.05.
	Value float64
	kind  unitnames.Kind
}

// IsRelative reports whether it is a share, written with %.
func (q Quantity) IsRelative() bool { return q.kind == unitnames.Share }

// ParseQuantity reads 5%, 2ms, 64KiB, 10k or 0.5.
func ParseQuantity(text string) (Quantity, error) {
	if value, kind, ok := unitnames.ParseAmount(text); ok {
		return Quantity{value, kind}, nil
	}
	return Quantity{}, fmt.Errorf("%q is not a valid bound; write a share such as 5%%, a time such as 2ms, bytes such as 64KiB, or a number", text)
}

// in returns the value in a tidied unit, or why it is not one of its kind.
func (q Quantity) in(unit string) (float64, error) {
	needs := unitnames.Number
	switch {
	case strings.Contains(numerator(unit), "sec"):
		needs = unitnames.Time
	case benchunit.ClassOf(unit) == benchunit.Binary:
		needs = unitnames.Bytes
	}
	switch {
	case q.Value == 0, q.kind == unitnames.Share, q.kind == needs:
		return q.Value, nil
	case q.kind == unitnames.Number && needs == unitnames.Bytes:
		return q.Value, nil
	case q.kind == unitnames.Number:
		return 0, fmt.Errorf("%s is a time; add a unit to the bound, such as 2ms", unit)
	}
	return 0, fmt.Errorf("the bound is %s and %s is not", q.kind, unit)
}

func numerator(unit string) string {
	name, _, _ := strings.Cut(unit, "/")
	return name
}
