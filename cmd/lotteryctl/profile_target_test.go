package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// pprofServer is a service that wants a header and has no mutex profile.
func pprofServer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/mutex", http.NotFound)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") != "hush" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestProfileTarget captures a running service and shows what is there and what
// is not.
func TestProfileTarget(t *testing.T) {
	t.Parallel()
	url, out := pprofServer(t), filepath.Join(t.TempDir(), "bundle")
	stdout, stderr, err := execute(t, "profile", "--target", "web="+url, "--duration", "1s", "--trace",
		"--kinds", "heap,goroutine,mutex", "--profile-header", "X-Token: hush", "--out", out)
	if err != nil || stderr != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	for _, want := range []string{
		"s of " + url, "profile    stacks", "heap ", "MiB inuse_space", "goroutine ",
		"failed: 404 Not Found at /debug/pprof/mutex: is net/http/pprof registered on that port?",
		"trace: ", " bytes\n", "bundle: " + out, "lotteryctl flame " + out + "/heap.pb.gz",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	m, err := profiles.ReadManifest(os.DirFS(out))
	if err != nil {
		t.Fatal(err)
	}
	command := strings.Join(m.Command, " ")
	if !strings.Contains(command, "--profile-header X-Token: ***") || !strings.HasPrefix(m.Tool, "lotteryctl ") || m.Targets[0].Name != "web" {
		t.Errorf("got %q, %q, %q", command, m.Tool, m.Targets[0].Name)
	}
	if _, err := os.Stat(out + ".incomplete"); !os.IsNotExist(err) {
		t.Error("the working folder is still there: ", err)
	}
}

func TestProfileTargetJSON(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "bundle")
	stdout, _, err := execute(t, "profile", "--target", pprofServer(t), "--duration", "1s", "--kinds", "threadcreate",
		"--profile-header", "X-Token: hush", "--out", out, "--json")
	if err != nil {
		t.Fatal(err)
	}
	var m profiles.Manifest
	if err := json.Unmarshal([]byte(stdout), &m); err != nil || m.Format != profiles.Format {
		t.Errorf("got %+v, %v", m, err)
	}
	onDisk, err := os.ReadFile(filepath.Join(out, "profile.json"))
	if err != nil || string(onDisk) != stdout {
		t.Errorf("profile.json is another: %v\n%s\n%s", err, onDisk, stdout)
	}
}

// TestProfileTargetFailures leave nothing behind.
func TestProfileTargetFailures(t *testing.T) {
	url, dir := pprofServer(t), t.TempDir()
	out := filepath.Join(dir, "bundle")
	for name, row := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no credentials": {[]string{"--target", url}, 1, "401 Unauthorized at /debug/pprof/: the service requires credentials; send them as a header"},
		"nobody":         {[]string{"--target", "http://u:hush@127.0.0.1:1"}, 1, "connection refused"},
		"no URL":         {[]string{"--target", "u:hush@host"}, 2, "target 1: the URL must begin with http:// or https://"},
		"no name":        {[]string{"--target", "=" + url}, 2, "--target has no name before '='"},
		"twice":          {[]string{"--target", "a=" + url, "--target", "a=" + url}, 2, "two targets are called a"},
		"kind":           {[]string{"--target", url, "--kinds", "wall"}, 2, "--kinds: unknown profile \"wall\""},
		"duration":       {[]string{"--target", url, "--duration", "1500ms"}, 2, "the duration 1.5s must be whole seconds"},
		"trace":          {[]string{"--target", url, "--trace-duration", "1s"}, 2, "--trace-duration requires --trace"},
		"header":         {[]string{"--target", url, "--profile-header", "hush"}, 2, "--profile-header must be 'Name: value'"},
		"taken":          {[]string{"--target", url, "--out", dir}, 2, "exists; use another folder, or remove it"},
	} {
		args := append([]string{"profile", "--out", out}, row.args...)
		stdout, stderr, err := execute(t, args...)
		if cli.ExitCode(err) != row.code || stdout != "" || !strings.Contains(stderr, row.want) || strings.Contains(stderr, "hush") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", name, cli.ExitCode(err), stdout, stderr)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestProfileTargetDies: a service that goes away is a failure that keeps what
// was captured, and says what there is.
func TestProfileTargetDies(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "bundle")
	started := make(chan struct{}) // closed when the last snapshot of the start was answered
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pprof.Index(w, r)
		if r.URL.Query().Get("debug") == "2" {
			once.Do(func() { close(started) })
		}
	}))
	var killed sync.WaitGroup
	killed.Go(func() {
		<-started
		time.Sleep(500 * time.Millisecond)
		server.CloseClientConnections()
		server.Close()
	})
	defer killed.Wait()
	defer once.Do(func() { close(started) }) // if it was never asked
	stdout, stderr, err := execute(t, "profile", "--target", "web="+server.URL, "--duration", "1h", "--profile-timeout", "5s",
		"--kinds", "cpu,heap,goroutine", "--out", out)
	if cli.ExitCode(err) != 1 || !strings.Contains(stderr, "web stopped answering ") || !strings.Contains(stderr, "what was captured is in "+out) || strings.Count(stderr, "\n") != 1 {
		t.Fatalf("exit %d\n%s\n%s", cli.ExitCode(err), stdout, stderr)
	}
	if !strings.Contains(stdout, "lotteryctl flame "+out+"/heap-start.pb.gz") {
		t.Errorf("what is there is not shown:\n%s", stdout)
	}
	if _, stderr, err := execute(t, "flame", "--goroutines", out); err != nil {
		t.Errorf("the goroutines at the start: %v, %s", err, stderr)
	}
	if _, stderr, err := execute(t, "flame", "--kind", "heap", out); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "the profile from the start of the window is "+out+"/heap-start.pb.gz") {
		t.Errorf("the heap at the end: %v, %s", err, stderr)
	}
	if _, stderr, err := execute(t, "flame", filepath.Join(out, "heap-start.pb.gz")); err != nil {
		t.Errorf("the heap at the start: %v, %s", err, stderr)
	}
}

// TestProfileTargetInterrupted keeps what was captured.
func TestProfileTargetInterrupted(t *testing.T) {
	url, out := pprofServer(t), filepath.Join(t.TempDir(), "bundle")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(time.Second, cancel) // in the window, which follows at once and is an hour long
	stdout, stderr, err := executeUntil(ctx, "profile", "--target", url, "--duration", "1h", "--kinds", "heap",
		"--profile-header", "X-Token: hush", "--out", out)
	if cli.ExitCode(err) != 130 || !strings.Contains(stderr, "of a window of 1h0m0s; what was captured is in "+out) || !strings.Contains(stdout, "interrupted") {
		t.Fatalf("exit %d\n%s\n%s", cli.ExitCode(err), stdout, stderr)
	}
	m, err := profiles.ReadManifest(os.DirFS(out))
	if err != nil || m.State != profiles.Partial {
		t.Errorf("got %+v, %v", m, err)
	}
}
