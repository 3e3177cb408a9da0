package metricscmd

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
)

// line says how a quantity is shown.
type line struct {
	quantity runtimemetrics.Quantity
	title    string
	unit     string // of package units; "" is a number
	after    string // behind the unit
}

func lines() []line {
	return []line{
		{runtimemetrics.HeapLive, "heap", "bytes", ""},
		{runtimemetrics.HeapGoal, "heap goal", "bytes", ""},
		{runtimemetrics.MemoryLimit, "memory limit", "bytes", ""},
		{runtimemetrics.RSS, "resident memory", "bytes", ""},
		{runtimemetrics.Goroutines, "goroutines", "", ""},
		{runtimemetrics.Running, "  running", "", ""},
		{runtimemetrics.Runnable, "  ready to run", "", ""},
		{runtimemetrics.Waiting, "  waiting", "", ""},
		{runtimemetrics.NotInGo, "  outside of Go", "", ""},
		{runtimemetrics.Threads, "threads", "", ""},
		{runtimemetrics.MaxProcs, "GOMAXPROCS", "", ""},
		{runtimemetrics.CPUSeconds, "CPU", "", " cores"},
		{runtimemetrics.GCCPUSeconds, "GC CPU", "", " cores"},
		{runtimemetrics.AllocBytes, "allocated", "bytes", "/s"},
		{runtimemetrics.MutexWait, "waiting for locks", "", " s/s"},
	}
}

// print shows one target.
func (w *window) print(b *strings.Builder) {
	fmt.Fprintf(b, "%s, %s, %s", w.Target, time.Duration(w.Seconds*float64(time.Second)).Round(100*time.Millisecond), units.Counted(w.Readings, "reading", "readings"))
	if w.URL != "" {
		fmt.Fprintf(b, " from %s", w.URL)
	}
	b.WriteString("\n\n")
	t := cli.NewTable("", "start", "lowest", "median", "highest", "end", "over time").Right(1, 2, 3, 4, 5)
	for _, l := range lines() {
		if points := w.Series[l.quantity]; len(points) > 0 {
			t.Row(append(l.cells(points), chart(points, w.Seconds))...)
		}
	}
	t.Write(b)
	b.WriteByte('\n')
	for _, sentence := range []string{w.heapText(), w.collectorText(), w.latencyText(runtimemetrics.SchedulerLatency, "scheduler latency"), w.latencyText(runtimemetrics.GCPauses, "GC pauses"), w.missingText()} {
		if sentence != "" {
			fmt.Fprintln(b, sentence)
		}
	}
}

func (l line) cells(points []runtimemetrics.Point) []string {
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.Value
	}
	sorted := slices.Sorted(slices.Values(values))
	cells := []string{l.title}
	for _, v := range []float64{values[0], sorted[0], sorted[(len(sorted)-1)/2], sorted[len(sorted)-1], values[len(values)-1]} {
		cells = append(cells, l.text(v))
	}
	return cells
}

func (l line) text(v float64) string {
	if l.unit == "" {
		return units.Rough(v, "count") + l.after
	}
	return units.Rough(v, l.unit) + l.after
}

// columns are those of a chart.
const columns = 30

// chart draws the course of a quantity, from nothing to its highest value; a time
// without a reading is blank.
func chart(points []runtimemetrics.Point, seconds float64) string {
	most := 0.0
	for _, p := range points {
		most = max(most, p.Value)
	}
	if most == 0 || seconds <= 0 {
		return ""
	}
	heights := make([]float64, columns)
	for i := range heights {
		heights[i] = -1
	}
	for _, p := range points {
		at := min(int(p.Seconds/seconds*columns), columns-1)
		heights[at] = max(heights[at], p.Value/most)
	}
	var b strings.Builder
	for i, h := range heights {
		if h < 0 && len(points) < columns && i > 0 {
			h = heights[i-1] // fewer readings than columns
			heights[i] = h
		}
		switch {
		case h < 0:
			b.WriteByte(' ')
		default:
			b.WriteRune([]rune("▁▂▃▄▅▆▇█")[min(int(h*8), 7)])
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// heapText compares the heap with its goal.
func (w *window) heapText() string {
	goals := map[float64]float64{}
	for _, p := range w.Series[runtimemetrics.HeapGoal] {
		goals[p.Seconds] = p.Value
	}
	most := 0.0
	for _, p := range w.Series[runtimemetrics.HeapLive] {
		if goal := goals[p.Seconds]; goal > 0 {
			most = max(most, p.Value/goal)
		}
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf("heap: at most %s of its goal when it was read", units.Percent(most))
}

// collectorText sums up what collecting garbage cost.
func (w *window) collectorText() string {
	cycles, known := w.Growth[runtimemetrics.GCCycles]
	if !known || w.Seconds <= 0 {
		return ""
	}
	text := fmt.Sprintf("GC: %s (%s/s)", units.Counted(int(cycles), "cycle", "cycles"), units.Rough(cycles/w.Seconds, "count"))
	if pause, ok := w.Growth[runtimemetrics.GCPause]; ok {
		text += fmt.Sprintf(", %s of pauses in total", units.Rough(pause*1e9, "nanoseconds"))
	}
	cpu, all := w.Growth[runtimemetrics.GCCPUSeconds], w.Growth[runtimemetrics.CPUSeconds]
	if _, ok := w.Growth[runtimemetrics.GCCPUSeconds]; ok && all > 0 {
		text += fmt.Sprintf(", %s of the CPU that the service used", units.Percent(cpu/all))
	}
	return text
}

// latencyText has upper bounds: the runtime counts in buckets.
func (w *window) latencyText(d runtimemetrics.Distribution, title string) string {
	l, ok := w.Latencies[d]
	if !ok {
		return ""
	}
	bound := func(seconds float64) string {
		if seconds < 0 {
			return "above all buckets"
		}
		return "at most " + units.Rough(seconds*1e9, "nanoseconds")
	}
	return fmt.Sprintf("%s: p50 %s, p99 %s, p99.9 %s (%s)", title, bound(l.P50), bound(l.P99), bound(l.P999), units.Counted(int(math.Min(l.Count, math.MaxInt32)), "event", "events"))
}

// missingText names what would be worth having.
func (w *window) missingText() string {
	titles := map[string]string{
		string(runtimemetrics.Runnable): "goroutines by state (Go 1.26 or later)", string(runtimemetrics.SchedulerLatency): "scheduler latency",
		string(runtimemetrics.GCCPUSeconds): "GC CPU", string(runtimemetrics.Goroutines): "goroutines", string(runtimemetrics.HeapGoal): "heap goal",
		string(runtimemetrics.CPUSeconds): "CPU",
	}
	var names []string
	for _, m := range w.Missing {
		if title := titles[m]; title != "" {
			names = append(names, title)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "not exposed by the service: " + strings.Join(names, ", ")
}
