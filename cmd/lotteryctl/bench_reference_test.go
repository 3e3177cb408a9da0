package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// buildLotteryd gives the real program, built as `make build` does, under a path
// of the test's own, by which checkGone knows its processes.
func buildLotteryd(t *testing.T) string {
	t.Helper()
	built, err := sharedLotteryd()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lotteryd")
	if err := os.Link(built, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBenchAlone is the first thing a stranger runs: private servers, a fresh
// lotteryd for each run, winners and losers, and nothing left running.
func TestBenchAlone(t *testing.T) {
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--lotteryd", program, "--runs", "2", "--rate", "1200",
		"--duration", "1s", "--warmup", "200ms", "--out", out)
	if err != nil || stderr != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	m, rounds := readRun(t, out)
	if m.State != runfolder.Complete || !m.Arms[0].FreshProcess || len(rounds) != 2 {
		t.Fatalf("got manifest %+v and %d rounds", m, len(rounds))
	}
	for _, r := range rounds {
		l, c := r.Load, r.Cost
		if l.Requests != 1200 || l.Errors != 0 || l.Outcomes["win"]+l.Outcomes["loss"]+l.Outcomes["pending"] != 1200 {
			t.Errorf("run %d: got %+v, want 1,200 draws answered", r.Round, l)
		}
		// Ten in a hundred: 60 to 180 of 1,200 is beyond five standard deviations.
		if wins := l.Outcomes["win"]; wins < 60 || wins > 180 {
			t.Errorf("run %d: %d of 1,200 draws won, want about 120", r.Round, wins)
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
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // ends with the first round's log of answers, which is made as its load begins, or with ctx
		for ctx.Err() == nil {
			if found, _ := filepath.Glob(out + ".incomplete/arms/*/round-1/answers.jsonl"); len(found) > 0 {
				time.Sleep(500 * time.Millisecond) // into the load
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	err := run(ctx, []string{"bench", "--lotteryd", program, "--duration", "1m", "--warmup", "10ms", "--rate", "200", "--log-answers", "--out", out},
		strings.NewReader(""), io.Discard, io.Discard)
	if got := cli.ExitCode(err); got != cli.CodeInterrupted {
		t.Fatalf("got exit code %d (%v)", got, err)
	}
	if m, rounds := readRun(t, out); m.State != runfolder.Partial || len(rounds) != 1 {
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
	if cli.ExitCode(err) != cli.CodeGateFailed || !strings.Contains(stderr, "for round 1") || !strings.Contains(stderr, "the sky is falling") {
		t.Errorf("got exit code %d and stderr %q, want the program's last words", cli.ExitCode(err), stderr)
	}
	if left, _ := filepath.Glob(filepath.Dir(out) + "/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFindLotterydWithoutOne: the command says what to do.
func TestFindLotterydWithoutOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, stderr, err := execute(t, "bench", "--out", filepath.Join(t.TempDir(), "run"))
	if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "make build") || !strings.Contains(stderr, "--lotteryd") {
		t.Errorf("got %v, %q, want what to do", err, stderr)
	}
}

// TestBenchSteps runs two arms of the ladder end to end: fresh data for each
// run, dice that fit the arm, and an audit that has nothing to object to.
func TestBenchSteps(t *testing.T) {
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--lotteryd", program, "--steps", "ladder", "--only", "before,best", "--runs", "2",
		"--rate", "40", "--duration", "1s", "--warmup", "200ms", "--noise-limit", "none", "--out", out)
	if err != nil || withoutPlanNotes(stderr) != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	m, rounds := readRun(t, out)
	if m.Design != "ladder article only before,best" || len(m.Arms) != 2 || len(rounds) != 4 {
		t.Fatalf("got design %q, %d arms and %d rounds", m.Design, len(m.Arms), len(rounds))
	}
	if before := m.Arms[0]; before.Name != "before" || !strings.Contains(strings.Join(before.Command, " "), "--steps=none") ||
		!strings.Contains(before.Switches, "conn-pool=before") {
		t.Errorf("got arm %+v, want its switches", before)
	}
	for _, r := range rounds {
		if r.CheckState != runfolder.CheckHeld || r.Load.Errors != 0 || r.Load.Outcomes["win"]+r.Load.Outcomes["loss"]+r.Load.Outcomes["pending"] != 40 {
			t.Errorf("round %d of %s: got check %q (%v) and %+v", r.Round, r.Arm, r.CheckState, r.Broken, r.Load)
		}
		file, err := os.ReadFile(filepath.Join(out, "arms", r.Arm, fmt.Sprintf("round-%d", r.Round), "activity.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if random := strings.Contains(string(file), "dice: random"); random != (r.Arm == "before") {
			t.Errorf("%s drew with random dice: %v", r.Arm, random)
		}
	}
	if !strings.Contains(stdout, "all eight, best") || !strings.Contains(stdout, "too few requests") {
		t.Errorf("the answer is missing:\n%s", stdout)
	}
	checkGone(t, program)
}

// TestBenchReportsABrokenInvariant runs the variant of claim that is known to
// be wrong: it tells draws "sold out" while units are left.
func TestBenchReportsABrokenInvariant(t *testing.T) {
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--lotteryd", program, "--vary", "claim=best,stock-row", "--runs", "1",
		"--arrivals", "closed", "--connections", "32", "--duration", "1s", "--warmup", "100ms", "--noise-limit", "none", "--out", out)
	if err != nil {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	for _, want := range []string{"breaks an invariant", "told sold out while units were left", "known to be wrong: I8"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	_, rounds := readRun(t, out)
	for _, r := range rounds {
		if want := map[string]runfolder.CheckState{"claim.best": runfolder.CheckHeld, "claim.stock-row": runfolder.CheckBroken}[r.Arm]; r.CheckState != want {
			t.Errorf("%s: got check %q (%v), want %q", r.Arm, r.CheckState, r.Broken, want)
		}
	}
}

// TestBenchOnGivenStores: --check holds on stores that were given, too.
func TestBenchOnGivenStores(t *testing.T) {
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	redis, postgres := openStores(t)
	_, stderr, err := execute(t, "bench", "--lotteryd", program, "--redis", redis, "--postgres", postgres,
		"--runs", "1", "--rate", "100", "--duration", "500ms", "--check", "--out", out)
	if err != nil {
		t.Fatalf("got %v, %s", err, stderr)
	}
	_, rounds := readRun(t, out)
	if rounds[0].CheckState != runfolder.CheckHeld {
		t.Errorf("got check %q (%v)", rounds[0].CheckState, rounds[0].Broken)
	}
}
