package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// body draws for one user in a hundred million, so that users seldom repeat.
const drawBody = `{"user":"{{user}}","request":"{{uuid}}"}`

// plan is a load of draws on t.
func (b *bench) plan(t *target, arrivals loadgen.Arrivals, rate float64) loadgen.Plan {
	return loadgen.Plan{
		URL: t.url, Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/json"}},
		Body: drawBody, Users: 100_000_000, Arrivals: arrivals, Rate: rate, Connections: connections(arrivals),
		Duration: b.seconds, Warmup: time.Second, Seed: uint64(b.runs), ServerPID: t.cmd.Process.Pid,
	}
}

// connections: 64 in closed loop, as many as it takes in open loop.
func connections(a loadgen.Arrivals) int {
	if a == loadgen.Closed {
		return 64
	}
	return 0
}

// sample is one run's figures by name.
type sample map[string]float64

// load runs a plan and reads the service's own counters around it.
func (b *bench) load(ctx context.Context, t *target, arrivals loadgen.Arrivals, rate float64) (sample, error) {
	before, err := scrape(ctx, t)
	if err != nil {
		return nil, err
	}
	r, err := loadgen.Run(ctx, b.plan(t, arrivals, rate))
	if err != nil {
		return nil, err
	}
	after, err := scrape(ctx, t)
	if err != nil {
		return nil, err
	}
	if r.Partial {
		return nil, context.Canceled
	}
	if n := r.Counts.ErrorCount() + r.Counts.Answered - r.Counts.StatusClass(2); n > 0 {
		return nil, fmt.Errorf("%d draws were not answered with 200: %v %v", n, r.Counts.Errors, r.Counts.Statuses)
	}
	for _, d := range r.Doubts {
		fmt.Fprintf(b.progress, "  note: %s: %s\n", words.DoubtName(d.Code), words.Doubt(d))
	}
	ms := func(q float64) float64 { return float64(r.Response.Quantile(q)) / 1e6 }
	s := sample{
		"p50": ms(.5), "p95": ms(.95), "p99": ms(.99), "rate": r.AnsweredRate,
		"server-cpu": float64(r.CPU.Server) / 1e3, "client-cpu": float64(r.CPU.Client) / 1e3,
		"lateness-p99": float64(r.Lateness.Quantile(.99)) / 1e3,
	}
	if t.admin != "" {
		draws := after["draws"] - before["draws"]
		s["bytes"] = (after["bytes"] - before["bytes"]) / draws
		s["allocs"] = (after["allocs"] - before["allocs"]) / draws
		s["wins"] = 100 * (after["wins"] - before["wins"]) / draws
		s["rss"] = after["rss"] / (1 << 20)
	}
	return s, nil
}

