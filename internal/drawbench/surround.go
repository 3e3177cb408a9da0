package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// membersEach bounds the connections of one crowd process: files are limited by
// process.
const membersEach = 5000

// surround starts a fresh lotteryd, has a crowd ask it, and audits its stores. Answers
// are not compared: those that come in time are more often losses.
// Connections, Phases and Honor of the load are given, the rest follows.
// The sample has lotteryd's memory and the slowest answer of the admin port.
func (b *bench) surround(ctx context.Context, load crowdSpec) (*crowdResult, sample, error) {
	t, err := b.startLotteryd(ctx, reference.Configuration{Flags: b.extra}, loadgen.Plan{Users: 100_000_000, Duration: 15 * time.Second, Rate: 20_000})
	if err != nil {
		return nil, nil, err
	}
	r, s, err := b.surroundTarget(ctx, t, load)
	return r, s, errors.Join(err, t.Stop(context.WithoutCancel(ctx)))
}

func (b *bench) surroundTarget(ctx context.Context, t *experiment.Target, load crowdSpec) (*crowdResult, sample, error) {
	u, err := url.Parse(t.Plan.URL)
	if err != nil {
		return nil, nil, err
	}
	probing, stop := context.WithCancel(ctx)
	slowest := make(chan float64, 1)
	go func() { slowest <- probe(probing, t.Pprof[0].URL) }()
	load.Address, load.Path, load.Seed, load.Cores = u.Host, u.Path, uint64(b.runs), [2]int{b.cores / 2, b.cores}
	// Time for the processes to start, and for all to connect in a closed loop.
	load.Begin = time.Now().Add(2*time.Second + time.Duration(load.Connections/10)*time.Millisecond)
	r, err := b.crowd(ctx, load)
	stop()
	s := sample{"probe": <-slowest}
	if err != nil {
		return nil, nil, err
	}
	if s["resident"], err = mostResidentOf(t.Plan.ServerPID); err != nil {
		return nil, nil, err
	}
	broken, err := t.Check(ctx)
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("the audit found %d broken invariants, such as %s %s: %s", len(broken), broken[0].ID, broken[0].Name, broken[0].Example)
	}
	return r, s, err
}

// crowd runs the load in as many processes as it takes.
func (b *bench) crowd(ctx context.Context, whole crowdSpec) (*crowdResult, error) {
	processes := (whole.Connections + membersEach - 1) / membersEach
	parts, ended := make([]crowdResult, processes), make(chan error, processes)
	for i := range processes {
		spec := whole
		spec.Connections /= processes
		spec.Seed = whole.Seed*100 + uint64(i)
		spec.Phases = nil
		for _, p := range whole.Phases {
			spec.Phases = append(spec.Phases, phase{p.Rate / float64(processes), p.Last})
		}
		go func() { ended <- b.crowdProcess(ctx, spec, &parts[i]) }()
	}
	var errs []error
	for range processes {
		errs = append(errs, <-ended)
	}
	total := &crowdResult{}
	for i := range parts {
		total.merge(&parts[i])
	}
	return total, errors.Join(errs...)
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

// probe asks the admin port again and again until ctx ends, and returns the slowest
// answer in seconds.
func probe(ctx context.Context, admin string) (slowest float64) {
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for {
		for _, path := range []string{"/livez", "/readyz"} {
			begin := time.Now()
			resp, err := client.Get(admin + path)
			if err == nil {
				_ = resp.Body.Close()
			}
			if ctx.Err() != nil {
				return slowest
			}
			took := time.Since(begin).Seconds()
			if err != nil || resp.StatusCode != http.StatusOK {
				took = client.Timeout.Seconds() // as bad as no answer
			}
			slowest = max(slowest, took)
		}
		select {
		case <-ctx.Done():
			return slowest
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// mostResidentOf is the most memory that a process had, in MiB.
func mostResidentOf(pid int) (float64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, err := strconv.ParseFloat(strings.Fields(rest + " x")[0], 64)
	return kib / 1024, err
}
