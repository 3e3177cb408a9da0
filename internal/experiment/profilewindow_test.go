package experiment_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// contentionPages serve the profiles of blocking and mutexes in the way of odd
// services.
func contentionPages() map[string]http.HandlerFunc {
	after := func(d time.Duration, page func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(d):
				page(w, r)
			}
		}
	}
	return map[string]http.HandlerFunc{
		"healthy":       pprof.Index,
		"a second late": after(time.Second, pprof.Index),
		"ten seconds, whatever is asked": after(10*time.Second, func(w http.ResponseWriter, r *http.Request) {
			r.URL.RawQuery = ""
			pprof.Index(w, r)
		}),
		"ten seconds if nothing is asked": func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("seconds") == "" {
				r.URL.RawQuery, r.Form = "seconds=10", nil
			}
			pprof.Index(w, r)
		},
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}
}

// TestProfiledWindowIsTheOneAsked: the load that counts has the window of the
// profiles, however long their pages take before and after, and the counts agree.
// What is fetched outside of the window is fetched under load all the same.
func TestProfiledWindowIsTheOneAsked(t *testing.T) {
	t.Parallel()
	const rate, window = 50, 3 * time.Second
	for name, contention := range contentionPages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			var heaps [2]atomic.Int64 // requests until each
			var heap atomic.Int64
			mux := http.NewServeMux()
			mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) { requests.Add(1) })
			mux.HandleFunc("/debug/", pprof.Index)
			mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
			mux.HandleFunc("/debug/pprof/block", contention)
			mux.HandleFunc("/debug/pprof/mutex", contention)
			mux.HandleFunc("/debug/pprof/heap", func(w http.ResponseWriter, r *http.Request) {
				n := heap.Add(1) - 1
				if before := requests.Load(); n == 1 { // the load goes on until the last page has come
					for deadline := time.Now().Add(time.Minute); requests.Load() < before+20 && time.Now().Before(deadline); {
						time.Sleep(10 * time.Millisecond)
					}
				}
				if n < 2 {
					heaps[n].Store(requests.Load())
				}
				pprof.Index(w, r)
			})
			server := httptest.NewServer(mux)
			defer server.Close()
			spec := profiling()
			spec.Rounds, spec.Profile.Duration, spec.Profile.Timeout = 0, window, 4*time.Second
			spec.Profile.Kinds = []profiles.Kind{profiles.Heap, profiles.Block, profiles.Mutex}
			spec.Arms = []experiment.Arm{{Name: "odd", Start: func(context.Context, experiment.Lap) (*experiment.Target, error) {
				return &experiment.Target{
					Plan:  loadgen.Plan{URL: server.URL, Rate: rate, Duration: window, Warmup: 200 * time.Millisecond},
					Pprof: []profiles.Target{{URL: server.URL, MetricsURL: profiles.NoMetrics}},
				}, nil
			}}}
			_, profiled, path := runWhole(t, spec)
			if len(profiled) != 1 || profiled[0].Bundle == "" {
				t.Fatalf("got %+v, want a bundle", profiled)
			}
			l := profiled[0].Load
			if due := int64(rate * window.Seconds()); l.WindowNS != window || l.Requests < due-1 || l.Requests > due+1 || l.Answered != l.Requests {
				t.Errorf("a window of %v with %d requests, %d answered; want %v with %d", l.WindowNS, l.Requests, l.Answered, window, due)
			}
			m, err := profiles.ReadManifest(os.DirFS(filepath.Join(path, profiled[0].Bundle)))
			if err != nil || m.Requests == nil {
				t.Fatalf("got %+v, %v", m, err)
			}
			// A busy machine may notice the end late, and answer late.
			took := m.WindowEnd.Sub(m.WindowStart)
			if n := float64(*m.Requests); took < window || n < 0.5*rate*window.Seconds() || n > rate*(took.Seconds()+1)+1 {
				t.Errorf("the bundle has a window of %v and %v requests; the load has %v and %d", took, n, l.WindowNS, l.Requests)
			}
			if first, last := heaps[0].Load(), heaps[1].Load(); first == 0 || last < first+int64(rate*window.Seconds())/2+20 {
				t.Errorf("the heap was taken after %d and %d requests: not under load", first, last)
			}
		})
	}
}
