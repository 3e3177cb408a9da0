package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/bars"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// The flood part asks whether the generator itself takes away what an
// overloaded server could answer. All of a round is relative to the best closed
// loop of that round.
const (
	floodWindow = 3 * time.Second
	// floodShare of what the server answers in its best closed loop must be
	// answered at twice and four times that rate.
	floodShare = 0.9
	// floodHeap is what the generator may need: requests that wait, for
	// floodTimeout at most, and connections.
	floodHeap    = 64 // MiB
	floodTimeout = 2 * time.Second
)

// floodedServer is one that is flooded.
type floodedServer struct {
	name  string
	start func(context.Context, loadgen.Plan) (*experiment.Target, error)
}

// flood loads two servers with more than they can take.
func (b *bench) flood(ctx context.Context) error {
	planted, err := b.buildPlanted(ctx)
	if err != nil {
		return err
	}
	servers := []floodedServer{
		{"planted", func(ctx context.Context, p loadgen.Plan) (*experiment.Target, error) {
			return b.startPlanted(ctx, planted, p)
		}},
		{"lotteryd", func(ctx context.Context, p loadgen.Plan) (*experiment.Target, error) {
			return b.startLotteryd(ctx, reference.Configuration{}, p)
		}},
	}
	fmt.Fprintf(b.out, "\nFlood, open loop with the default limit of connections, beside the best closed loop of the same round\n")
	fmt.Fprintf(b.out, "%-10s %-10s %-22s %-24s %-14s %-13s %s\n", "server", "asked", "answered/s", "share of closed loop", "connections", "client heap", "bar")
	for _, s := range servers {
		if err := b.floodOne(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (b *bench) floodOne(ctx context.Context, s floodedServer) error {
	factors := []float64{2, 4}
	found := map[float64]samples{}
	for round := range b.rounds {
		best, err := b.bestClosed(ctx, s)
		if err != nil {
			return err
		}
		for i := range factors {
			factor := factors[(round+i)%len(factors)]
			got, err := b.flooded(ctx, s, loadgen.Plan{Rate: factor * best})
			if err != nil {
				return err
			}
			got["share"] = got["answered"] / best
			found[factor] = append(found[factor], got)
			fmt.Fprintf(b.progress, "round %d/%d %-9s %v x %6.0f/s: %6.0f/s answered\n", round+1, b.rounds, s.name, factor, best, got["answered"])
		}
	}
	others := b.machine.Others()
	for _, factor := range factors {
		r := found[factor]
		bar := bars.Bar{AtLeast: floodShare}
		verdict := b.board.Judge(bar, r.values("share"), others)
		memory := b.board.Judge(bars.Bar{AtMost: floodHeap}, r.values("heap"), others)
		fmt.Fprintf(b.out, "%-10s %-10s %-22s %-24s %-14s %-13s %s %s; heap <= %d MiB %s\n", s.name, fmt.Sprintf("%v x", factor), r.show("answered", 0),
			r.show("share", 2), r.show("connections", 0), r.show("heap", 1), bar, verdict, floodHeap, memory)
	}
	b.showOthers(others)
	return nil
}

// bestClosed is what the server answers over the best of some numbers of
// connections.
func (b *bench) bestClosed(ctx context.Context, s floodedServer) (best float64, err error) {
	for _, connections := range []int{16, 64, 256} {
		got, err := b.flooded(ctx, s, loadgen.Plan{Arrivals: loadgen.Closed, Connections: connections})
		if err != nil {
			return 0, err
		}
		best = max(best, got["answered"])
	}
	return best, nil
}

// flooded is one run on a fresh server. Only answers of success count.
func (b *bench) flooded(ctx context.Context, s floodedServer, plan loadgen.Plan) (sample, error) {
	plan.Users, plan.Duration, plan.Warmup, plan.Timeout = 100_000_000, floodWindow, time.Second, floodTimeout
	t, err := s.start(ctx, plan)
	if err != nil {
		return nil, err
	}
	b.machine.Pause(ctx)
	plan = t.Plan
	plan.Seed = uint64(b.runs)
	var good atomic.Int64
	plan.Record = func(x *loadgen.Exchange) {
		if x.Err == nil && x.Status/100 == 2 && x.Done >= plan.Warmup && x.Done < plan.Warmup+plan.Duration {
			good.Add(1)
		}
	}
	plan.MaxBody = 1
	heap, stop := watchHeap()
	r, err := loadgen.Run(ctx, plan)
	stop()
	if stopErr := t.Stop(context.WithoutCancel(ctx)); err == nil {
		err = stopErr
	}
	switch {
	case err != nil:
		return nil, err
	case r.Partial:
		return nil, context.Canceled
	}
	if n := r.Counts.Errors[loadgen.KindLocal]; n > 0 {
		return nil, fmt.Errorf("the generator ran out of files or ports for %d requests", n)
	}
	return sample{
		"answered": float64(good.Load()) / plan.Duration.Seconds(), "connections": float64(r.Connections.MaxOpen),
		"heap": float64(heap.Load()) / (1 << 20),
	}, nil
}

// watchHeap finds the most that this process had on its heap until stop.
func watchHeap() (most *atomic.Uint64, stop func()) {
	most = new(atomic.Uint64)
	runtime.GC()
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapInuse))
			}
		}
	}()
	return most, func() { close(quit); <-ended }
}

func (b *bench) buildPlanted(ctx context.Context) (path string, err error) {
	path = filepath.Join(b.folder, "planted")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "./internal/planted").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building planted (run drawbench from the top folder): %w\n%s", err, out)
	}
	return path, nil
}

func (b *bench) startPlanted(ctx context.Context, path string, plan loadgen.Plan) (*experiment.Target, error) {
	address, err := freePort()
	if err != nil {
		return nil, err
	}
	lap, err := b.lap()
	if err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(address, ":")
	process, err := experiment.StartProcess([]string{path, "--port", port, "--rounds", "200"}, nil, filepath.Join(lap.Dir, runfolder.ServerLogFile))
	if err != nil {
		return nil, err
	}
	target := &experiment.Target{Plan: plan, Ended: process.Ended(), Stop: process.Stop}
	target.Plan.URL, target.Plan.ServerPID = "http://"+address+"/?user={{user}}", process.PID()
	if err := await(ctx, "http://"+address+"/"); err != nil {
		return nil, errors.Join(err, process.EarlyEnd(), process.Stop(ctx))
	}
	return target, nil
}
