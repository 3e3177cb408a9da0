package runreport

import (
	"math"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// unknown stands in for a figure that could not be had.
const unknown = units.Unknown

func round1(v float64) float64 { return math.Round(v*10) / 10 }

func msFloat(ns *float64) string {
	if ns == nil {
		return unknown
	}
	return units.Milliseconds(time.Duration(*ns))
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
