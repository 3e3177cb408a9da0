package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// membersEach bounds the connections of one crowd process: files are limited by
// process.
const membersEach = 5000

// pressed is one run of a crowd against a fresh lotteryd.
func (b *bench) pressed(ctx context.Context, connections int, honor bool, flags []string, phases ...phase) (*crowdResult, error) {
	t, err := b.startLotteryd(ctx, reference.Configuration{Flags: flags}, loadgen.Plan{Users: 100_000_000, Duration: time.Minute, Rate: 20000})
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(t.Plan.URL)
	if err != nil {
		return nil, err
	}
	processes := (connections + membersEach - 1) / membersEach
	begin := time.Now().Add(2*time.Second + time.Duration(connections/10)*time.Millisecond)
	results := make(chan error, processes)
	total := &crowdResult{}
	parts := make([]crowdResult, processes)
	for i := range processes {
		spec := crowdSpec{Cores: [2]int{b.cores / 2, b.cores}, Address: u.Host, Path: u.Path, Connections: connections / processes, Honor: honor, Seed: uint64(b.runs*100 + i), Begin: begin}
		for _, p := range phases {
			spec.Phases = append(spec.Phases, phase{p.Rate / float64(processes), p.Last})
		}
		go func() { results <- b.crowdProcess(ctx, spec, &parts[i]) }()
	}
	for range processes {
		if err2 := <-results; err == nil {
			err = err2
		}
	}
	if stopErr := t.Stop(context.WithoutCancel(ctx)); err == nil {
		err = stopErr
	}
	for i := range parts {
		total.merge(&parts[i])
	}
	return total, err
}

func (b *bench) crowdProcess(ctx context.Context, spec crowdSpec, into *crowdResult) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "--crowd", string(text))
	cmd.Stderr = b.progress
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("a crowd process: %w", err)
	}
	return json.Unmarshal(out, into)
}

// underload is a first look.
func (b *bench) underload(ctx context.Context) error {
	show := func(name string, r *crowdResult, from, to time.Duration) float64 {
		s := r.within(from, to)
		rate := func(n int64) float64 { return float64(n) / (to - from).Seconds() }
		fmt.Fprintf(b.out, "%-22s good %8.0f late %7.0f refused %7.0f other %5.0f failed %7.0f unsent %7.0f /s p50 %7.1f p99 %7.1f refused p50 %7.1f ms\n", name, rate(s.Good), rate(s.Late), rate(s.Refused), rate(s.Other), rate(s.Failed), rate(s.Unsent),
			r.Accepted.Quantile(.5).Seconds()*1e3, r.Accepted.Quantile(.99).Seconds()*1e3, r.Refused.Quantile(.5).Seconds()*1e3)
		return rate(s.Good)
	}
	peak := 0.0
	for _, n := range []int{2000} {
		r, err := b.pressed(ctx, n, false, nil, phase{0, 5 * time.Second})
		if err != nil {
			return err
		}
		peak = max(peak, show(fmt.Sprintf("closed %d", n), r, time.Second, 5*time.Second))
	}
	for _, f := range []float64{} {
		r, err := b.pressed(ctx, 8000, false, nil, phase{f * peak, 4 * time.Second}, phase{0.8 * peak, 5 * time.Second})
		if err != nil {
			return err
		}
		show(fmt.Sprintf("open %v x", f), r, time.Second, 4*time.Second)
		for s := 4; s < 9; s++ {
			show(fmt.Sprintf("  0.8 x, second %d", s-4), r, time.Duration(s)*time.Second, time.Duration(s+1)*time.Second)
		}
	}
	return nil
}
