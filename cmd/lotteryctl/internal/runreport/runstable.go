package runreport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// column is a column of a table over runs.
type column struct {
	title string
	width int
	cell  func(*runfolder.Round) *float64
	text  func(*float64) string
}

// writeTables shows several runs and their spread, in tables that fit into 80
// columns. The spread is taken column by column, so its rows are no runs.
func writeTables(b *strings.Builder, rounds []runfolder.Round, clock clock) {
	fmt.Fprintf(b, "latency in ms, %s\n", clock)
	writeTable(b, rounds, []column{
		{"rate/s", 11, func(r *runfolder.Round) *float64 { return &r.Load.AnsweredRate }, oneDecimal},
		{"p50", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.P50 }), msFloat},
		{"p95", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.P95 }), msFloat},
		{"p99", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.P99 }), msFloat},
		{"max", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.Max }), msFloat},
		{"errors", 9, func(r *runfolder.Round) *float64 { n := float64(r.Load.Errors); return &n }, whole},
		{"sent late p99", 15, clock.lateness, msFloat},
	})
	b.WriteString("\ncost: CPU, bytes and allocations per request; GC over the complete run\n")
	writeTable(b, rounds, []column{
		{"server µs", 11, func(r *runfolder.Round) *float64 { return r.Cost.ServerCPU }, micro},
		{"client µs", 11, func(r *runfolder.Round) *float64 { return r.Cost.ClientCPU }, micro},
		{"bytes", 9, func(r *runfolder.Round) *float64 { return r.Cost.Bytes }, whole},
		{"allocs", 9, func(r *runfolder.Round) *float64 { return r.Cost.Allocs }, oneDecimal},
		{"cycles", 8, func(r *runfolder.Round) *float64 { return r.Cost.GCCycles }, whole},
		{"pauses ms", 11, func(r *runfolder.Round) *float64 { return r.Cost.GCPause }, milli},
		{"peak MiB", 11, func(r *runfolder.Round) *float64 { return r.Cost.PeakRSS }, mebi},
	})
	writeMachine(b, rounds)
	b.WriteByte('\n')
}

// writeMachine is a line below tables: what else went on.
func writeMachine(b *strings.Builder, rounds []runfolder.Round) {
	if text := machineText(rounds); text != "" {
		fmt.Fprintf(b, "machine: %s\n", text)
	}
}

func latencyOf(pick func(*runfolder.Quantiles) time.Duration) func(*runfolder.Round) *float64 {
	return func(r *runfolder.Round) *float64 {
		if r.Load.Response == nil {
			return nil
		}
		v := float64(pick(r.Load.Response))
		return &v
	}
}

// clock is where latencies begin: at the planned send time, or, in a closed loop,
// which has no plan, at the send.
type clock struct{ closed bool }

func (r Report) clock() clock { return clock{r.Run.Arms[0].Arrivals == string(loadgen.Closed)} }

func (c clock) String() string {
	if c.closed {
		return "from the send of each request; a slow service slows this load down, so use --rate for what users would wait"
	}
	return "from the planned send time of each request"
}

// lateness is not known in a closed loop.
func (c clock) lateness(r *runfolder.Round) *float64 {
	if r.Load.Lateness == nil || c.closed {
		return nil
	}
	v := float64(r.Load.Lateness.P99)
	return &v
}

func writeTable(b *strings.Builder, rounds []runfolder.Round, columns []column) {
	fmt.Fprintf(b, "%6s", "run")
	for _, c := range columns {
		fmt.Fprintf(b, " %*s", c.width-1, c.title)
	}
	b.WriteByte('\n')
	values := make([][]float64, len(columns))
	for i := range rounds {
		r := &rounds[i]
		fmt.Fprintf(b, "%6d", r.Round)
		for j, c := range columns {
			v := c.cell(r)
			fmt.Fprintf(b, " %*s", c.width-1, c.text(v)) // apart, also if it is too wide
			if v != nil && !r.Partial {
				values[j] = append(values[j], *v)
			}
		}
		if r.Partial {
			b.WriteString("  cut short")
		}
		b.WriteByte('\n')
	}
	for _, row := range []string{"median", "min", "max"} {
		fmt.Fprintf(b, "%6s", row)
		for j, c := range columns {
			fmt.Fprintf(b, " %*s", c.width-1, c.text(spreadOf(row, values[j])))
		}
		b.WriteByte('\n')
	}
}

// spreadOf is nil for no values.
func spreadOf(row string, values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	v := values[0]
	switch row {
	case "max":
		v = values[len(values)-1]
	case "median":
		v = (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	}
	return &v
}
