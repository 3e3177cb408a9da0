package growth

import (
	"container/heap"
	"testing"
	"time"
)

// exchange is one request.
type exchange struct{ Sent, Done time.Duration }

// flying is the requests under way, by the time of their answer.
type flying []*exchange

func (f flying) Len() int           { return len(f) }
func (f flying) Less(i, j int) bool { return f[i].Done < f[j].Done }
func (f flying) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *flying) Push(x any)        { *f = append(*f, x.(*exchange)) }
func (f *flying) Pop() any {
	old := *f
	x := old[len(old)-1]
	*f = old[:len(old)-1]
	return x
}

// simulate sends rate requests a second for a time to a service that takes
// service(n, now) for request n. It returns how many of them found the cap
// reached, of these the last, and how many connections were opened.
func simulate(rate int, length time.Duration, service func(n int, now time.Duration) time.Duration) (short int, last time.Duration, open int) {
	g := New(0, 0)
	g.most = mostCap
	var under flying
	waiting, sent := 0, 0
	send := func(now time.Duration) {
		heap.Push(&under, &exchange{Sent: now, Done: now + service(sent, now)})
		sent++
	}
	for n := range int(float64(rate) * length.Seconds()) {
		now := time.Duration(n) * time.Second / time.Duration(rate)
		for len(under) > 0 && under[0].Done <= now {
			x := heap.Pop(&under).(*exchange)
			g.Answered(x.Done)
			if waiting > 0 {
				waiting--
				send(x.Done)
			}
		}
		for waiting > 0 && !g.Capped(now) {
			g.open++
			waiting--
			send(now)
		}
		switch {
		case waiting == 0 && len(under) < g.open:
			g.Relaxed()
			send(now)
		case waiting == 0 && !g.Capped(now):
			g.Relaxed()
			g.open++
			send(now)
		default:
			short++
			last = now
			waiting++
		}
	}
	return short, last, g.open
}

// TestDefaultCapIsEnough: a service that answers any number of requests at one
// time gets the connections it needs, in little more time than it takes.
func TestDefaultCapIsEnough(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		name    string
		rate    int
		service func(n int, now time.Duration) time.Duration
		by      time.Duration
	}{
		{"quick", 1000, func(int, time.Duration) time.Duration { return ms }, 0},
		{"slow", 1000, func(int, time.Duration) time.Duration { return time.Second }, 3 * time.Second},
		{"slow and many", 3000, func(int, time.Duration) time.Duration { return time.Second }, time.Second},
		{"far", 10_000, func(int, time.Duration) time.Duration { return 50 * ms }, 2 * time.Second},
		{"one in ten is slow", 1000, func(n int, _ time.Duration) time.Duration {
			if n%10 == 7 {
				return time.Second
			}
			return ms
		}, 2 * time.Second},
		{"slow from the third second on", 1000, func(_ int, now time.Duration) time.Duration {
			if now > 2*time.Second {
				return 500 * ms
			}
			return 2 * ms
		}, 4500 * ms},
		{"every second one is slow from the third second on", 1000, func(n int, now time.Duration) time.Duration {
			if now > 2*time.Second && n%2 == 0 {
				return 800 * ms
			}
			return 2 * ms
		}, 7 * time.Second},
		{"a stall of 200 ms every second", 1000, func(_ int, now time.Duration) time.Duration {
			return ms + max(0, 200*ms-now%time.Second)
		}, 200 * ms},
	} {
		short, last, open := simulate(row.rate, 10*time.Second, row.service)
		t.Logf("%s: %d requests queued, until %v; %d connections", row.name, short, last, open)
		if last > row.by {
			t.Errorf("%s: the cap made requests wait until %v, want none after %v", row.name, last, row.by)
		}
	}
}

// TestDefaultCapUnderOverload: a service that does one thing at a time gets few
// connections, however long its queue is.
func TestDefaultCapUnderOverload(t *testing.T) {
	for _, row := range []struct {
		name  string
		able  int // requests per second
		asked int
		cold  time.Duration // what the first 50 requests take in addition
		most  int
	}{
		{"twice", 1000, 2000, 0, 128},
		{"four times", 1000, 4000, 0, 128},
		{"four times, cold", 10_000, 40_000, 50 * time.Millisecond, 512},
		{"ten times, cold", 10_000, 100_000, 50 * time.Millisecond, 512},
	} {
		var free time.Duration // when the service is done with what it has
		short, _, open := simulate(row.asked, 5*time.Second, func(n int, now time.Duration) time.Duration {
			free = max(free, now) + time.Second/time.Duration(row.able)
			if n < 50 {
				return free - now + row.cold
			}
			return free - now
		})
		t.Logf("%s: %d connections", row.name, open)
		if open > row.most || short == 0 {
			t.Errorf("%s: %d connections, want at most %d; %d requests queued", row.name, open, row.most, short)
		}
	}
}

func TestCaps(t *testing.T) {
	for _, row := range []struct {
		name         string
		fixed, files int
		want, shown  int
		bound        bool
	}{
		{"nothing known yet", 0, 0, leastCap, leastCap, false},
		{"many files", 0, 1 << 20, leastCap, leastCap, false},
		{"few files", 0, 64, 16, 16, true},
		{"the caller's", 5000, 64, 5000, 5000, true},
		{"none", NoCap, 64, 10_000, 0, false},
	} {
		g := New(row.fixed, row.files)
		for !g.Capped(0) && g.open < 10_000 {
			g.open++
		}
		if g.open != row.want || g.Used() != row.shown || g.Bound() != row.bound {
			t.Errorf("%s: cap %d, shown as %d, bound: %v; want %d, %d and %v", row.name, g.open, g.Used(), g.Bound(), row.want, row.shown, row.bound)
		}
	}
}

func TestHandshakesUnderWay(t *testing.T) {
	g := New(NoCap, 0)
	open := func() (begun int) {
		for ; g.MayOpen(0); begun++ {
			g.Opens()
		}
		return begun
	}
	ended := func(n int) {
		for range n {
			g.Opened()
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
		g.Closed()
	}
	if got := open(); got != 20 {
		t.Errorf("%d handshakes beside 20 connections", got)
	}
}
