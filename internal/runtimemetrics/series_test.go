package runtimemetrics_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
)

// at is a moment so many seconds into a window.
func at(seconds int, values map[string]float64) runtimemetrics.Moment {
	return runtimemetrics.Moment{Time: time.Unix(1_000_000+int64(seconds), 0).UTC(), Target: "web", Values: values}
}

func TestSeries(t *testing.T) {
	t.Parallel()
	moments := []runtimemetrics.Moment{
		at(0, map[string]float64{"go_memstats_heap_alloc_bytes": 10, "process_cpu_seconds_total": 1, "go_memlimit_bytes": math.MaxInt64}),
		at(2, map[string]float64{"go_memstats_heap_alloc_bytes": 30, "process_cpu_seconds_total": 2}),
		at(3, map[string]float64{"process_cpu_seconds_total": 4}),
		at(4, map[string]float64{"memstats.HeapAlloc": 7, "process_cpu_seconds_total": 1}), // another process
		at(5, map[string]float64{"process_cpu_seconds_total": 1.5}),
	}
	type points = []runtimemetrics.Point
	for q, want := range map[runtimemetrics.Quantity]points{
		runtimemetrics.HeapLive:    {{Seconds: 0, Value: 10}, {Seconds: 2, Value: 30}, {Seconds: 4, Value: 7}},
		runtimemetrics.CPUSeconds:  {{Seconds: 2, Value: 0.5}, {Seconds: 3, Value: 2}, {Seconds: 5, Value: 0.5}},
		runtimemetrics.Goroutines:  nil,
		runtimemetrics.MemoryLimit: nil,
	} {
		if got := runtimemetrics.Series(moments, q); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", q, got, want)
		}
	}
	if growth, seconds, ok := runtimemetrics.Growth(moments[:3], runtimemetrics.CPUSeconds); !ok || growth != 3 || seconds != 3 {
		t.Errorf("got %v in %v, %v", growth, seconds, ok)
	}
	if _, _, ok := runtimemetrics.Growth(moments[:4], runtimemetrics.CPUSeconds); ok {
		t.Error("what only grows got less, and is said to have grown")
	}
	if _, _, ok := runtimemetrics.Growth(moments[:1], runtimemetrics.CPUSeconds); ok {
		t.Error("one moment has no growth")
	}
}

// TestAMomentTooSoon: the reading at the end of a window comes when it comes. The
// growth since the one before is no rate.
func TestAMomentTooSoon(t *testing.T) {
	t.Parallel()
	var moments []runtimemetrics.Moment
	for i := range 5 {
		moments = append(moments, at(i, map[string]float64{"go_memstats_alloc_bytes_total": float64(100 * i)}))
	}
	last := at(4, map[string]float64{"go_memstats_alloc_bytes_total": 900})
	last.Time = last.Time.Add(10 * time.Millisecond)
	for _, p := range runtimemetrics.Series(append(moments, last), runtimemetrics.AllocBytes) {
		if p.Value != 100 {
			t.Errorf("got %v", p)
		}
	}
}

func TestQuantiles(t *testing.T) {
	t.Parallel()
	buckets := func(counts ...float64) map[string]float64 {
		values := map[string]float64{"go_goroutines": 1}
		for i, bound := range []string{"0.001", "0.01", "+Inf"} {
			values[`go_sched_latencies_seconds_bucket{le="`+bound+`"}`] = counts[i]
		}
		return values
	}
	moments := []runtimemetrics.Moment{at(0, buckets(100, 100, 100)), at(1, map[string]float64{"go_goroutines": 1}), at(2, buckets(190, 199, 200))}
	bounds, count := runtimemetrics.Quantiles(moments, runtimemetrics.SchedulerLatency, 0.5, 0.9, 0.91, 0.99, 0.999)
	if want := []float64{0.001, 0.001, 0.01, 0.01, math.Inf(1)}; !reflect.DeepEqual(bounds, want) || count != 100 {
		t.Errorf("got %v of %v, want %v of 100", bounds, count, want)
	}
	for name, row := range map[string][]runtimemetrics.Moment{
		"a restart":   {at(0, buckets(100, 100, 100)), at(1, buckets(1, 2, 3))},
		"one reading": moments[:2],
		"none":        {at(0, map[string]float64{"go_goroutines": 1}), at(1, map[string]float64{"go_goroutines": 1})},
	} {
		if bounds, count := runtimemetrics.Quantiles(row, runtimemetrics.SchedulerLatency, 0.5); bounds != nil || count != 0 {
			t.Errorf("%s: got %v of %v", name, bounds, count)
		}
	}
}

