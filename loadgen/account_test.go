package loadgen_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// oneAtATime serves requests one after the other, each in d; served, if not nil,
// is told.
func oneAtATime(d time.Duration, served func()) http.HandlerFunc {
	var turn sync.Mutex
	return func(http.ResponseWriter, *http.Request) {
		turn.Lock()
		time.Sleep(d)
		turn.Unlock()
		if served != nil {
			served()
		}
	}
}

// TestEveryRequestThatWasDueIsCounted overloads a service, and ends the load in
// every way there is: what was due is counted, whatever became of it, and is in the
// latencies.
func TestEveryRequestThatWasDueIsCounted(t *testing.T) {
	const rate, window = 200, 300 * time.Millisecond
	for _, arrivals := range []loadgen.Arrivals{loadgen.Constant, loadgen.Poisson, loadgen.Closed} {
		for _, ending := range []string{"whole", "end", "cancel"} {
			for _, connections := range []int{8, 1000} {
				if (connections > 8 || arrivals == loadgen.Poisson) && ending != "cancel" || connections > 8 && arrivals != loadgen.Constant {
					continue
				}
				name := string(arrivals) + " " + ending
				t.Run(name, func(t *testing.T) {
					overClients(t, func(t *testing.T, c loadgen.Client) {
						ctx, cancel := context.WithCancel(context.Background())
						defer cancel()
						end := make(chan struct{})
						var served atomic.Int64
						url, stop := serve(t, oneAtATime(10*time.Millisecond, func() {
							if served.Add(1) != 20 {
								return
							}
							switch ending {
							case "end":
								close(end)
							case "cancel":
								cancel()
							}
						}))
						defer stop()
						p := loadgen.Plan{
							URL: url, Arrivals: arrivals, Rate: rate, Connections: connections, Seed: 7, End: end,
							Warmup: 100 * time.Millisecond, Duration: window, Client: c,
						}
						if ending != "whole" {
							p.Duration = time.Hour
						}
						var recorded int64
						p.Record = func(x *loadgen.Exchange) {
							if !x.Warmup {
								recorded++
							}
						}
						r, err := loadgen.Run(ctx, p)
						if err != nil {
							t.Fatal(err)
						}
						checkAccount(t, r, recorded)
						if r.Partial != (ending == "cancel") || ending == "whole" && r.Window != window || ending != "whole" && r.Window > time.Minute {
							t.Errorf("partial %v, a window of %v", r.Partial, r.Window)
						}
						if ending != "cancel" && r.Counts.Answered != r.Counts.Intended {
							t.Errorf("counts %+v: the answers were not waited for", r.Counts)
						}
						if arrivals != loadgen.Closed {
							checkSchedule(t, p, r)
						}
					})
				})
			}
		}
	}
}

// checkAccount wants every request that was due to be in every sum.
func checkAccount(t *testing.T, r *loadgen.Result, recorded int64) {
	t.Helper()
	n := r.Counts
	if n.Intended == 0 || n.Sent+n.NotSent != n.Intended || n.Answered+n.ErrorCount() != n.Intended || recorded != n.Intended {
		t.Errorf("%d due, but %d sent and %d not, %d answered and %d failed, %d recorded", n.Intended, n.Sent, n.NotSent, n.Answered, n.ErrorCount(), recorded)
	}
	if r.Response.Count() != n.Intended {
		t.Errorf("%d due, %d in the latencies", n.Intended, r.Response.Count())
	}
	var due int64
	for _, s := range r.Timeline.Slices {
		due += s.Due
	}
	// After a cancel, a few may have been due a moment after the window's end.
	if due > n.Intended || due < n.Intended-n.Errors[loadgen.KindUnfinished] || !r.Partial && due != n.Intended {
		t.Errorf("%d due, %d in the timeline", n.Intended, due)
	}
}

// checkSchedule compares with what the plan says was due.
func checkSchedule(t *testing.T, p loadgen.Plan, r *loadgen.Result) {
	t.Helper()
	schedule, err := loadgen.NewSchedule(p.Arrivals, p.Rate, p.Seed)
	if err != nil {
		t.Fatal(err)
	}
	var want int64
	for at := schedule.Next(); at < p.Warmup+r.Window; at = schedule.Next() {
		if at >= p.Warmup {
			want++
		}
	}
	more := int64(0)
	if r.Partial { // a busy machine sees the cancel later
		more = int64(p.Rate)
	}
	if got := r.Counts.Intended; got < want || got > want+more {
		t.Errorf("%d due in a window of %v, %d counted", want, r.Window, got)
	}
}

// TestCancelUnderOverload: what was due when the run was cut off, sent or not, is the
// backlog, and it is overload; a service that keeps up has neither.
func TestCancelUnderOverload(t *testing.T) {
	for name, work := range map[string]time.Duration{"overload": 10 * time.Millisecond, "healthy": 0} {
		t.Run(name, func(t *testing.T) {
			overClients(t, func(t *testing.T, c loadgen.Client) {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				var served atomic.Int64
				url, stop := serve(t, oneAtATime(work, func() {
					if served.Add(1) == 150 {
						cancel()
					}
				}))
				defer stop()
				p := loadgen.Plan{URL: url, Arrivals: loadgen.Constant, Rate: 100, Warmup: 200 * time.Millisecond, Duration: time.Hour, Client: c}
				if work > 0 {
					p.Rate = 400
				}
				r, err := loadgen.Run(ctx, p)
				if err != nil {
					t.Fatal(err)
				}
				var over *loadgen.Doubt
				for i := range r.Doubts {
					if r.Doubts[i].Code == loadgen.Overloaded {
						over = &r.Doubts[i]
					}
				}
				left := r.Timeline.Slices[len(r.Timeline.Slices)-1].Backlog
				unfinished := r.Counts.Errors[loadgen.KindUnfinished]
				switch {
				case work == 0 && over != nil:
					t.Errorf("got %+v", *over)
				case work > 0 && (over == nil || over.Backlog != left || left < unfinished*9/10 || left < r.Counts.Intended/2):
					t.Errorf("got the doubts %+v, a backlog of %d, and %+v", r.Doubts, left, r.Counts)
				}
			})
		})
	}
}