// scrape reads the few counters that the figures need.
func scrape(ctx context.Context, t *target) (sample, error) {
	if t.admin == "" {
		return nil, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.admin+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	s := sample{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		v, _ := strconv.ParseFloat(value, 64)
		switch {
		case name == "go_memstats_alloc_bytes_total":
			s["bytes"] = v
		case name == "go_memstats_mallocs_total":
			s["allocs"] = v
		case name == "process_resident_memory_bytes":
			s["rss"] = v
		case strings.HasPrefix(name, "lotteryd_draws_total{"):
			s["draws"] += v
			if strings.Contains(name, `result="win"`) {
				s["wins"] += v
			}
		}
	}
	return s, nil
}

// latency: two rates, one draw in ten a durable win.
func (b *bench) latency(ctx context.Context) error {
	arms := []arm{
		{"1,200/s", func(ctx context.Context) (sample, error) { return b.onLotteryd(ctx, 10, loadgen.Constant, 1200) }},
		{"12,000/s", func(ctx context.Context) (sample, error) { return b.onLotteryd(ctx, 10, loadgen.Constant, 12000) }},
	}
	results, err := b.interleave(ctx, arms)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nLatency from the intended send time, evenly spaced, 10 %% durable winners, median [min–max]\n")
	fmt.Fprintf(b.out, "%-10s %-24s %-24s %-24s %-18s %-18s %s\n", "load", "p50 ms", "p95 ms", "p99 ms", "server CPU µs", "lateness p99 µs", "RSS MiB")
	for _, a := range arms {
		r := results[a.name]
		fmt.Fprintf(b.out, "%-10s %-24s %-24s %-24s %-18s %-18s %s\n", a.name, r.show("p50", 3), r.show("p95", 3), r.show("p99", 3),
			r.show("server-cpu", 0), r.show("lateness-p99", 0), r.show("rss", 0))
	}
	return nil
}

// capacity: closed loop at 64 connections, arms in turn.
func (b *bench) capacity(ctx context.Context) error {
	arms := []arm{
		{"bare", b.onBare},
		{"losers", func(ctx context.Context) (sample, error) { return b.onLotteryd(ctx, 0, loadgen.Closed, 0) }},
		{"winners", func(ctx context.Context) (sample, error) { return b.onLotteryd(ctx, 10, loadgen.Closed, 0) }},
	}
	results, err := b.interleave(ctx, arms)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nCapacity, closed loop at 64 connections, median [min–max]\n")
	fmt.Fprintf(b.out, "%-22s %-26s %-22s %-16s %-16s %s\n", "server", "draws/s", "ratio to bare", "server CPU µs", "B/draw", "allocs/draw")
	for _, a := range arms {
		r := results[a.name]
		fmt.Fprintf(b.out, "%-22s %-26s %-22s %-16s %-16s %s\n", armTitles(a.name), r.show("rate", 0), r.ratio(results["bare"], "rate").show("ratio", 2),
			r.show("server-cpu", 1), r.show("bytes", 0), r.show("allocs", 1))
	}
	return nil
}

func armTitles(name string) string {
	switch name {
	case "losers":
		return "lotteryd, losers only"
	case "winners":
		return "lotteryd, 10 % winners"
	default:
		return "bare handler"
	}
}

// onLotteryd is one run on a fresh lotteryd.
func (b *bench) onLotteryd(ctx context.Context, winEvery int, arrivals loadgen.Arrivals, rate float64) (s sample, err error) {
	t, err := b.startLotteryd(ctx, winEvery)
	if err != nil {
		return nil, err
	}
	defer func() {
		if stopErr := t.stop(); err == nil {
			err = stopErr
		}
	}()
	return b.load(ctx, t, arrivals, rate)
}

// onBare is one run on a fresh bare server.
func (b *bench) onBare(ctx context.Context) (s sample, err error) {
	t, err := b.startBare(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.stop() }()
	return b.load(ctx, t, loadgen.Closed, 0)
}

// arm is one thing to measure.
type arm struct {
	name string
	run  func(context.Context) (sample, error)
}

// samples are an arm's runs, by round.
type samples []sample

// interleave runs every arm once a round; each round starts with another arm.
func (b *bench) interleave(ctx context.Context, arms []arm) (map[string]samples, error) {
	results := make(map[string]samples)
	for round := range b.rounds {
		for i := range arms {
			a := arms[(round+i)%len(arms)]
			s, err := a.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("round %d, %s: %w", round+1, a.name, err)
			}
			fmt.Fprintf(b.progress, "round %d/%d %-9s %6.0f/s p95 %.3f ms\n", round+1, b.rounds, a.name, s["rate"], s["p95"])
			results[a.name] = append(results[a.name], s)
		}
	}
	return results, nil
}

// ratio divides a figure by another arm's of the same round.
func (r samples) ratio(base samples, name string) samples {
	out := make(samples, len(r))
	for i := range r {
		out[i] = sample{"ratio": r[i][name] / base[i][name]}
	}
	return out
}

// show prints median and range of a figure; "-" if no run has it.
func (r samples) show(name string, digits int) string {
	var v []float64
	for _, s := range r {
		if x, ok := s[name]; ok {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		return "-"
	}
	slices.Sort(v)
	median := (v[(len(v)-1)/2] + v[len(v)/2]) / 2
	f := func(x float64) string { return strconv.FormatFloat(x, 'f', digits, 64) }
	return f(median) + " [" + f(v[0]) + "–" + f(v[len(v)-1]) + "]"
}
