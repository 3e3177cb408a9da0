package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// ownServer serves handler, and the figures and profiles of this process. kill ends
// it at once.
func ownServer(t *testing.T, handler http.HandlerFunc) (url string, kill func()) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/debug/", http.DefaultServeMux)
	mux.HandleFunc("/", handler)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // ends by Close
	t.Cleanup(func() {
		_ = server.Close()
		serving.Wait()
	})
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }
}

// fifty serves 50 requests per second, one after the other.
func fifty() http.HandlerFunc {
	var turn sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		turn.Lock()
		defer turn.Unlock()
		time.Sleep(20 * time.Millisecond)
		hello(w, r)
	}
}

// TestProfileUnderOverload: a load under which profiles are taken leaves nothing
// out that was due, as bench does, and both say first that it was too much.
func TestProfileUnderOverload(t *testing.T) {
	t.Parallel()
	url, _ := ownServer(t, fifty())
	for _, command := range []string{"profile", "bench"} {
		out := filepath.Join(t.TempDir(), "run")
		args := []string{command, "--url", url, "--rate", "120", "--duration", "2s", "--warmup", "100ms", "--timeout", "1m", "--strict", "--out", out}
		if command == "profile" {
			args = append(args, "--kinds", "goroutine")
		} else {
			args = append(args, "--runs", "1")
		}
		stdout, stderr, err := execute(t, args...)
		if cli.ExitCode(err) != cli.CodeInconclusive || !strings.Contains(stderr, "run 1 is not as requested: the load was more than the service could take") {
			t.Errorf("%s: got exit code %d and %q", command, cli.ExitCode(err), stderr)
		}
		if first, _, _ := strings.Cut(stdout, "\n"); !strings.HasPrefix(first, "overload: it answered ") || !strings.HasSuffix(first, "of the 120/s asked: more than it could take; latencies describe a queue that was still growing") {
			t.Errorf("%s: the first line is %q", command, first)
		}
		_, rounds := readRun(t, out)
		if command == "profile" {
			profiled, _, err := runfolder.ReadProfiled(os.DirFS(out))
			if err != nil || len(profiled) != 1 {
				t.Fatalf("got %d profiled runs, %v", len(profiled), err)
			}
			rounds = []runfolder.Round{profiled[0].Round}
		}
		l := rounds[0].Load
		if due := int64(120*l.WindowNS.Seconds()) - 1; l.Requests < due || l.Requests != l.Sent+l.NotSent || l.Requests != l.Answered || l.Errors != 0 {
			t.Errorf("%s: got %+v; want all of %d requests due, sent and answered", command, l, due)
		}
		if l.AnsweredRate > 55 || l.Response.Max < time.Second {
			t.Errorf("%s: got %v/s and at most %v from a service that can do 50/s", command, l.AnsweredRate, l.Response.Max)
		}
	}
}

// TestBenchOfOverloadIsFlagged: bench.txt has the flag, and compare does not call
// the latencies of two such runs equal.
func TestBenchOfOverloadIsFlagged(t *testing.T) {
	t.Parallel()
	url, _ := ownServer(t, fifty())
	out := filepath.Join(t.TempDir(), "run")
	stdout, _, err := execute(t, "bench", "--url", url, "--rate", "150", "--duration", "1s", "--warmup", "50ms", "--runs", "2", "--json", "--out", out)
	if err != nil {
		t.Fatal(err)
	}
	var report runreport.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Rounds {
		if len(r.Doubts) == 0 || r.Doubts[0].Code != loadgen.Overloaded || r.Doubts[0].AnsweredRate <= 0 || r.Doubts[0].Backlog <= 0 {
			t.Errorf("got the doubts %+v", r.Doubts)
		}
	}
	text, err := os.ReadFile(filepath.Join(out, "bench.txt"))
	if err != nil || strings.Count(string(text), " 1 overloaded\n") != 2 {
		t.Errorf("%v; bench.txt is\n%s", err, text)
	}
	stdout, stderr, err := execute(t, "compare", out, out)
	if err != nil || !strings.Contains(stdout, "2 of 2 runs of HTTP") || !strings.Contains(stdout, "were overloaded") {
		t.Errorf("compare: %v, %q\n%s", err, stderr, stdout)
	}
}

