package admission_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/admission"
)

// work is a machine that does a unit of work in each tick, whatever is asked.
type work struct {
	gate *admission.Gate
	tick time.Duration
	turn chan struct{} // one unit at a time (synctest knows channels, not mutexes)
}

func newWork(o admission.GateOptions, tick time.Duration) *work {
	return &work{admission.NewGate(o), tick, make(chan struct{}, 1)}
}

func (w *work) do() bool {
	admitted, _ := w.gate.Enter()
	if !admitted {
		return false
	}
	defer w.gate.Leave()
	w.turn <- struct{}{}
	time.Sleep(w.tick)
	<-w.turn
	return true
}

// TestGateFollowsTheMachine: whatever the machine can do, the limit becomes what it
// does in the target time, and so admitted work takes that long.
func TestGateFollowsTheMachine(t *testing.T) {
	for _, tick := range []time.Duration{20 * time.Microsecond, 100 * time.Microsecond, 500 * time.Microsecond} {
		synctest.Test(t, func(t *testing.T) {
			w := newWork(admission.GateOptions{Target: 50 * time.Millisecond, Least: 32}, tick)
			want := int(50 * time.Millisecond / tick)
			var clients sync.WaitGroup
			for range 2*want + 600 {
				clients.Go(func() {
					for start := time.Now(); time.Since(start) < 3*time.Second; {
						w.do()
					}
				})
			}
			time.Sleep(2 * time.Second)
			if got := w.gate.State().Limit; got < want*9/10 || got > want*11/10 {
				t.Errorf("a unit in %v: limit %d; want about %d", tick, got, want)
			}
			clients.Wait()
			if s := w.gate.State(); s.Busy != 0 || s.Waiting != 0 {
				t.Errorf("at rest: %+v", s)
			}
		})
	}
}

// TestGateKeepsGoodput: at ten times of what can be done, nearly all that can be done
// is answered, in a small part of the time that a queue would take.
func TestGateKeepsGoodput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWork(admission.GateOptions{Least: 16}, time.Millisecond) // 1,000 a second
		var good, late, refused atomic.Int64
		var users sync.WaitGroup
		for range 5 * 10_000 { // 5 s at 10,000/s
			users.Go(func() {
				start := time.Now()
				switch {
				case !w.do():
					refused.Add(1)
				case time.Since(start) <= 200*time.Millisecond:
					good.Add(1)
				default:
					late.Add(1)
				}
			})
			time.Sleep(100 * time.Microsecond)
		}
		users.Wait()
		if good.Load() < 4500 || refused.Load() < 40_000 {
			t.Errorf("good %d, late %d, refused %d of 50,000; want nearly 5,000 good", good.Load(), late.Load(), refused.Load())
		}
	})
}

// TestNewestFirst: who came last is admitted first, and the oldest is refused when it
// has waited for too long.
func TestNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := admission.NewGate(admission.GateOptions{Most: 1, MaxWait: time.Second})
		if admitted, waited := g.Enter(); !admitted || waited {
			t.Fatal("the first was not admitted at once")
		}
		var order []int
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				if admitted, waited := g.Enter(); admitted && waited {
					order = append(order, i)
					time.Sleep(600 * time.Millisecond)
					g.Leave()
				}
			})
			synctest.Wait()
		}
		g.Leave()
		all.Wait()
		if len(order) != 2 || order[0] != 2 || order[1] != 1 {
			t.Errorf("admitted in the order %v; want 2, 1, and 0 refused", order)
		}
		if s := g.State(); s.Refused != 1 || s.Busy != 0 {
			t.Errorf("afterwards: %+v", s)
		}
	})
}

// TestHealthyGateIsSilent: below what can be done nobody waits or is refused, and the
// limit does not move.
func TestHealthyGateIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWork(admission.GateOptions{}, time.Millisecond)
		before := w.gate.State().Limit
		var users sync.WaitGroup
		for range 2000 {
			users.Go(func() {
				if !w.do() {
					t.Error("refused")
				}
			})
			time.Sleep(1250 * time.Microsecond) // 0.8 of what can be done
		}
		users.Wait()
		if s := w.gate.State(); s.Limit != before || s.Refused != 0 {
			t.Errorf("limit %d before, now %+v", before, s)
		}
	})
}

// TestYield: while work waits for something else its place is another's, and it comes
// back beyond the limit.
func TestYield(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := admission.NewGate(admission.GateOptions{Most: 1})
		g.Enter()
		second := make(chan bool, 1)
		go func() { admitted, _ := g.Enter(); second <- admitted }()
		synctest.Wait()
		if s := g.State(); s.Waiting != 1 {
			t.Fatalf("before: %+v", s)
		}
		g.Yield()
		if !<-second {
			t.Error("the place was not given away")
		}
		g.Return()
		if s := g.State(); s.Busy != 2 {
			t.Errorf("after the return: %+v", s)
		}
		g.Leave()
		g.Leave()
	})
}

// TestOpenGate: once it is open nobody waits any more.
func TestOpenGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := admission.NewGate(admission.GateOptions{Most: 1})
		g.Enter()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if admitted, _ := g.Enter(); !admitted {
					t.Error("refused")
				}
			})
		}
		synctest.Wait()
		g.Open()
		all.Wait()
		if admitted, waited := g.Enter(); !admitted || waited {
			t.Error("an open gate made somebody wait")
		}
	})
}

// TestRecoveryAfterAStall: a machine that stood still is trusted again at once.
func TestRecoveryAfterAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWork(admission.GateOptions{}, 100*time.Microsecond)
		stop := make(chan struct{})
		var clients sync.WaitGroup
		for range 2000 {
			clients.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						w.do()
					}
				}
			})
		}
		time.Sleep(2 * time.Second)
		w.turn <- struct{}{}
		time.Sleep(3 * time.Second)
		<-w.turn
		time.Sleep(time.Second)
		if got := w.gate.State().Limit; got < 200 {
			t.Errorf("a second after a stall the limit is %d; want about 250", got)
		}
		close(stop)
		clients.Wait()
	})
}

// TestBurstIsServed: whoever came in a burst is served, although most of them have
// waited for longer than the target: nobody else wants their places.
func TestBurstIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWork(admission.GateOptions{}, 100*time.Microsecond)
		start := time.Now()
		var users sync.WaitGroup
		for range 2000 { // 200 ms of work
			users.Go(func() {
				if !w.do() {
					t.Error("refused")
				}
			})
		}
		users.Wait()
		if took := time.Since(start); took > 300*time.Millisecond {
			t.Errorf("took %v; want 200 ms", took)
		}
	})
}
