package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// unitText is how tables show a unit of bench.txt.
type unitText struct {
	name string
	text func(*float64) string
}

// shownAs names a unit for people; one that it does not know stays as it is.
func shownAs(unit string) unitText {
	switch unit {
	case "ns/op":
		return unitText{"mean ms", msFloat}
	case "p50-latency-ns":
		return unitText{"p50 ms", msFloat}
	case "p95-latency-ns":
		return unitText{"p95 ms", msFloat}
	case "p99-latency-ns":
		return unitText{"p99 ms", msFloat}
	case "cpu-ns/op":
		return unitText{"CPU µs", micro}
	case "B/op":
		return unitText{"bytes", whole}
	case "allocs/op":
		return unitText{"allocs", oneDecimal}
	case "peak-RSS-bytes":
		return unitText{"peak MiB", mebi}
	case "errors/op":
		return unitText{"errors", func(v *float64) string { return scaled(v, 1, 4) }}
	case "capacity-ops/s", "ops/s":
		return unitText{unit, whole}
	}
	return unitText{unit, func(v *float64) string { return scaled(v, 1, 2) }}
}

// change writes a ratio as people say it: +4.2 %, or ×2.10 and ÷15.4 from a
// factor of 2 on.
func change(ratio float64) string {
	switch {
	case math.IsInf(ratio, 1):
		return "∞"
	case ratio == 0:
		return "÷∞"
	case ratio >= 2:
		return "×" + factor(ratio)
	case ratio <= 0.5:
		return "÷" + factor(1/ratio)
	}
	text := fmt.Sprintf("%+.1f %%", 100*(ratio-1))
	if text == "-0.0 %" {
		return "+0.0 %"
	}
	return text
}

// factor has three digits.
func factor(v float64) string {
	switch {
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// interval is "[-5.1 %, -3.0 %]", or that there is none.
func interval(r stat.Ratio) string {
	if r.Low == 0 && math.IsInf(r.High, 1) {
		return "[no interval]"
	}
	return "[" + change(r.Low) + ", " + change(r.High) + "]"
}

// pText writes a corrected p-value.
func pText(p *float64) string {
	switch {
	case p == nil:
		return unknown
	case *p < 0.001:
		return "<0.001"
	}
	return strconv.FormatFloat(*p, 'f', 3, 64)
}
