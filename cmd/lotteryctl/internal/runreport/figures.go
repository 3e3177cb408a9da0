package runreport

import (
	"math"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// unknown stands in for a figure that could not be had.
const unknown = units.Unknown

// Grouped writes 1234567 as 1,234,567.
func Grouped(n int64) string { return units.Grouped(n) }

// GroupedFloat is grouped with the decimals that v has.
func GroupedFloat(v float64) string { return units.Fixed(v, -1) }

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// ms writes milliseconds with about four significant digits.
func ms(d time.Duration) string { return units.Milliseconds(d) }

func msFloat(ns *float64) string {
	if ns == nil {
		return unknown
	}
	return ms(time.Duration(*ns))
}

// scaled writes v × unit with so many decimals.
func scaled(v *float64, unit float64, decimals int) string {
	if v == nil {
		return unknown
	}
	return units.Fixed(*v*unit, decimals)
}

func whole(v *float64) string       { return scaled(v, 1, 0) }
func oneDecimal(v *float64) string  { return scaled(v, 1, 1) }
func micro(ns *float64) string      { return scaled(ns, 1e-3, 1) }
func milli(seconds *float64) string { return scaled(seconds, 1e3, 2) }
func mebi(bytes *float64) string    { return scaled(bytes, 1.0/(1<<20), 1) }

// ShortDuration is 45s, 2m5s: whole seconds, at least one.
func ShortDuration(d time.Duration) string {
	return max(d.Round(time.Second), time.Second).String()
}
