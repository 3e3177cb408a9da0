package profiles_test

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// waits is a profile of waiting with one stack, of so long if it is a difference.
func waits(t *testing.T, value int64, length time.Duration) []byte {
	t.Helper()
	p, err := profile.ParseData(encoded(t, "contentions,delay", value, 10*value))
	if err != nil {
		t.Fatal(err)
	}
	p.DurationNanos = int64(length)
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asked is what a page was asked for, in its order.
type asked struct {
	mu      sync.Mutex
	queries []string
}

func (a *asked) add(r *http.Request) (first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queries = append(a.queries, r.URL.RawQuery)
	return len(a.queries) == 1
}

// sleep waits unless the client is gone.
func sleep(r *http.Request, d time.Duration) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(d):
		return true
	}
}

// onDemand switches profiling on for as long as it is asked to, ten seconds
// without being told, and answers then. total says what, of all seconds so far.
func onDemand(t *testing.T, log *asked, total func(seconds, all int64) []byte) http.HandlerFunc {
	var all atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("debug") == "" {
			log.add(r)
		}
		seconds, _ := strconv.ParseInt(r.FormValue("seconds"), 10, 64)
		if seconds <= 0 {
			seconds = 10
		}
		if sleep(r, time.Duration(seconds)*time.Second) {
			w.Write(total(seconds, all.Add(seconds)))
		}
	}
}

// TestProfilesMadeOnDemand: a service that takes ten seconds for a mutex or block
// profile unless it is told otherwise is asked within the window, and for the
// window. What it answers may count since its start or since the question.
func TestProfilesMadeOnDemand(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(seconds, all int64) []byte{
		"since the start":    func(_, all int64) []byte { return waits(t, 100*all, 0) },
		"since the question": func(seconds, _ int64) []byte { return waits(t, 100*seconds, time.Duration(seconds)*time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log asked
			mux := canned(t).but("mutex", onDemand(t, &log, answer))
			requests := atomic.Int64{}
			m, dir := capture(t, profiles.Plan{
				Targets: []profiles.Target{{Name: "web", URL: serve(t, mux)}}, Duration: 3 * time.Second,
				Requests: func() int64 { return requests.Add(1) },
			})
			p := entry(t, m, profiles.Mutex)
			if len(log.queries) != 3 || log.queries[0] != "" || log.queries[1] != "seconds=1" {
				t.Fatalf("it was asked for %q", log.queries)
			}
			seconds, _ := strconv.ParseInt(strings.TrimPrefix(log.queries[2], "seconds="), 10, 64) // less than 3 if the machine is very busy
			if got := p.SampleTypes; p.Status != profiles.OK || len(got) != 2 || seconds < 1 || seconds > 3 || got[0].Total != 100*seconds || got[1].Total != 1000*seconds {
				t.Errorf("got %s with %+v, want 100 for each of %d seconds; %v", p.Status, got, seconds, p.Failure)
			}
			if m.Targets[0].Restarted || len(m.Warnings) > 0 {
				t.Errorf("it did not restart: %+v", m.Warnings)
			}
			if p.DurationNS < time.Second || p.WindowStart.Before(m.Started) || p.Requests == nil {
				t.Errorf("the window is %v from %v to %v with %v requests", p.DurationNS, p.WindowStart, p.WindowEnd, p.Requests)
			}
			checkFile(t, dir, p)
			if other := entry(t, m, profiles.Block); other.Status != profiles.Empty {
				t.Errorf("block: got %+v", other)
			}
		})
	}
}

// TestSecondsAreIgnored: whatever it is asked for, the service takes its time, and
// answers what is new since the question. As much as fits the window is added up.
func TestSecondsAreIgnored(t *testing.T) {
	t.Parallel()
	const own = 3500 * time.Millisecond
	mux := canned(t).but("block", func(w http.ResponseWriter, r *http.Request) {
		if sleep(r, own) {
			w.Write(waits(t, 7, own))
		}
	})
	m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: 9 * time.Second})
	p := entry(t, m, profiles.Block)
	if p.Status != profiles.OK || p.SampleTypes[0].Total%7 != 0 || p.DurationNS%own != 0 || p.WindowEnd.After(m.WindowEnd) {
		t.Errorf("got %+v, %+v", p, p.Failure)
	}
	if len(p.Notes) != 1 || p.Notes[0].Code != profiles.NoteOwnWindow || p.Notes[0].ProfiledNS != p.DurationNS || p.Notes[0].PlannedNS != 9*time.Second {
		t.Errorf("got the notes %+v", p.Notes)
	}
	if m.Targets[0].Restarted {
		t.Error("it did not restart")
	}
}

