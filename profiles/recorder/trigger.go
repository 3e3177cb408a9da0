package recorder

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Why a snapshot was refused; [Stats].Refused counts them.
var (
	// ErrTooSoon: the last snapshot is younger than the budget's SnapshotEvery.
	ErrTooSoon = errors.New("too soon after the last snapshot")
	// ErrNotRunning: the recorder does not run, or has just been told to end.
	ErrNotRunning = errors.New("the recorder is not running")
)

// order is a snapshot that was granted.
type order struct {
	reason Reason
	detail string
	at     time.Time
	done   chan delivery // has room for one: nobody need be there
}

type delivery struct {
	manifest Manifest
	err      error
}

// gate grants snapshots: one in so much time, and none unless there is somebody
// to take it. Safe for concurrent use.
type gate struct {
	every time.Duration

	mu      sync.Mutex
	open    bool
	orders  chan *order // has room for one: with the gate passed at most one waits
	last    time.Time
	refused map[refusal]int
}

// refusal is a snapshot that was not granted: what for, and why.
type refusal struct {
	reason Reason
	why    error
}

func newGate(every time.Duration) *gate {
	return &gate{every: every, orders: make(chan *order, 1), refused: map[refusal]int{}}
}

// ask grants a snapshot, or says why not. Refusing is cheap: when a service is
// slow, each of its requests may ask.
func (g *gate) ask(reason Reason, detail func() string, now time.Time) (*order, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := ErrNotRunning
	if g.open {
		err = g.place(now)
	}
	if err != nil {
		g.refused[refusal{reason, err}]++
		return nil, err
	}
	o := &order{reason, detail(), now, make(chan delivery, 1)}
	g.orders <- o
	return o, nil
}

func (g *gate) place(now time.Time) error {
	if !g.last.IsZero() && now.Sub(g.last) < g.every || len(g.orders) > 0 {
		return ErrTooSoon
	}
	g.last = now
	return nil
}

// wait is how long nothing will be granted yet.
func (g *gate) wait(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last.IsZero() {
		return 0
	}
	return max(g.every-now.Sub(g.last), 0)
}

// set opens or closes the gate. Whoever waits behind a gate that closes is told.
func (g *gate) set(open bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = open
	select {
	case o := <-g.orders:
		o.done <- delivery{err: ErrNotRunning}
	default:
	}
}

// growth watches the number of goroutines against the least there were of late.
type growth struct {
	factor float64 // below 0: nothing is watched
	floor  int
	keep   int // how many looks are remembered
	seen   []int
}

// look takes a new number and says whether it has grown. After it has, the new
// number is the usual one: a leak is told once for each time it multiplies.
func (g *growth) look(n int) (detail string, grown bool) {
	if g.factor < 0 {
		return "", false
	}
	usual := n
	if len(g.seen) > 0 {
		usual = slices.Min(g.seen)
	}
	if n > g.floor && float64(n) >= g.factor*float64(usual) {
		g.seen = append(g.seen[:0], n)
		return fmt.Sprintf("%d goroutines, %.1f times the usual number, %d", n, float64(n)/float64(max(usual, 1)), usual), true
	}
	g.seen = append(g.seen, n)
	if len(g.seen) > g.keep {
		g.seen = slices.Delete(g.seen, 0, len(g.seen)-g.keep)
	}
	return "", false
}
