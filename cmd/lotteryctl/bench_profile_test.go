package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// startStub runs a stub service until the test ends: a process of its own, as
// profiles of the CPU are a process's.
func startStub(t *testing.T, behaviour string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cmd := exec.Command(os.Args[0], port)
	cmd.Env = append(os.Environ(), asServiceEnv+"="+behaviour)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for ends := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			return "http://127.0.0.1:" + port
		}
		if time.Now().After(ends) {
			t.Fatal(err)
		}
	}
}

// bundleOf is the manifest of the only bundle of an arm.
func bundleOf(t *testing.T, folder, arm string) *profiles.Manifest {
	t.Helper()
	bundles, err := runfolder.Bundles(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bundles {
		if b.Arm == arm && len(b.Dirs) == 1 {
			m, err := profiles.ReadManifest(os.DirFS(b.Dirs[0]))
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
	t.Fatalf("no single bundle of %s in %+v", arm, bundles)
	return nil
}

// checkRequests checks the number of requests that the window of a kind knows:
// about as many as were sent in it. A machine that is taken answers some late.
func checkRequests(t *testing.T, m *profiles.Manifest, kind profiles.Kind, rate float64) {
	t.Helper()
	p, ok := m.Profile(kind)
	if !ok || p.Requests == nil {
		t.Fatalf("%s: got %+v, want requests", kind, p)
	}
	span := p.WindowEnd.Sub(p.WindowStart).Seconds()
	if n := float64(*p.Requests); n < 0.3*rate*span || n > rate*(span+1)+1 {
		t.Errorf("%s: %v requests in %.2f s at %v a second", kind, n, span, rate)
	}
}

func TestBenchProfile(t *testing.T) {
	t.Parallel()
	args, out := armArgs(t, []string{stubArm(t, "one", "fast"), stubArm(t, "two", "fast")}, "--rate", "200",
		"--profile", "--profile-duration", "1s", "--profile-kinds", "cpu,goroutine", "--profile-header", "Authorization: hush",
		"--profile-url", "http://me:hush@127.0.0.1:{{port}}")
	stdout, stderr, err := execute(t, args...)
	if err != nil || withoutPlanNotes(stderr) != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	if m, rounds := readRun(t, out); m.State != runfolder.Complete || len(rounds) != 4 {
		t.Errorf("got state %q and %d rounds, want 2 of each arm", m.State, len(rounds))
	}
	for _, arm := range []string{"one", "two"} {
		checkRequests(t, bundleOf(t, out, arm), profiles.CPU, 200)
		if want := "profiles of " + arm + ": " + filepath.Join(out, "arms", arm, "profile-1", "profiles"); !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	for _, file := range []string{"run.json", "profiled.jsonl", "arms/one/profile-1/profiles/profile.json"} {
		text, err := os.ReadFile(filepath.Join(out, file))
		if err != nil || strings.Contains(string(text), "hush") {
			t.Errorf("%s: %v, or it tells a secret", file, err)
		}
	}
}

// TestBenchProfileWithoutProfiles plants a service that has none.
func TestBenchProfileWithoutProfiles(t *testing.T) {
	t.Parallel()
	args, out := armArgs(t, []string{stubArm(t, "one", "fast"), stubArm(t, "two", "bare")}, "--rate", "100",
		"--profile", "--profile-duration", "1s", "--profile-kinds", "goroutine")
	_, stderr, err := execute(t, args...)
	if cli.ExitCode(err) != cli.CodeGateFailed || !strings.Contains(stderr, "profiled round 1 of two has no profiles") || strings.Contains(stderr, "of one") {
		t.Errorf("got exit code %d and %q", cli.ExitCode(err), stderr)
	}
	if m, rounds := readRun(t, out); m.State != runfolder.Complete || len(rounds) != 4 {
		t.Errorf("got state %q and %d rounds; the runs are not lost", m.State, len(rounds))
	}
	bundleOf(t, out, "one")
}

// TestBenchProfileLooksFirst: a service that runs already is asked for its
// profiles before it is loaded.
func TestBenchProfileLooksFirst(t *testing.T) {
	bare := startStub(t, "bare")
	for _, command := range [][]string{{"bench", "--profile"}, {"profile"}} {
		out := filepath.Join(t.TempDir(), "run")
		_, stderr, err := execute(t, append(command, "--url", bare, "--out", out)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "no profiles at "+bare) || !strings.Contains(stderr, "404") {
			t.Errorf("%v: got exit code %d and %q", command, cli.ExitCode(err), stderr)
		}
		if _, err := os.Stat(out + ".incomplete"); !os.IsNotExist(err) {
			t.Errorf("%v: something was written: %v", command, err)
		}
	}
}

// TestBenchProfileResumes: a profiled run that was cut short runs again, those
// that count do not.
func TestBenchProfileResumes(t *testing.T) {
	url := startStub(t, "fast")
	args, out := benchArgs(t, url, "--profile", "--profile-duration", "2s", "--profile-kinds", "cpu,goroutine")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watching := make(chan struct{})
	go func() { // ends with the profiled run's folder, or with ctx
		defer close(watching)
		for ctx.Err() == nil {
			if _, err := os.Stat(out + ".incomplete/arms"); err == nil {
				if found, _ := filepath.Glob(out + ".incomplete/arms/*/profile-1"); len(found) > 0 {
					time.Sleep(700 * time.Millisecond) // into the load
					cancel()
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	_, stderr, err := executeUntil(ctx, args...)
	<-watching
	if cli.ExitCode(err) != cli.CodeInterrupted || !strings.Contains(stderr, "--resume") {
		t.Fatalf("got exit code %d and %q", cli.ExitCode(err), stderr)
	}
	_, before := readRun(t, out)
	if got := bundleOf(t, out, nameOf(t, out)); got.State != profiles.Partial {
		t.Errorf("the bundle is %q, want what was taken until then", got.State)
	}
	if _, stderr, err = execute(t, "bench", "--resume", out); err != nil {
		t.Fatalf("got %v, %s", err, stderr)
	}
	m, after := readRun(t, out)
	if got, want := jsonText(t, after), jsonText(t, before); got != want || m.State != runfolder.Complete {
		t.Errorf("got state %q and\n%s\nwant the rounds of before\n%s", m.State, got, want)
	}
	if got := bundleOf(t, out, nameOf(t, out)); got.State != profiles.Complete {
		t.Errorf("the bundle is %q", got.State)
	}
}

func nameOf(t *testing.T, out string) string {
	t.Helper()
	m, _ := readRun(t, out)
	return m.Arms[0].Name
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBenchProfileFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--profile-rounds", "2"}, "--profile-rounds requires --profile"},
		{[]string{"--profile", "--profile-rounds", "0"}, "--profile-rounds must be 1 to 100"},
		{[]string{"--profile", "--profile-duration", "1500ms"}, "--profile-duration must be whole seconds"},
		{[]string{"--profile", "--profile-kinds", "cpu,hoop"}, `unknown profile "hoop"`},
		{[]string{"--profile", "--profile-url", "http://x"}, "--profile-url requires --url"},
		{[]string{"--profile", "--capacity", "--steps", "ladder"}, "remove --capacity"},
		{[]string{"--profile", "--url", "http://x", "--profile-url", "ftp://x"}, "--profile-url: target 1"},
		{[]string{"--profile", "--url", "http://x", "--profile-url", "http://x:{{port}}"}, "{{port}} is only for programs"},
		{[]string{"--profile", "--url", "http://x", "--profile-header", "hush"}, "--profile-header must be"},
	} {
		out := filepath.Join(t.TempDir(), "run")
		_, stderr, err := execute(t, append([]string{"bench", "--out", out}, c.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "hush") {
			t.Errorf("%v: got exit code %d and %q, want %q", c.args, cli.ExitCode(err), stderr, c.want)
		}
	}
}

// TestBenchStepsProfile: arms of lotteryd are profiled with their own switches,
// locks and waits included, which are off where nobody asks for them.
func TestBenchStepsProfile(t *testing.T) {
	t.Parallel()
	program, out := buildLotteryd(t), filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--lotteryd", program, "--steps", "ladder", "--only", "before,best", "--runs", "1",
		"--rate", "100", "--duration", "1s", "--warmup", "200ms", "--noise-limit", "none", "--profile", "--out", out)
	if err != nil || withoutPlanNotes(stderr) != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	for _, arm := range []string{"before", "best"} {
		m := bundleOf(t, out, arm)
		for _, kind := range profiles.Kinds() {
			if p, ok := m.Profile(kind); !ok || p.Status == profiles.Failed {
				t.Errorf("%s: %s: got %+v", arm, kind, p)
			}
		}
		checkRequests(t, m, profiles.Block, 100)
		if p, _ := m.Profile(profiles.Block); p.Status != profiles.OK {
			t.Errorf("%s: the block profile is %s though goroutines waited", arm, p.Status)
		}
		log, err := os.ReadFile(filepath.Join(out, fmt.Sprintf("arms/%s/round-1/server.log", arm)))
		if err != nil || len(log) == 0 {
			t.Errorf("%s: %v", arm, err)
		}
	}
	if !strings.Contains(stdout, "profiles of before: ") {
		t.Errorf("no profiles in\n%s", stdout)
	}
	checkGone(t, program)
}