// withoutTypes is what VictoriaMetrics' library writes: no line has a comment.
const withoutTypes = `go_gc_cpu_seconds_total 0.07
go_memstats_alloc_bytes_total 6944472
go_memstats_mallocs_total 29289
go_memstats_heap_alloc_bytes 6271784
go_memstats_next_gc_bytes 8987026
go_sched_latencies_seconds_bucket{le="0"} 0
go_sched_latencies_seconds_bucket{le="2.56e-07"} 98522
go_sched_latencies_seconds_bucket{le="+Inf"} 98600
go_gc_duration_seconds{quantile="1"} 0.001008334
go_gc_duration_seconds_sum 0.002097593
go_gc_duration_seconds_count 5
go_goroutines 57
go_info{version="go1.26.8"} 1
process_cpu_seconds_total 0.04
process_resident_memory_bytes 27951104
vm_http_requests_total{path="/metrics"} 7
`

// openMetrics is the same kind of text as a scraper negotiates it: with units, an
// exemplar, times of creation and an end.
const openMetrics = `# TYPE go_memstats_alloc_bytes counter
# UNIT go_memstats_alloc_bytes bytes
go_memstats_alloc_bytes_total 6944472.0
go_memstats_alloc_bytes_created 1.7e+09
# TYPE go_sched_latencies_seconds histogram
go_sched_latencies_seconds_bucket{le="0.001"} 7 # {trace_id="KOO5S4vxi0o"} 0.0004 1.7e+09
go_sched_latencies_seconds_bucket{le="+Inf"} 8
go_goroutines 57.0
# EOF
`

// TestKnownByTheirNames: neither a type nor a unit is needed.
func TestKnownByTheirNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[runtimemetrics.Quantity]float64{
		withoutTypes: {
			runtimemetrics.AllocBytes: 6944472, runtimemetrics.Mallocs: 29289, runtimemetrics.GCCycles: 5, runtimemetrics.GCPause: 0.002097593,
			runtimemetrics.CPUSeconds: 0.04, runtimemetrics.RSS: 27951104,
		},
		openMetrics: {runtimemetrics.AllocBytes: 6944472},
	} {
		reading, format, err := runtimemetrics.ParseReading([]byte(text))
		if err != nil || format != runtimemetrics.Prometheus || !reflect.DeepEqual(map[runtimemetrics.Quantity]float64(reading), want) {
			t.Errorf("got %v, %s, %v, want %v", reading, format, err, want)
		}
		answer, err := runtimemetrics.Parse([]byte(text))
		if err != nil || answer.Values["go_goroutines"] != 57 || answer.Values[`go_sched_latencies_seconds_bucket{le="+Inf"}`] == 0 {
			t.Errorf("got %+v, %v", answer, err)
		}
	}
}

func TestReadMoments(t *testing.T) {
	t.Parallel()
	text := `{"t":"2026-01-02T03:04:05Z","target":"web","values":{"go_goroutines":7}}` + "\n\nnonsense\n" + `{"t":"2026-01-02T03:04:06Z","target":"web","values":{"go_goroutines":8}}`
	moments, skipped, err := runtimemetrics.ReadMoments(strings.NewReader(text))
	if err != nil || len(moments) != 2 || !slices.Equal(skipped, []int{3}) || moments[1].Values["go_goroutines"] != 8 {
		t.Errorf("got %+v, lines %v skipped, %v", moments, skipped, err)
	}
	for _, bad := range []string{"", "\n", "nonsense", `{"t":"2026-01-02T03:04:05Z"}`} {
		if _, _, err := runtimemetrics.ReadMoments(strings.NewReader(bad)); err == nil {
			t.Errorf("%q: want an error", bad)
		}
	}
}

// FuzzReadMoments: whatever is read has figures that can be shown.
func FuzzReadMoments(f *testing.F) {
	f.Add(`{"t":"2026-01-02T03:04:05Z","target":"web","values":{"go_goroutines":7,"go_sched_latencies_seconds_bucket{le=\"+Inf\"}":3}}` + "\n" + `{"t":"2026-01-02T03:04:04Z","values":{"go_goroutines":-1,"process_cpu_seconds_total":1e308}}`)
	f.Fuzz(func(t *testing.T, text string) {
		moments, _, err := runtimemetrics.ReadMoments(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, q := range []runtimemetrics.Quantity{runtimemetrics.Goroutines, runtimemetrics.CPUSeconds, runtimemetrics.HeapLive} {
			for _, p := range runtimemetrics.Series(moments, q) {
				if math.IsNaN(p.Value) || p.Value < 0 {
					t.Errorf("%s: got %v", q, p)
				}
			}
			runtimemetrics.Growth(moments, q)
		}
		runtimemetrics.Quantiles(moments, runtimemetrics.SchedulerLatency, 0.5, 0.99)
	})
}
