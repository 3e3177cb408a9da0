package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// child is a lotteryctl of its own process.
type child struct {
	*exec.Cmd
	stderr lockedBuffer
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func startChild(t *testing.T, program string, args ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(program, args...)}
	c.Env = append(os.Environ(), asProgramEnv+"=1")
	c.Cmd.Stderr = &c.stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c
}

// code is the exit code.
func (c *child) code(t *testing.T) int {
	t.Helper()
	err := c.Wait()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// pprofStub tells when the window has begun, by the request for a CPU profile.
// With hang it does not answer the second request for the heap, at the end.
func pprofStub(t *testing.T, hang bool) (url string, inWindow chan struct{}) {
	t.Helper()
	inWindow, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var heaps int
	var mu sync.Mutex
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(inWindow) })
		<-r.Context().Done()
	})
	mux.HandleFunc("/debug/pprof/heap", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		heaps++
		second := heaps > 1
		mu.Unlock()
		if hang && second {
			select {
			case <-free:
			case <-r.Context().Done():
			}
			return
		}
		pprof.Handler("heap").ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() { close(free); server.Close() })
	return server.URL, inWindow
}

func within(t *testing.T, what string, happened <-chan struct{}) {
	t.Helper()
	select {
	case <-happened:
	case <-time.After(time.Minute):
		t.Fatal(what)
	}
}

// TestEverySignalKeepsWhatWasMeasured: a terminal that is closed and a request to
// stop do what Ctrl-C does.
func TestEverySignalKeepsWhatWasMeasured(t *testing.T) {
	t.Parallel()
	// Where these tests run under nohup, a child would ignore SIGHUP as they do.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangup) })
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			url, inWindow := pprofStub(t, false)
			out := filepath.Join(t.TempDir(), "bundle")
			c := startChild(t, os.Args[0], "profile", "--target", url, "--duration", "1h", "--kinds", "cpu,heap", "--metrics-url", "none", "--out", out)
			within(t, "the window did not begin: "+c.stderr.String(), inWindow)
			c.Process.Signal(sig)
			if code := c.code(t); code != cli.CodeInterrupted || !strings.Contains(c.stderr.String(), "what was captured is in "+out) {
				t.Errorf("got %d, %s", code, c.stderr.String())
			}
			m, err := profiles.ReadManifest(os.DirFS(out))
			if err != nil || m.State != profiles.Partial {
				t.Fatalf("got %+v, %v", m, err)
			}
			if heap, _ := m.Profile(profiles.Heap); heap.Status != profiles.OK {
				t.Errorf("got %+v", heap)
			}
		})
	}
}

// TestTheSecondSignalEndsAtOnce, and says so.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	url, inWindow := pprofStub(t, true)
	out := filepath.Join(t.TempDir(), "bundle")
	c := startChild(t, os.Args[0], "profile", "--target", url, "--duration", "1h", "--kinds", "cpu,heap", "--metrics-url", "none", "--out", out)
	within(t, "the window did not begin: "+c.stderr.String(), inWindow)
	c.Process.Signal(syscall.SIGINT)
	for end := time.Now().Add(time.Minute); !strings.Contains(c.stderr.String(), "press Ctrl-C again to end at once"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nothing says how to end it: %s", c.stderr.String())
		}
	}
	c.Process.Signal(syscall.SIGINT)
	if code := c.code(t); code != cli.CodeInterrupted || !strings.Contains(c.stderr.String(), "ended at once") {
		t.Errorf("got %d, %s", code, c.stderr.String())
	}
}

// TestNohupStaysInForce: what ignores SIGHUP on purpose goes on.
func TestNohupStaysInForce(t *testing.T) {
	t.Parallel()
	url, inWindow := pprofStub(t, false)
	out := filepath.Join(t.TempDir(), "bundle")
	c := startChild(t, "sh", "-c", fmt.Sprintf("trap '' HUP; exec '%s' profile --target %s --duration 1h --kinds cpu,heap --metrics-url none --out '%s'", os.Args[0], url, out))
	within(t, "the window did not begin: "+c.stderr.String(), inWindow)
	c.Process.Signal(syscall.SIGHUP)
	time.Sleep(200 * time.Millisecond) // it has time to make a mistake
	if _, err := os.Stat(out); err == nil {
		t.Error("it stopped")
	}
	c.Process.Signal(syscall.SIGTERM)
	if code := c.code(t); code != cli.CodeInterrupted {
		t.Errorf("got %d, %s", code, c.stderr.String())
	}
}