// TestSecondsAreWaitedTwice: the service profiles for as long as it is asked to, and
// lets net/http/pprof wait as long again for its difference: half of the window is
// asked for.
func TestSecondsAreWaitedTwice(t *testing.T) {
	t.Parallel()
	mux := canned(t).but("mutex", func(w http.ResponseWriter, r *http.Request) {
		seconds, _ := strconv.ParseInt(r.FormValue("seconds"), 10, 64)
		length := time.Duration(seconds) * time.Second
		if seconds == 0 {
			sleep(r, 10*time.Second)
		} else if sleep(r, 2*length) {
			w.Write(waits(t, 7*seconds, length))
		}
	})
	m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: 6 * time.Second})
	p := entry(t, m, profiles.Mutex)
	length := p.DurationNS // three seconds, or less if this machine is so busy that one second took three
	if p.Status != profiles.OK || length > 3*time.Second || length%time.Second != 0 || p.SampleTypes[0].Total != 7*int64(length/time.Second) {
		t.Errorf("got %+v, %+v", p, p.Failure)
	}
	if len(p.Notes) != 1 || p.Notes[0].Code != profiles.NoteOwnWindow || p.Notes[0].ProfiledNS != length {
		t.Errorf("got the notes %+v", p.Notes)
	}
}

// TestSecondsAreIgnoredAndCounted: the service takes its own time for an answer that
// counts since its start. The first and the last answer of the window are its ends.
func TestSecondsAreIgnoredAndCounted(t *testing.T) {
	t.Parallel()
	const own = 3500 * time.Millisecond
	var all atomic.Int64
	mux := canned(t).but("mutex", func(w http.ResponseWriter, r *http.Request) {
		if counted := all.Add(1); sleep(r, own) {
			w.Write(waits(t, 1000+7*counted, 0))
		}
	})
	m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: 12 * time.Second})
	p := entry(t, m, profiles.Mutex)
	if p.Status != profiles.OK || p.SampleTypes[0].Total%7 != 0 || p.SampleTypes[0].Total > 1000 || p.DurationNS < own || p.WindowEnd.After(m.WindowEnd) {
		t.Errorf("got %+v, %+v", p, p.Failure)
	}
}

// TestBusyAtTheStart: a page that has its answer at hand was slow once.
func TestBusyAtTheStart(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	mux := canned(t).but("block", func(w http.ResponseWriter, r *http.Request) {
		at := n.Add(1)
		if at <= 2 {
			sleep(r, time.Minute)
			return
		}
		w.Write(waits(t, 100+7*at, 0))
	})
	m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: time.Second})
	if p := entry(t, m, profiles.Block); p.Status != profiles.OK || p.SampleTypes[0].Total != 7 || p.DurationNS < time.Second/2 {
		t.Errorf("got %+v, %+v", p, p.Failure)
	}
}

// TestDifferencesAtOnce: a page that answers at once what is new since it was asked
// before is no restart, and its second answer is the window's.
func TestDifferencesAtOnce(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]time.Duration{"without a length": 0, "with a length": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log asked
			first, second := waits(t, 1000, length), waits(t, 7, length)
			mux := canned(t).but("block", func(w http.ResponseWriter, r *http.Request) {
				if log.add(r) {
					w.Write(first)
				} else {
					w.Write(second)
				}
			})
			m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: 2 * time.Second})
			p := entry(t, m, profiles.Block)
			if p.Status != profiles.OK || p.SampleTypes[0].Total != 7 || p.DurationNS < 2*time.Second || m.Targets[0].Restarted {
				t.Errorf("restarted %v, got %+v, %+v", m.Targets[0].Restarted, p, p.Failure)
			}
		})
	}
}

