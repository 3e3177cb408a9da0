package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/bars"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// plan is a load of draws by users of a hundred million, so that they seldom
// repeat.
func (b *bench) plan(arrivals loadgen.Arrivals, rate float64) loadgen.Plan {
	return loadgen.Plan{
		Users: 100_000_000, Arrivals: arrivals, Rate: rate, Connections: connections(arrivals),
		Duration: b.seconds, Warmup: time.Second,
	}
}

// connections: 64 in closed loop, as many as it takes in open loop.
func connections(a loadgen.Arrivals) int {
	if a == loadgen.Closed {
		return 64
	}
	return 0
}

// load loads a target and reads the service's own counters around it.
func (b *bench) load(ctx context.Context, t *experiment.Target) (sample, error) {
	before, err := readCounters(ctx, t)
	if err != nil {
		return nil, err
	}
	plan := t.Plan
	plan.Seed = uint64(b.runs)
	r, err := loadgen.Run(ctx, plan)
	if err != nil {
		return nil, err
	}
	after, err := readCounters(ctx, t)
	if err != nil {
		return nil, err
	}
	if r.Partial {
		return nil, context.Canceled
	}
	if n := r.Counts.Errors[loadgen.KindLocal]; n > 0 {
		return nil, fmt.Errorf("the generator ran out of files or ports for %d requests", n)
	}
	for _, d := range r.Doubts {
		fmt.Fprintf(b.progress, "  note: %s: %s\n", words.DoubtName(d.Code), words.Doubt(d))
	}
	ms := func(q float64) float64 { return float64(r.Response.Quantile(q)) / 1e6 }
	s := sample{
		"p50": ms(.5), "p95": ms(.95), "p99": ms(.99), "rate": r.AnsweredRate * float64(r.Counts.StatusClass(2)) / float64(max(1, r.Counts.Answered)),
		"server-cpu": float64(r.CPU.Server) / 1e3, "client-cpu": float64(r.CPU.Client) / 1e3,
		"lateness-p99": float64(r.Lateness.Quantile(.99)) / 1e3,
		"failed":       100 * float64(r.Counts.Intended-r.Counts.StatusClass(2)) / float64(r.Counts.Intended),
	}
	if t.MetricsURL != "" {
		draws := after.draws - before.draws
		s["bytes"] = (after.runtime[runtimemetrics.AllocBytes] - before.runtime[runtimemetrics.AllocBytes]) / draws
		s["allocs"] = (after.runtime[runtimemetrics.Mallocs] - before.runtime[runtimemetrics.Mallocs]) / draws
		s["wins"] = 100 * (after.wins - before.wins) / draws
		s["rss"] = after.runtime[runtimemetrics.RSS] / (1 << 20)
	}
	return s, nil
}

// counters are what lotteryd counts itself.
type counters struct {
	runtime     runtimemetrics.Reading
	draws, wins float64
}

// readCounters reads the few counters that the figures need; the bare server
// has none.
func readCounters(ctx context.Context, t *experiment.Target) (c counters, err error) {
	if t.MetricsURL == "" {
		return c, nil
	}
	text, err := runtimemetrics.NewSource(t.MetricsURL, nil).ReadText(ctx)
	if err != nil {
		return c, err
	}
	if c.runtime, _, err = runtimemetrics.ParseReading(text); err != nil {
		return c, err
	}
	for s, broken := range runtimemetrics.Samples(text) {
		if broken != nil || s.Name != "lotteryd_draws_total" {
			continue
		}
		c.draws += s.Value
		if s.Label("result") == "win" {
			c.wins += s.Value
		}
	}
	return c, nil
}

// The bars. Those of latency and capacity are ratios to what the same round
// measured; bytes and counts do not depend on the machine.
const (
	latencyBar  = 1.45 // p95 at 1,200/s, of the bare handler's
	losersBar   = 1.15 // capacity, of the bare handler's
	winnersBar  = 0.90
	failedBar   = 0.01 // % of draws at 1,200/s, in the worst round
	bytesBar    = 4096 // of a losing draw, whole process
	allocsBar   = 40
	residentBar = 100 // MiB at 12,000/s
	redisBar    = 120 // bytes of Redis a losing draw
)

