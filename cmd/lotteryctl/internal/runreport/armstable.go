package runreport

import (
	"fmt"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// writeArms shows the median of every arm. The medians are taken column by
// column over the rounds that count, so a row is no run.
func (r Report) writeArms(b *strings.Builder) {
	fmt.Fprintf(b, "medians over the rounds; latency in ms, %s\n", r.clock())
	r.writeArmTable(b, []column{
		{"rounds", 8, nil, whole},
		{"rate/s", 10, func(r *runfolder.Round) *float64 { return &r.Load.AnsweredRate }, oneDecimal},
		{"p50", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.P50 }), msFloat},
		{"p95", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.P95 }), msFloat},
		{"p99", 9, latencyOf(func(q *runfolder.Quantiles) time.Duration { return q.P99 }), msFloat},
		{"errors", 8, func(r *runfolder.Round) *float64 { n := float64(r.Load.Errors); return &n }, whole},
	})
	b.WriteString("\ncost: CPU, bytes and allocations per request; GC over the complete run\n")
	r.writeArmTable(b, []column{
		{"server µs", 11, func(r *runfolder.Round) *float64 { return r.Cost.ServerCPU }, micro},
		{"bytes", 9, func(r *runfolder.Round) *float64 { return r.Cost.Bytes }, whole},
		{"allocs", 9, func(r *runfolder.Round) *float64 { return r.Cost.Allocs }, oneDecimal},
		{"cycles", 8, func(r *runfolder.Round) *float64 { return r.Cost.GCCycles }, whole},
		{"pauses ms", 11, func(r *runfolder.Round) *float64 { return r.Cost.GCPause }, milli},
		{"peak MiB", 10, func(r *runfolder.Round) *float64 { return r.Cost.PeakRSS }, mebi},
	})
	writeMachine(b, r.Rounds)
	b.WriteByte('\n')
}

// writeArmTable is a row for each arm. A column without a cell counts rounds.
func (r Report) writeArmTable(b *strings.Builder, columns []column) {
	name := len("arm")
	for _, arm := range r.Arms() {
		name = max(name, len(arm))
	}
	fmt.Fprintf(b, "%-*s", name, "arm")
	for _, c := range columns {
		fmt.Fprintf(b, " %*s", c.width-1, c.title)
	}
	b.WriteByte('\n')
	kept := runfolder.Kept(r.Rounds)
	for _, arm := range r.Arms() {
		fmt.Fprintf(b, "%-*s", name, arm)
		for _, c := range columns {
			fmt.Fprintf(b, " %*s", c.width-1, c.text(armMedian(kept, arm, c.cell)))
		}
		b.WriteByte('\n')
	}
}

// armMedian is the median of a cell over an arm's rounds, nil for none; without
// a cell it is the number of rounds.
func armMedian(rounds []runfolder.Round, arm string, cell func(*runfolder.Round) *float64) *float64 {
	var values []float64
	n := 0.0
	for i := range rounds {
		if rounds[i].Arm != arm {
			continue
		}
		n++
		if cell == nil {
			continue
		}
		if v := cell(&rounds[i]); v != nil {
			values = append(values, *v)
		}
	}
	if cell == nil {
		return &n
	}
	return spreadOf("median", values)
}
