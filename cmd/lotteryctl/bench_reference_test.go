package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// buildLotteryd builds the real program, as `make build` does.
func buildLotteryd(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lotteryd")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "../lotteryd").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return path
}

// TestBenchAlone is the first thing a stranger runs: private servers, a fresh
// lotteryd for each run, winners and losers, and nothing left running.
func TestBenchAlone(t *testing.T) {
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--lotteryd", program, "--runs", "2", "--rate", "300",
		"--duration", "1s", "--warmup", "200ms", "--out", out)
	if err != nil || stderr != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	m, rounds := readRun(t, out)
	if m.State != experiment.Complete || !m.Arms[0].FreshProcess || len(rounds) != 2 {
		t.Fatalf("got manifest %+v and %d rounds", m, len(rounds))
	}
	for _, r := range rounds {
		l, c := r.Load, r.Cost
		if l.Requests != 300 || l.Errors != 0 || l.Outcomes["win"]+l.Outcomes["loss"]+l.Outcomes["pending"] != 300 {
			t.Errorf("run %d: got %+v, want 300 draws answered", r.Round, l)
		}
		// Ten in a hundred: 5 to 60 of 300 is beyond five standard deviations.
		if wins := l.Outcomes["win"]; wins < 5 || wins > 60 {
			t.Errorf("run %d: %d of 300 draws won, want about 30", r.Round, wins)
		}
		if c.Source != "prometheus" || c.Bytes == nil || c.GCCycles == nil || c.ServerCPU == nil || c.PeakRSS == nil {
			t.Errorf("run %d: got %+v, want every figure of the reference service", r.Round, c)
		}
	}
	for _, want := range []string{"lotteryd with a private Redis and Postgres", "median"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the output:\n%s", want, stdout)
		}
	}
	checkGone(t, program)
}

// checkGone looks for processes of the program, by its path in /proc.
func checkGone(t *testing.T, program string) {
	t.Helper()
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if target, _ := os.Readlink(link); target == program {
			t.Errorf("%s still runs", link)
		}
	}
}

func TestBenchAloneInterrupted(t *testing.T) {
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // ends with the folder of the first round, or with ctx
		for ctx.Err() == nil {
			if found, _ := filepath.Glob(out + ".incomplete/arms/*/round-1/activity.yaml"); len(found) > 0 {
				time.Sleep(500 * time.Millisecond) // into the load
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	err := run(ctx, []string{"bench", "--lotteryd", program, "--duration", "1m", "--warmup", "10ms", "--rate", "200", "--out", out},
		strings.NewReader(""), io.Discard, io.Discard)
	if got := exitCode(err); got != codeInterrupted {
		t.Fatalf("got exit code %d (%v)", got, err)
	}
	if m, rounds := readRun(t, out); m.State != experiment.Partial || len(rounds) != 1 {
		t.Errorf("got state %q and %d rounds, want the one cut short", m.State, len(rounds))
	}
	checkGone(t, program)
}

// TestBenchAloneSaysWhyLotterydDoesNotStart plants a program that refuses.
func TestBenchAloneSaysWhyLotterydDoesNotStart(t *testing.T) {
	program, out := filepath.Join(t.TempDir(), "lotteryd"), filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho 'the sky is falling' >&2\nexit 2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, stderr, err := execute(t, "bench", "--lotteryd", program, "--out", out,
		"--redis", "redis://127.0.0.1:1/0", "--postgres", "postgres://127.0.0.1:1/none")
	if exitCode(err) != codeGateFailed || !strings.Contains(stderr, "for round 1") || !strings.Contains(stderr, "the sky is falling") {
		t.Errorf("got exit code %d and stderr %q, want the program's last words", exitCode(err), stderr)
	}
	if left, _ := filepath.Glob(filepath.Dir(out) + "/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFindLotterydWithoutOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := findLotteryd(""); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v, want what to do", err)
	}
}

// TestActivityFile pins what is drawn from: about one in ten wins, and stock
// never runs out.
func TestActivityFile(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	plan := loadgen.Plan{Rate: 1200, Duration: 10 * time.Second, Warmup: 2 * time.Second, Arrivals: loadgen.Constant}
	golden(t, "bench-activity.golden", activityFile("bench-1", now, mostDraws(plan, false), false))
	golden(t, "bench-activity-random.golden", activityFile("bench-1", now, mostDraws(plan, true), true))
	plan.Rate = 1e9
	text := activityFile("bench-1", now, mostDraws(plan, false), false)
	if total := 3 * (mostUnits + 1000); total > 100_000_000 || strings.Count(text, fmt.Sprintf("stock: %d", mostUnits+1000)) != 3 {
		t.Errorf("the stock of an absurd rate must stay within what lotteryd takes:\n%s", text)
	}
}
