package main

import (
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/bars"
)

// figures are those of one run, by name.
type figures map[string]float64

// show prints median and range of a figure over the runs that have it.
func show(all []figures, name string) string {
	var v []float64
	for _, f := range all {
		if x, ok := f[name]; ok {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		return "none"
	}
	digits := func(x float64) string { return units.Fixed(x, 1) }
	return digits(bars.Median(v)) + " [" + digits(slices.Min(v)) + "–" + digits(slices.Max(v)) + "]"
}