// latency: two rates, one draw in ten a durable win. At 1,200/s, p95 is the
// median winner. The floor is that of a bare handler under the same load in the
// same round, which calls the same script and inserts one row for each winner.
func (b *bench) latency(ctx context.Context) error {
	tenth := reference.Configuration{} // of the draws win
	arms := []arm{
		{"1,200/s", func(ctx context.Context) (sample, error) { return b.onLotteryd(ctx, tenth, loadgen.Constant, 1200) }},
		{"bare, 1,200/s", func(ctx context.Context) (sample, error) { return b.onBare(ctx, loadgen.Constant, 1200, true) }},
		{"12,000/s", func(ctx context.Context) (sample, error) {
			return b.onLotteryd(ctx, tenth, loadgen.Constant, 12000)
		}},
	}
	results, err := b.interleave(ctx, arms)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nLatency from the intended send time, evenly spaced, 10 %% durable winners, median [min–max]\n")
	fmt.Fprintf(b.out, "%-26s %-22s %-22s %-22s %-16s %-20s %-14s %s\n", "load", "p50 ms", "p95 ms", "p99 ms", "server CPU µs", "lateness p99 µs", "RSS MiB", "not 200, %")
	for _, a := range arms {
		r := results[a.name]
		fmt.Fprintf(b.out, "%-26s %-22s %-22s %-22s %-16s %-20s %-14s %s\n", armTitle(a.name), r.show("p50", 3), r.show("p95", 3), r.show("p99", 3),
			r.show("server-cpu", 0), r.show("lateness-p99", 0), r.show("rss", 0), r.show("failed", 2))
	}
	b.judge(
		verdict{"p95 at 1,200/s, of the bare handler's", bars.Bar{AtMost: latencyBar}, results["1,200/s"].ratio(results["bare, 1,200/s"], "p95").values("ratio"), 2},
		verdict{"not answered with 200 at 1,200/s in the worst round, %", bars.Bar{AtMost: failedBar}, []float64{slices.Max(results["1,200/s"].values("failed"))}, 2},
		verdict{"resident memory at 12,000/s, MiB", bars.Bar{AtMost: residentBar}, results["12,000/s"].values("rss"), 0},
	)
	return nil
}

// capacity: closed loop at 64 connections, arms in turn.
func (b *bench) capacity(ctx context.Context) error {
	arms := []arm{
		{"bare", func(ctx context.Context) (sample, error) { return b.onBare(ctx, loadgen.Closed, 0, false) }},
		{"losers", func(ctx context.Context) (sample, error) {
			return b.onLotteryd(ctx, reference.Configuration{LosersOnly: true}, loadgen.Closed, 0)
		}},
		{"winners", func(ctx context.Context) (sample, error) {
			return b.onLotteryd(ctx, reference.Configuration{}, loadgen.Closed, 0)
		}},
	}
	results, err := b.interleave(ctx, arms)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nCapacity, closed loop at 64 connections, median [min–max]\n")
	fmt.Fprintf(b.out, "%-26s %-26s %-22s %-16s %-16s %s\n", "server", "draws/s", "ratio to bare", "server CPU µs", "B/draw", "allocs/draw")
	for _, a := range arms {
		r := results[a.name]
		fmt.Fprintf(b.out, "%-26s %-26s %-22s %-16s %-16s %s\n", armTitle(a.name), r.show("rate", 0), r.ratio(results["bare"], "rate").show("ratio", 2),
			r.show("server-cpu", 1), r.show("bytes", 0), r.show("allocs", 1))
	}
	losers, winners := results["losers"], results["winners"]
	b.judge(
		verdict{"capacity, losers only, of the bare handler's", bars.Bar{AtLeast: losersBar}, losers.ratio(results["bare"], "rate").values("ratio"), 2},
		verdict{"capacity, 10 % winners, of the bare handler's", bars.Bar{AtLeast: winnersBar}, winners.ratio(results["bare"], "rate").values("ratio"), 2},
		verdict{"bytes a losing draw", bars.Bar{AtMost: bytesBar}, losers.values("bytes"), 0},
		verdict{"allocations a losing draw", bars.Bar{AtMost: allocsBar}, losers.values("allocs"), 1},
	)
	return nil
}

func armTitle(name string) string {
	switch name {
	case "losers":
		return "lotteryd, losers only"
	case "winners":
		return "lotteryd, 10 % winners"
	case "bare":
		return "bare handler"
	case "1,200/s", "12,000/s":
		return "lotteryd, " + name
	default:
		return name
	}
}

// onLotteryd is one run on a fresh lotteryd.
func (b *bench) onLotteryd(ctx context.Context, c reference.Configuration, arrivals loadgen.Arrivals, rate float64) (sample, error) {
	t, err := b.startLotteryd(ctx, c, b.plan(arrivals, rate))
	if err != nil {
		return nil, err
	}
	return b.loadAndStop(ctx, t)
}

// onBare is one run on a fresh bare server.
func (b *bench) onBare(ctx context.Context, arrivals loadgen.Arrivals, rate float64, winners bool) (sample, error) {
	t, err := b.startBare(ctx, b.plan(arrivals, rate), winners)
	if err != nil {
		return nil, err
	}
	return b.loadAndStop(ctx, t)
}

// loadAndStop stops the target after an interrupt, too.
func (b *bench) loadAndStop(ctx context.Context, t *experiment.Target) (sample, error) {
	b.machine.Pause(ctx)
	s, err := b.load(ctx, t)
	if stopErr := t.Stop(context.WithoutCancel(ctx)); err == nil {
		err = stopErr
	}
	return s, err
}

// arm is one thing to measure.
type arm struct {
	name string
	run  func(context.Context) (sample, error)
}

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
