package loadgen_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestOverloadOpensFewConnections has a server that does one thing at a time,
// and asks about six times of what it can do. One connection for each request
// that waits would be more than a thousand.
func TestOverloadOpensFewConnections(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		var one sync.Mutex
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {
			one.Lock()
			defer one.Unlock()
			time.Sleep(2 * time.Millisecond)
		})
		defer stop()
		r := mustRun(t, loadgen.Plan{URL: url, Rate: 2000, Duration: time.Second, Timeout: time.Second, Client: c})
		most := r.Connections.Cap
		if c == loadgen.ClientNetHTTP {
			most += most / 4 // it may open one that its request no longer needs
		}
		if top := r.Connections.MaxOpen; top > 1000 || top > most {
			t.Errorf("%d connections open, cap %d", top, r.Connections.Cap)
		}
		if r.Counts.Intended != 2000 || r.Counts.Answered < 20 || r.Counts.Answered+r.Counts.ErrorCount() != 2000 {
			t.Errorf("counts %+v, want 2,000 in all", r.Counts)
		}
		if r.Connections.Queued < 50 || !hasDoubt(r, loadgen.CapQueued) {
			t.Errorf("%d queued, doubts %+v; most found the cap reached", r.Connections.Queued, r.Doubts)
		}
	})
}

// TestSufficientCapsAgree: a server that answers any number of requests at one
// time shows the same latencies whatever the cap, if the cap is enough.
func TestSufficientCapsAgree(t *testing.T) {
	const took = 300 * time.Millisecond
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(took) })
		defer stop()
		median := func(connections int) time.Duration {
			r := mustRun(t, loadgen.Plan{URL: url, Rate: 400, Duration: 500 * time.Millisecond, Connections: connections, Client: c})
			if r.Counts.Answered != 200 {
				t.Errorf("cap %d: counts %+v, want 200 answered", connections, r.Counts)
			}
			if enough := connections != 8; enough && r.Connections.MaxOpen < 100 {
				t.Errorf("cap %d: %d connections open, want about 120", connections, r.Connections.MaxOpen)
			}
			return r.Response.Quantile(0.5)
		}
		for _, connections := range []int{0, 256, loadgen.NoCap} {
			// A busy machine adds, but no machine adds what 8 connections do.
			if got := median(connections); got < took || got > 5*took {
				t.Errorf("cap %d: median %v, want about %v", connections, got, took)
			}
		}
		// 8 connections answer 27/s: a wait of seconds, counted.
		if got := median(8); got < 6*took {
			t.Errorf("cap 8: median %v although requests wait for seconds", got)
		}
	})
}
