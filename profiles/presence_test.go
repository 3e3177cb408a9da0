package profiles_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// wantWhole wants a capture of a target that was there, though something was
// not as usual.
func wantWhole(t *testing.T, m *profiles.Manifest) {
	t.Helper()
	if m.State != profiles.Complete || !m.Targets[0].Gone.IsZero() || m.WindowEnd.Sub(m.WindowStart) < m.DurationNS-time.Second {
		t.Errorf("state %s, reason %q, gone %v, window %v of %v", m.State, m.Reason, m.Targets[0].Gone, m.WindowEnd.Sub(m.WindowStart), m.DurationNS)
	}
}

// TestMetricsThatDie have nothing to say about the profiles.
func TestMetricsThatDie(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/debug/pprof/", pprofMux())
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > 2 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, "go_goroutines 5")
	})
	m, _ := capture(t, profiles.Plan{
		Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: 6 * time.Second, Timeout: 3 * time.Second,
		Kinds: []profiles.Kind{profiles.Heap, profiles.Goroutine},
	})
	wantWhole(t, m)
}

// awayFor takes a server away within a window, for a while.
func awayFor(t *testing.T, from, down time.Duration) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	first, second := &http.Server{Handler: pprofMux()}, &http.Server{Handler: pprofMux()}
	var served sync.WaitGroup
	served.Go(func() { _ = first.Serve(listener) })
	served.Go(func() {
		time.Sleep(from)
		_ = first.Close()
		time.Sleep(down)
		again, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		_ = second.Serve(again)
	})
	t.Cleanup(func() { _ = second.Close(); served.Wait() })
	return "http://" + address
}

// TestTargetThatComesBack is no target that is gone: neither where nobody asks
// in between, nor where it is away at the window's end.
func TestTargetThatComesBack(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		kind       profiles.Kind
		from, down time.Duration
		window     time.Duration
	}{
		{"in silence", profiles.Heap, 4500 * time.Millisecond, 1500 * time.Millisecond, 7 * time.Second},
		{"at the end", profiles.CPU, 3500 * time.Millisecond, 1500 * time.Millisecond, 4 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m, _ := capture(t, profiles.Plan{
				Targets: []profiles.Target{{URL: awayFor(t, row.from, row.down)}}, Duration: row.window, Timeout: 5 * time.Second, Kinds: []profiles.Kind{row.kind},
			})
			wantWhole(t, m)
		})
	}
}

// TestTargetThatHangs is gone like one that is not there: it takes connections
// and does not answer.
func TestTargetThatHangs(t *testing.T) {
	t.Parallel()
	var hangs atomic.Bool
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hangs.Load() {
			select {
			case <-over:
			case <-r.Context().Done():
			}
			return
		}
		pprofMux().ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(over); server.Close() })
	began := time.Now()
	m, _ := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: server.URL}}, Duration: 2 * time.Second, Timeout: 4 * time.Second,
		Kinds:    []profiles.Kind{profiles.Heap, profiles.Allocs, profiles.Goroutine},
		Progress: func(p profiles.Progress) { hangs.Store(p.Phase != profiles.Starting) },
	})
	if m.State != profiles.Partial || m.Targets[0].Gone.IsZero() || time.Since(began) > time.Minute {
		t.Errorf("state %s, reason %q, gone %v, after %v", m.State, m.Reason, m.Targets[0].Gone, time.Since(began))
	}
	for _, kind := range []profiles.Kind{profiles.Heap, profiles.Allocs, profiles.Goroutine} {
		if p := entry(t, m, kind); p.Status != profiles.Failed || p.Failure == nil {
			t.Errorf("got %+v", p)
		}
	}
}

// TestImpatientGateway does not wait for long profiles: they are made shorter,
// and nothing restarted.
func TestImpatientGateway(t *testing.T) {
	t.Parallel()
	cpu := encoded(t, "samples,cpu", 3, 30_000_000)
	var lock sync.Mutex
	var asked []int
	m, _ := capture(t, profiles.Plan{
		Targets: []profiles.Target{{URL: serve(t, canned(t).but("profile", func(w http.ResponseWriter, r *http.Request) {
			seconds, _ := strconv.Atoi(r.URL.Query().Get("seconds"))
			lock.Lock()
			asked = append(asked, seconds)
			lock.Unlock()
			if seconds > 2 {
				w.WriteHeader(http.StatusGatewayTimeout)
				return
			}
			time.Sleep(time.Duration(seconds) * time.Second)
			w.Write(cpu)
		}))}},
		Kinds: []profiles.Kind{profiles.CPU}, Duration: 6 * time.Second,
	})
	wantWhole(t, m)
	if len(asked) < 4 || !slices.Equal(asked[:3], []int{2, 4, 2}) || slices.Max(asked[3:]) > 2 {
		t.Errorf("asked for %v seconds, want 2, 4, and 2 from then on", asked)
	}
	if p := entry(t, m, profiles.CPU); p.Status != profiles.OK || m.Targets[0].Restarted {
		t.Errorf("restarted %v, %+v", m.Targets[0].Restarted, p)
	}
}
