package runfolder

import (
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Metric is one figure of a round as bench.txt and summaries name it.
type Metric struct {
	Unit  string // as in the benchmark format
	Value float64
}

// Units lists the units in the order of a bench.txt line, and whether higher
// or lower is better ("" where neither is).
//
// Names follow what benchmark readers understand: times per request in ns with
// the unit last, ops/s and not req/s. A time that can be 0 is in seconds,
// because readers rename "ns" to "sec" together with the value, but leave a 0
// alone, and the zeros would end up in another table than the rest.
func Units() [][2]string {
	return [][2]string{
		{"ns/op", "lower"}, // mean latency; the first, as some readers keep one
		{"p50-latency-ns", "lower"},
		{"p95-latency-ns", "lower"},
		{"p99-latency-ns", "lower"},
		{"max-latency-ns", "lower"},
		{"ops/s", "higher"},
		{"capacity-ops/s", "higher"},
		{"cpu-ns/op", "lower"},
		{"client-cpu-ns/op", ""},
		{"B/op", "lower"},
		{"allocs/op", "lower"},
		{"gc-cycles", "lower"},
		{"gc-pause-sec", "lower"},
		{"peak-RSS-bytes", "lower"},
		{"p99-lateness-sec", ""},
		{"errors/op", "lower"},
		{"overloaded", ""}, // 1, or absent; analyze/bench knows it
	}
}

// Metrics are the figures of the round that are known, in the order of Units.
func (r *Round) Metrics() []Metric {
	var out []Metric
	add := func(unit string, value float64) { out = append(out, Metric{unit, value}) }
	addKnown := func(unit string, value *float64) {
		if value != nil {
			add(unit, *value)
		}
	}
	if q := r.Load.Response; q != nil {
		add("ns/op", nanoseconds(q.Mean))
		add("p50-latency-ns", nanoseconds(q.P50))
		add("p95-latency-ns", nanoseconds(q.P95))
		add("p99-latency-ns", nanoseconds(q.P99))
		add("max-latency-ns", nanoseconds(q.Max))
	}
	if r.Load.Requests > 0 {
		add("ops/s", r.Load.AnsweredRate)
	}
	if r.Capacity != nil {
		add("capacity-ops/s", r.Capacity.Rate)
	}
	addKnown("cpu-ns/op", r.Cost.ServerCPU)
	addKnown("client-cpu-ns/op", r.Cost.ClientCPU)
	addKnown("B/op", r.Cost.Bytes)
	addKnown("allocs/op", r.Cost.Allocs)
	addKnown("gc-cycles", r.Cost.GCCycles)
	addKnown("gc-pause-sec", r.Cost.GCPause)
	addKnown("peak-RSS-bytes", r.Cost.PeakRSS)
	if q := r.Load.Lateness; q != nil {
		add("p99-lateness-sec", q.P99.Seconds())
	}
	if r.Load.Requests > 0 {
		add("errors/op", float64(r.Load.Errors)/float64(r.Load.Requests))
	}
	if r.doubts(loadgen.Overloaded) {
		add("overloaded", 1)
	}
	return out
}

func nanoseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) }
