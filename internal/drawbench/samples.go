package main

import (
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/bars"
)

// sample is one run's figures by name.
type sample map[string]float64

// samples are an arm's runs, by round.
type samples []sample

// ratio divides a figure by another arm's of the same round.
func (r samples) ratio(base samples, name string) samples {
	out := make(samples, len(r))
	for i := range r {
		out[i] = sample{"ratio": r[i][name] / base[i][name]}
	}
	return out
}

// values are a figure of all runs that have it.
func (r samples) values(name string) (v []float64) {
	for _, s := range r {
		if x, ok := s[name]; ok {
			v = append(v, x)
		}
	}
	return v
}

// show prints median and range of a figure; "-" if no run has it.
func (r samples) show(name string, digits int) string { return spread(r.values(name), digits) }

func spread(v []float64, digits int) string {
	if len(v) == 0 {
		return units.Unknown
	}
	f := func(x float64) string { return units.Fixed(x, digits) }
	return f(bars.Median(v)) + " [" + f(slices.Min(v)) + "–" + f(slices.Max(v)) + "]"
}
