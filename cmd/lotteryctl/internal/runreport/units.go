package runreport

import "github.com/lotteryctl/lotteryctl/analyze/units"

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
	case "max-latency-ns":
		return unitText{"max ms", msFloat}
	case "gc-cycles":
		return unitText{"GC cycles", whole}
	case "gc-pause-sec":
		return unitText{"GC pauses ms", milli}
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

// pText writes a p-value that may be unknown.
func pText(p *float64) string {
	if p == nil {
		return unknown
	}
	return units.P(*p)
}
