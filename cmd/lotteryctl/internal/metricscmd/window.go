package metricscmd

import (
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Format is the version of the JSON of metrics; docs/profile-bundle.md describes it.
const Format = 1

// window is what is known of one target.
type window struct {
	Target   string  `json:"target"`
	URL      string  `json:"url,omitempty"` // of the metrics
	Readings int     `json:"readings"`
	Seconds  float64 `json:"seconds"` // from the first to the last
	// Series has what is known: levels, and growth per second of what only grows.
	Series map[runtimemetrics.Quantity][]runtimemetrics.Point `json:"series"`
	// Growth is that of the whole window.
	Growth map[runtimemetrics.Quantity]float64 `json:"growth"`
	// Latencies are the distributions of the window.
	Latencies map[runtimemetrics.Distribution]latency `json:"latencies"`
	// Missing are quantities and distributions that the service does not expose.
	Missing []string `json:"missing"`
}

// latency has upper bounds of quantiles, in seconds; -1 is above all bounds.
type latency struct {
	Count float64 `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99.9"`
}

// quantities are those that are shown, in their order.
func quantities() []runtimemetrics.Quantity {
	return []runtimemetrics.Quantity{
		runtimemetrics.HeapLive, runtimemetrics.HeapGoal, runtimemetrics.MemoryLimit, runtimemetrics.RSS,
		runtimemetrics.Goroutines, runtimemetrics.Running, runtimemetrics.Runnable, runtimemetrics.Waiting, runtimemetrics.NotInGo,
		runtimemetrics.Threads, runtimemetrics.MaxProcs,
		runtimemetrics.CPUSeconds, runtimemetrics.GCCPUSeconds, runtimemetrics.AllocBytes, runtimemetrics.Mallocs,
		runtimemetrics.GCCycles, runtimemetrics.GCPause, runtimemetrics.MutexWait,
	}
}

// windowsOf sorts the moments by their targets.
func windowsOf(moments []runtimemetrics.Moment, sources []profiles.Source) (windows []window) {
	var names []string
	byTarget := map[string][]runtimemetrics.Moment{}
	for _, m := range moments {
		if byTarget[m.Target] == nil {
			names = append(names, m.Target)
		}
		byTarget[m.Target] = append(byTarget[m.Target], m)
	}
	slices.Sort(names)
	for _, name := range names {
		w := windowOf(name, byTarget[name])
		for _, s := range sources {
			if s.Name == name && s.Metrics != nil {
				w.URL = s.Metrics.URL
			}
		}
		windows = append(windows, w)
	}
	return windows
}

func windowOf(name string, moments []runtimemetrics.Moment) window {
	slices.SortStableFunc(moments, func(a, b runtimemetrics.Moment) int { return a.Time.Compare(b.Time) })
	w := window{
		Target: name, Readings: len(moments), Seconds: moments[len(moments)-1].Time.Sub(moments[0].Time).Seconds(),
		Series: map[runtimemetrics.Quantity][]runtimemetrics.Point{}, Growth: map[runtimemetrics.Quantity]float64{},
		Latencies: map[runtimemetrics.Distribution]latency{}, Missing: []string{},
	}
	for _, q := range quantities() {
		points := runtimemetrics.Series(moments, q)
		if len(points) > 0 {
			w.Series[q] = points
		} else if q != runtimemetrics.MemoryLimit { // none is set, mostly
			w.Missing = append(w.Missing, string(q))
		}
		if growth, _, ok := runtimemetrics.Growth(moments, q); ok && q.Grows() {
			w.Growth[q] = growth
		}
	}
	for _, d := range []runtimemetrics.Distribution{runtimemetrics.SchedulerLatency, runtimemetrics.GCPauses} {
		bounds, count := runtimemetrics.Quantiles(moments, d, 0.5, 0.99, 0.999)
		if bounds == nil {
			w.Missing = append(w.Missing, string(d))
			continue
		}
		for i, bound := range bounds {
			if math.IsInf(bound, 1) {
				bounds[i] = -1 // JSON has no infinity
			}
		}
		w.Latencies[d] = latency{count, bounds[0], bounds[1], bounds[2]}
	}
	return w
}