// TestBenchOfAServiceThatDies does not go on as if nothing had happened.
func TestBenchOfAServiceThatDies(t *testing.T) {
	t.Parallel()
	url, kill := ownServer(t, hello)
	time.AfterFunc(1500*time.Millisecond, kill)
	out := filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--url", url, "--rate", "100", "--duration", "4s", "--warmup", "0s", "--runs", "3", "--out", out)
	if cli.ExitCode(err) != cli.CodeGateFailed || !strings.Contains(stderr, "the service stopped answering") || !strings.Contains(stderr, out) {
		t.Errorf("got exit code %d and %q", cli.ExitCode(err), stderr)
	}
	m, rounds := readRun(t, out)
	if m.State != runfolder.Partial || len(rounds) != 1 || rounds[0].FailureKind != runfolder.StoppedAnswering {
		t.Fatalf("got a %s folder with %d rounds and %+v", m.State, len(rounds), rounds)
	}
	l := rounds[0].Load
	if l.Requests != 400 || l.Answered < 1 || l.Answered+l.Errors != 400 || l.Sent+l.NotSent != 400 || l.Errors < 100 {
		t.Errorf("got %+v; want what was seen, and the rest as failed", l)
	}
	if !strings.Contains(stdout, "note: run 1: the service stopped answering") || strings.Contains(stdout, "the rate was not reached") {
		t.Errorf("got\n%s", stdout)
	}
}

// TestStallsAreShown plants a service that stands still for 0.3 s of every second.
func TestStallsAreShown(t *testing.T) {
	url, _ := ownServer(t, func(w http.ResponseWriter, r *http.Request) {
		if at := time.Duration(time.Now().UnixNano()) % time.Second; at < 300*time.Millisecond {
			time.Sleep(300*time.Millisecond - at)
		}
		hello(w, r)
	})
	out := filepath.Join(t.TempDir(), "run")
	args := []string{"bench", "--url", url, "--rate", "200", "--duration", "5s", "--warmup", "200ms", "--runs", "1", "--out", out}
	stdout, _, err := execute(t, args...)
	if err != nil || !strings.Contains(stdout, "note: answers stood still for 0.3 s every 1.0 s: ") {
		t.Errorf("got %v and\n%s", err, stdout)
	}
	_, rounds := readRun(t, out)
	timeline, err := runfolder.ReadTimeline(os.DirFS(out), &rounds[0])
	var due int64
	for _, s := range timeline {
		due += s.Due
	}
	if err != nil || len(timeline) != 50 || due != 1000 {
		t.Errorf("got %v, %d slices and %d requests, want 50 and 1,000", err, len(timeline), due)
	}
}

// TestStallAtTheEnd plants a service that stands still before the window ends, and
// goes on after it: every request is answered, and yet the rate was not.
func TestStallAtTheEnd(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	var frozen sync.Once
	var until atomic.Int64
	url, _ := ownServer(t, func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1) > 150 {
			frozen.Do(func() { until.Store(time.Now().Add(3 * time.Second).UnixNano()) })
			time.Sleep(time.Until(time.Unix(0, until.Load())))
		}
		hello(w, r)
	})
	out := filepath.Join(t.TempDir(), "run")
	stdout, stderr, err := execute(t, "bench", "--url", url, "--rate", "100", "--duration", "3s", "--warmup", "200ms", "--runs", "1", "--strict", "--out", out)
	if cli.ExitCode(err) != cli.CodeInconclusive || !strings.Contains(stdout, "note: answers stood still for ") || !strings.Contains(stdout, " s to the end of the window; usually ") {
		t.Errorf("got exit code %d, %q and\n%s", cli.ExitCode(err), stderr, stdout)
	}
	if strings.Contains(stdout, "overload: ") || !strings.Contains(stdout, "note: the rate was not reached in 1 of 1 runs (run 1: answered ") {
		t.Errorf("got\n%s", stdout)
	}
}
