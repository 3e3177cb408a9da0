package loadgen_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestBegin: what is due until the plan's Begin is closed is warm-up, and the window
// from there has its full length.
func TestBegin(t *testing.T) {
	const rate, window, early = 200, 400 * time.Millisecond, 30
	for _, arrivals := range []loadgen.Arrivals{loadgen.Constant, loadgen.Closed} {
		t.Run(string(arrivals), func(t *testing.T) {
			overClients(t, func(t *testing.T, c loadgen.Client) {
				begin := make(chan struct{})
				var served atomic.Int64
				url, stop := serve(t, func(http.ResponseWriter, *http.Request) {
					time.Sleep(5 * time.Millisecond)
					if served.Add(1) == early {
						close(begin)
					}
				})
				defer stop()
				var warmups, recorded int64
				r := mustRun(t, loadgen.Plan{
					URL: url, Arrivals: arrivals, Rate: rate, Connections: 8, Begin: begin, Duration: window, Client: c,
					Timeout: time.Minute,
					Record: func(x *loadgen.Exchange) {
						if x.Warmup {
							warmups++
						} else {
							recorded++
						}
					},
				})
				checkAccount(t, r, recorded)
				if r.Window != window || r.Partial || warmups+recorded != served.Load() || warmups < early-8 {
					t.Errorf("a window of %v, %d of %d requests were warm-up", r.Window, warmups, served.Load())
				}
				if due := int64(rate * window.Seconds()); arrivals == loadgen.Constant && (recorded < due-1 || recorded > due+1) {
					t.Errorf("%d due in the window, want %d", recorded, due)
				}
			})
		})
	}
}

// TestCancelBeforeBegin: nothing was measured.
func TestCancelBeforeBegin(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var served atomic.Int64
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {
			if served.Add(1) == 10 {
				cancel()
			}
		})
		defer stop()
		r, err := loadgen.Run(ctx, loadgen.Plan{URL: url, Rate: 200, Begin: make(chan struct{}), Duration: time.Second, Client: c})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Partial || r.Window != 0 || r.Counts.Intended != 0 || len(r.Timeline.Slices) != 0 {
			t.Errorf("partial %v, a window of %v, %d due", r.Partial, r.Window, r.Counts.Intended)
		}
	})
}