// TestGzippedTwice: what is in between packed once more what the service had packed,
// or packed a text that nobody asked to be packed.
func TestGzippedTwice(t *testing.T) {
	t.Parallel()
	mux := canned(t)
	again := mux["/debug/pprof/heap"]
	mux.but("heap", func(w http.ResponseWriter, r *http.Request) {
		var b recorded
		again(&b, r)
		w.Write(zipped(t, b.body.Bytes()))
	})
	goroutines := mux["/debug/pprof/goroutine"]
	mux.but("goroutine", func(w http.ResponseWriter, r *http.Request) {
		var b recorded
		goroutines(&b, r)
		w.Write(zipped(t, b.body.Bytes()))
	})
	mux["/metrics"] = answer(200, zipped(t, []byte("go_goroutines 7\n")))
	m, dir := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}})
	for _, kind := range []profiles.Kind{profiles.Heap, profiles.Allocs, profiles.Goroutine} {
		p := entry(t, m, kind)
		if p.Status == profiles.Failed {
			t.Errorf("%s: %v", kind, p.Failure)
			continue
		}
		checkFile(t, dir, p) // one reading unpacks it
	}
	if s := &m.Targets[0]; s.Goroutines.Status != profiles.OK || s.Metrics.Status != profiles.OK {
		t.Errorf("got %+v, %+v", s.Goroutines, s.Metrics)
	}
}

// recorded is an answer in memory.
type recorded struct{ body bytes.Buffer }

func (r *recorded) Header() http.Header         { return http.Header{} }
func (r *recorded) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorded) WriteHeader(int)             {}

// TestAddressOfAPage: what people copy from a browser is the address of the target.
func TestAddressOfAPage(t *testing.T) {
	t.Parallel()
	behind := http.NewServeMux()
	behind.Handle("/admin/", http.StripPrefix("/admin", canned(t)))
	url := serve(t, behind)
	for _, tail := range []string{"/admin", "/admin/debug/pprof", "/admin/debug/pprof/", "/admin/debug/pprof/heap?gc=1", "/admin/debug/pprof/profile?seconds=30", "/admin/debug/pprof/goroutine?debug=2"} {
		m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: url + tail}}, Kinds: []profiles.Kind{profiles.Heap}})
		if p := entry(t, m, profiles.Heap); p.Status != profiles.OK || m.Targets[0].URL != url+"/admin" {
			t.Errorf("%s: got %s from %s", tail, p.Status, m.Targets[0].URL)
		}
	}
}

// TestPagesThatMoved: a redirect within the host is followed, with the header that
// the service requires.
func TestPagesThatMoved(t *testing.T) {
	t.Parallel()
	behind := http.NewServeMux()
	pages := canned(t)
	behind.HandleFunc("/internal/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer hush" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.StripPrefix("/internal", pages).ServeHTTP(w, r)
	})
	behind.HandleFunc("/debug/pprof/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/internal"+r.URL.String(), http.StatusTemporaryRedirect)
	})
	m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, behind), Header: http.Header{"Authorization": {"Bearer hush"}}}}})
	for _, kind := range profiles.Kinds() {
		if p := entry(t, m, kind); p.Status == profiles.Failed {
			t.Errorf("%s: %v", kind, p.Failure)
		}
	}
}

// TestNobodyListensAnyMore: where connections are refused, nobody waits as long as
// for one answer, and the window ends when the service did.
func TestNobodyListensAnyMore(t *testing.T) {
	t.Parallel()
	address, stop := startService(t, "127.0.0.1:0")
	var once sync.Once
	var stopped time.Time
	m, _ := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: "http://" + address}}, Duration: time.Hour, Timeout: time.Hour,
		Progress: func(p profiles.Progress) {
			if p.Phase == profiles.Window {
				once.Do(func() { stop(); stopped = time.Now() })
			}
		},
	})
	if m.State != profiles.Partial || m.Reason[0].Code != profiles.ReasonStoppedAnswering {
		t.Errorf("state %s, reason %+v", m.State, m.Reason)
	}
	if gone := m.Targets[0].Gone; !m.WindowEnd.Equal(gone) || gone.Sub(stopped) > time.Minute {
		t.Errorf("it ended at %v; gone since %v, the window ends %v", stopped, gone, m.WindowEnd)
	}
}
