package loadgen

import (
	"container/heap"
	"testing"
	"time"
)

// flying is the requests under way, by the time of their answer.
type flying []*Exchange

func (f flying) Len() int           { return len(f) }
func (f flying) Less(i, j int) bool { return f[i].Done < f[j].Done }
func (f flying) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *flying) Push(x any)        { *f = append(*f, x.(*Exchange)) }
func (f *flying) Pop() any {
	old := *f
	x := old[len(old)-1]
	*f = old[:len(old)-1]
	return x
}

// simulate sends rate requests a second for a time, all at once as they are due,
// to a service that takes service(n, now) for request n. It returns how often
// the cap was below the requests under way, and the highest cap.
func simulate(rate int, length time.Duration, service func(n int, now time.Duration) time.Duration) (short, top int) {
	g := newGrowth(&Plan{Rate: float64(rate)})
	g.most = mostCap
	var under flying
	for n := range int(float64(rate) * length.Seconds()) {
		now := time.Duration(n) * time.Second / time.Duration(rate)
		for len(under) > 0 && under[0].Done <= now {
			g.ended(heap.Pop(&under).(*Exchange))
		}
		limit := g.limit(now)
		top = max(top, limit)
		if len(under) >= limit {
			short++
		}
		x := &Exchange{Sent: now, written: true}
		x.Done = now + service(n, now)
		g.sent(x)
		heap.Push(&under, x)
	}
	return short, top
}

// TestDefaultCapIsEnough: a service that answers any number of requests at one
// time never meets the cap.
func TestDefaultCapIsEnough(t *testing.T) {
	for _, row := range []struct {
		name    string
		service func(n int, now time.Duration) time.Duration
	}{
		{"quick", func(int, time.Duration) time.Duration { return time.Millisecond }},
		{"slow", func(int, time.Duration) time.Duration { return time.Second }},
		{"one in ten is slow", func(n int, _ time.Duration) time.Duration {
			if n%10 == 7 {
				return time.Second
			}
			return time.Millisecond
		}},
		{"slow from the third second on", func(_ int, now time.Duration) time.Duration {
			if now > 2*time.Second {
				return 500 * time.Millisecond
			}
			return 2 * time.Millisecond
		}},
		{"a stall of 200 ms every second", func(_ int, now time.Duration) time.Duration {
			return time.Millisecond + max(0, 200*time.Millisecond-now%time.Second)
		}},
	} {
		if short, _ := simulate(1000, 5*time.Second, row.service); short > 0 {
			t.Errorf("%s: the cap was too low for %d of 5,000 requests", row.name, short)
		}
	}
}

// TestDefaultCapUnderOverload: a service that does one thing at a time gets no
// more connections because its queue grows.
func TestDefaultCapUnderOverload(t *testing.T) {
	for _, row := range []struct {
		rate int // of 1,000/s that are possible
		most int
	}{{2000, 4 * 2 * 9}, {4000, 4 * 4 * 9}} {
		var free time.Duration // when the service is done with what it has
		_, top := simulate(row.rate, 5*time.Second, func(_ int, now time.Duration) time.Duration {
			free = max(free, now) + time.Millisecond
			return free - now
		})
		if top > row.most {
			t.Errorf("%d/s: a cap of %d, want at most %d", row.rate, top, row.most)
		}
	}
}

func TestCaps(t *testing.T) {
	for _, row := range []struct {
		name        string
		plan        Plan
		most        int
		want, shown int
	}{
		{"nothing known yet", Plan{Rate: 1e6}, mostCap, leastCap, leastCap},
		{"few files", Plan{Rate: 1e6}, 16, 16, 16},
		{"the plan's", Plan{Rate: 1e6, Connections: 5000}, 16, 5000, 5000},
		{"none", Plan{Rate: 1e6, Connections: NoCap}, 16, NoCap, 0},
	} {
		g := newGrowth(&row.plan)
		g.most = row.most
		if got := g.limit(time.Second); got != row.want || g.used() != row.shown {
			t.Errorf("%s: cap %d, shown as %d; want %d and %d", row.name, got, g.used(), row.want, row.shown)
		}
	}
}

func TestHandshakesUnderWay(t *testing.T) {
	g := newGrowth(&Plan{Connections: NoCap})
	open := func() (begun int) {
		for ; g.mayOpen(0); begun++ {
			g.opens()
		}
		return begun
	}
	ended := func(n int) {
		for range n {
			g.opened()
		}
	}
	// Doubling from 16, however few of the first were a success.
	for i, want := range []int{16, 16, 32, 64} {
		if got := open(); got != want {
			t.Fatalf("wave %d: %d handshakes under way, want %d", i+1, got, want)
		}
		ended(want)
	}
	for range 128 - 20 {
		g.closed()
	}
	if got := open(); got != 20 {
		t.Errorf("%d handshakes beside 20 connections", got)
	}
}
