package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// executeUntil is execute with an end from outside.
func executeUntil(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	var out, errOut bytes.Buffer
	err = run(ctx, args, strings.NewReader(""), &out, &errOut)
	return out.String(), errOut.String(), err
}

// TestProfileAlone is what a stranger runs: private servers, a lotteryd under
// load, its profiles.
func TestProfileAlone(t *testing.T) {
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "profile", "--lotteryd", program, "--duration", "2s", "--warmup", "200ms",
		"--rate", "300", "--steps", "none", "--step", "json=best", "--trace", "--out", out)
	if err != nil || stderr != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	run, rounds := readRun(t, out)
	if run.State != runfolder.Complete || len(rounds) != 0 || !strings.Contains(run.Arms[0].Switches, "conn-pool=before") ||
		!strings.Contains(run.Arms[0].Switches, "json=best") {
		t.Errorf("got %d rounds and %+v", len(rounds), run.Arms[0])
	}
	m := bundleOf(t, out, "lotteryd")
	if len(m.Targets) != 1 || m.Targets[0].Trace == nil || m.Targets[0].Trace.Status != profiles.OK {
		t.Errorf("got the targets %+v, want one with a trace", m.Targets)
	}
	for _, kind := range profiles.Kinds() {
		p, _ := m.Profile(kind)
		fine := p.Status == profiles.OK || kind == profiles.Mutex && p.Status == profiles.Empty // nobody had to wait
		if !fine {
			t.Errorf("%s: got %s: %v", kind, p.Status, p.Failure)
		}
	}
	for _, w := range m.Warnings {
		if w.Code == profiles.WarnProfilingOff {
			t.Errorf("waiting and locks are to be sampled: %+v", w)
		}
	}
	checkRequests(t, m, profiles.CPU, 300)
	if _, stderr, err := execute(t, "compare", out, out); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "flame --diff") {
		t.Errorf("compare of profiles alone: %v, %q; want to be told what compares them", err, stderr)
	}
	if stdout, _, err := execute(t, "flame", "--goroutines", out); err != nil || !strings.Contains(stdout, "goroutines before") {
		t.Errorf("the goroutines of the run's only bundle: %v, %q", err, stdout)
	}
	for _, want := range []string{"lotteryd with a private Redis and Postgres", "latency", "p99", "per request", "see it: lotteryctl flame " + out, out} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the output:\n%s", want, stdout)
		}
	}
	checkGone(t, program)
}

// TestProfileURL loads one service and takes the profiles of it, and of another
// place when asked to.
func TestProfileURL(t *testing.T) {
	t.Parallel()
	url, elsewhere := startStub(t, "fast"), startStub(t, "fast")
	for _, c := range []struct {
		from string
		args []string
	}{
		{url, nil},
		{elsewhere, []string{"--target", elsewhere, "--header", "X-A: b", "--profile-header", "X-P: hush"}},
	} {
		out := filepath.Join(t.TempDir(), "run")
		args := append([]string{"profile", "--url", url + "/{{seq}}", "--rate", "200", "--duration", "1s", "--warmup", "100ms",
			"--kinds", "cpu,goroutine", "--json", "--out", out}, c.args...)
		stdout, stderr, err := execute(t, args...)
		if err != nil || stderr != "" {
			t.Fatalf("got %v, stderr %q", err, stderr)
		}
		var report runreport.ProfileReport
		if err := json.Unmarshal([]byte(stdout), &report); err != nil {
			t.Fatal(err)
		}
		if len(report.Profiled) != 1 || len(report.Bundles) != 1 || len(report.Profiled[0].From) != 1 || report.Profiled[0].From[0] != c.from {
			t.Errorf("got %+v, want the profiles of %s", report.Profiled, c.from)
		}
		if l := report.Profiled[0].Load; l.Requests < 200 || l.Errors != 0 || l.Response == nil {
			t.Errorf("got %+v, want a second of load", l)
		}
		checkRequests(t, report.Bundles[0], profiles.CPU, 200)
		text, err := os.ReadFile(filepath.Join(out, "run.json"))
		if err != nil || strings.Contains(string(text), "hush") {
			t.Errorf("run.json: %v, or it tells a secret", err)
		}
	}
}

// TestProfileInterrupted keeps what was taken until Ctrl-C. It cannot be
// resumed, as its single run would begin anew.
func TestProfileInterrupted(t *testing.T) {
	url, out := startStub(t, "fast"), filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	_, stderr, err := executeUntil(ctx, "profile", "--url", url, "--rate", "100", "--duration", "30s", "--warmup", "10ms",
		"--kinds", "cpu,goroutine", "--out", out)
	if cli.ExitCode(err) != cli.CodeInterrupted || !strings.Contains(stderr, out) {
		t.Fatalf("got exit code %d and %q", cli.ExitCode(err), stderr)
	}
	if m := bundleOf(t, out, nameOf(t, out)); m.State != profiles.Partial {
		t.Errorf("the bundle is %q", m.State)
	}
	if _, stderr, err = execute(t, "bench", "--resume", out); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "run that command again") {
		t.Errorf("resumed: got exit code %d and %q", cli.ExitCode(err), stderr)
	}
}

func TestProfileLoadFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--steps", "9"}, "--steps: "},
		{[]string{"--step", "json"}, "--step"},
		{[]string{"--url", "http://x", "--steps", "all"}, "--steps is only for the reference service"},
		{[]string{"--url", "http://x", "--redis", "redis://x"}, "--redis is only for the reference service"},
		{[]string{"--runs", "0"}, "--runs must be"},
		{[]string{"--profile-header", "A: b"}, "--profile-header requires --url"},
		{[]string{"--target", "http://x", "--rate", "5"}, "--rate needs a load"},
		{[]string{"--target", "http://x", "--header", "A: b"}, "--profile-header"},
		{[]string{"--trace-duration", "2s"}, "--trace-duration requires --trace"},
		{[]string{"--trace", "--trace-duration", "2m"}, "at most the window's"},
		{[]string{"--url", "http://x", "--target", "x"}, "target 1"},
		{[]string{"--duration", "1500ms"}, "whole seconds"},
		{[]string{"--url", "http://x", "--kinds", "hoop"}, "--kinds: unknown profile"},
	} {
		out := filepath.Join(t.TempDir(), "run")
		_, stderr, err := execute(t, append([]string{"profile", "--out", out}, c.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: got exit code %d and %q, want %q", c.args, cli.ExitCode(err), stderr, c.want)
		}
	}
}
