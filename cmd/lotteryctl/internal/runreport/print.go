package runreport

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Print writes the report to w: for people, headed by service, or as JSON.
func (r Report) Print(w io.Writer, service string, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	var b strings.Builder
	r.writeHeader(&b, service)
	switch {
	case r.Run.Rules.CapacityOnly:
		r.writeCapacities(&b)
	case len(r.Run.Arms) > 1:
		r.writeArms(&b)
		if r.Steps != nil {
			writeFindings(&b, *r.Steps)
			writeBalances(&b, r.Steps.Accounts)
		}
		if r.Comparison != nil {
			writeComparison(&b, *r.Comparison)
		}
	case len(r.Rounds) == 1:
		writeCard(&b, &r.Rounds[0], r.clock(), "")
	default:
		writeTables(&b, r.Rounds, r.clock())
	}
	r.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) writeHeader(b *strings.Builder, service string) {
	arm := r.Run.Arms[0]
	for _, line := range r.headlines() {
		fmt.Fprintf(b, "%s\n", line)
	}
	fmt.Fprintf(b, "%s\n", service)
	if c := r.Run.Rules.Capacity; c != nil {
		fmt.Fprintf(b, "the highest rate that keeps p95 within %v, without errors\n", c.SLO)
		r.writeHost(b)
		return
	}
	load := fmt.Sprintf("%s requests/s, %s", units.Fixed(arm.Rate, -1), map[string]string{
		string(loadgen.Constant): "evenly spaced", string(loadgen.Poisson): "Poisson arrivals",
	}[arm.Arrivals])
	if arm.Arrivals == string(loadgen.Closed) {
		connections := arm.Connections
		if connections == 0 {
			connections = loadgen.DefaultConnections
		}
		load = fmt.Sprintf("%d connections, each sends its next request when the last one was answered", connections)
	}
	warmup := ""
	if arm.WarmupNS > 0 {
		warmup = fmt.Sprintf(" after %v of warm-up", arm.WarmupNS)
	}
	fmt.Fprintf(b, "%s, measured for %v%s\n", load, arm.DurationNS, warmup)
	if choice := r.Run.RateChoice; choice != nil {
		fmt.Fprintf(b, "%s\n", rateText(choice))
	}
	r.writeHost(b)
}

func (r Report) writeHost(b *strings.Builder) {
	host := r.Run.Host
	fmt.Fprintf(b, "%d cores, %s, %s %s, %s; seed %d\n\n", host.Cores, orUnknown(host.CPU), host.OS, host.Kernel, host.Go, r.Run.Seed)
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown processor"
	}
	return s
}

// writeCard shows a single run, a line a subject. including says what else the
// figures of the service's runtime contain; "" is nothing.
func writeCard(b *strings.Builder, r *runfolder.Round, clock clock, including string) {
	line := func(subject, format string, args ...any) {
		fmt.Fprintf(b, "  %-12s%s\n", subject, fmt.Sprintf(format, args...))
	}
	l, c := r.Load, r.Cost
	cut := ""
	if n := unfinishedOf(l); n > 0 {
		cut = fmt.Sprintf(", %s not answered yet", units.Grouped(n))
		if n == l.Requests && l.AnsweredRate > 0 {
			cut += " (the answers are those of the warm-up)"
		}
	}
	line("answered", "%s/s: %s requests, %s errors%s%s", units.Fixed(round1(l.AnsweredRate), -1), units.Grouped(l.Requests), units.Grouped(l.Errors-unfinishedOf(l)), cut, outcomes(l))
	if q := l.Response; q != nil {
		line("latency", "p50 %s   p95 %s   p99 %s   max %s ms", units.Milliseconds(q.P50), units.Milliseconds(q.P95), units.Milliseconds(q.P99), units.Milliseconds(q.Max))
		line("", "(%s)", clock)
	}
	if c.ServerCPU != nil {
		line("CPU", "%s µs per request in the service, %s in the client", micro(c.ServerCPU), micro(c.ClientCPU))
	} else {
		line("CPU", "%s µs per request in the client; --pid adds the CPU of a service on this machine", micro(c.ClientCPU))
	}
	if c.Bytes != nil {
		line("allocated", "%s B in %s objects per request%s", whole(c.Bytes), oneDecimal(c.Allocs), including)
		line("GC", "%s cycles, %s ms of pauses in total%s", whole(c.GCCycles), milli(c.GCPause), including)
	}
	if c.PeakRSS != nil {
		line("memory", "at most %s MiB resident", mebi(c.PeakRSS))
	}
	if q := l.Lateness; clock.closed {
		line("generator", "%d connections", l.Connections.MaxOpen)
	} else if q != nil {
		line("generator", "p99 lateness of sending %s ms, at most %d connections", units.Milliseconds(q.P99), l.Connections.MaxOpen)
	}
	if text := machineText([]runfolder.Round{*r}); text != "" {
		line("machine", "%s", text)
	}
	b.WriteByte('\n')
}

// outcomes is ", 603 win, 5,397 loss" or nothing.
func outcomes(l runfolder.Load) string {
	text := ""
	for _, name := range []string{"win", "loss", "pending"} {
		if n := l.Outcomes[name]; n > 0 {
			text += fmt.Sprintf(", %s %s", units.Grouped(n), plural(name, n))
		}
	}
	return text
}

func plural(name string, n int64) string {
	switch {
	case n == 1 || name == "pending":
		return name
	case name == "loss":
		return "losses"
	}
	return name + "s"
}

// rateText tells what was found, for the header of the result.
func rateText(choice *runfolder.RateChoice) string {
	found, slow := make([]string, len(choice.Arms)), ""
	for i, arm := range choice.Arms {
		found[i] = fmt.Sprintf("%s %s", arm.Name, units.Fixed(math.Round(arm.Rate), -1))
		if arm.SLO > choice.Asked {
			found[i] += fmt.Sprintf(" (within %v)", arm.SLO)
			slow = "; arms that cannot keep it at any rate got a higher limit"
		}
	}
	return fmt.Sprintf("the rate is %.0f %% of the slowest arm's highest rate; a short search with p95 within %v found, in requests/s: %s%s",
		100*choice.Share, choice.Asked, strings.Join(found, ", "), slow)
}
