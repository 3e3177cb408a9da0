// Package batch gathers concurrent calls into shared round trips without ever
// making one wait for company.
//
// A [Batcher] has a fixed number of lanes, one for each connection. A call that
// finds a lane idle runs on it at once, alone and in its caller's goroutine: at
// low load nothing is handed over and nobody is woken. Only while all lanes are
// busy do calls gather, and the next free lane takes all that have gathered.
// Batches therefore grow with the load and shrink with it, with no timer, no
// linger and no setting.
//
// That is the strategy to use. The others are here to be measured against it
// behind one interface, [Strategy]: one call at a time ([NewSingle]), and batches
// that wait for company, of a fixed or an adaptive size ([Lingering]).
package batch

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is returned by [Batcher.Do] after [Batcher.Close] has begun.
var ErrClosed = errors.New("batch: closed")

// Call is one caller's question and its answer. Out is written by the run
// function; a caller reads it only after Do returned nil.
type Call[In, Out any] struct {
	In   In
	Out  Out
	ctx  context.Context // of its caller
	done chan struct{}   // nil for a call that its own caller runs
}

// Run answers every call of a batch, in its Out. It must return within a bounded
// time and may not keep the slice. It is called by one goroutine at a time for
// each lane. If a caller runs it for its own call alone, ctx is the caller's, and
// Run should return when that ends; otherwise it never ends.
type Run[In, Out any] func(ctx context.Context, lane int, calls []*Call[In, Out])

// Batcher runs calls in batches. Use [New]. Safe for concurrent use.
type Batcher[In, Out any] struct {
	run   Run[In, Out]
	max   int
	lanes []lane[In, Out]
	ended sync.WaitGroup // the lanes' goroutines

	// Under mu holds: a lane is idle only if nobody waits. So a caller that
	// finds one idle overtakes nobody.
	mu      sync.Mutex
	idle    []int // lanes nobody runs on
	waiting []*Call[In, Out]
	closed  bool
	allIdle sync.Cond
}

// lane is one connection's turn.
type lane[In, Out any] struct {
	wake  chan struct{}    // tells the lane's goroutine that the lane is its own now
	calls []*Call[In, Out] // the batch under way; belongs to whoever runs on the lane
}

// New starts a batcher with the given number of lanes, each taking at most max
// calls at once. run is called with 0 <= lane < lanes. How many calls wait is
// bounded by how many callers there are.
func New[In, Out any](lanes, max int, run Run[In, Out]) *Batcher[In, Out] {
	b := &Batcher[In, Out]{run: run, max: max, lanes: make([]lane[In, Out], lanes)}
	b.allIdle.L = &b.mu
	for i := range b.lanes {
		b.lanes[i] = lane[In, Out]{wake: make(chan struct{}, 1), calls: make([]*Call[In, Out], 0, max)}
		b.idle = append(b.idle, i)
		b.ended.Go(func() {
			for range b.lanes[i].wake {
				b.serve(i)
			}
		})
	}
	return b
}

// Do has in answered, by the caller itself if a lane is idle, with others
// otherwise. If ctx ends while the call waits, Do returns its error; the call is
// not run any more unless it runs already, and its answer is dropped. After Close,
// Do returns ErrClosed.
func (b *Batcher[In, Out]) Do(ctx context.Context, in In) (out Out, err error) {
	c := &Call[In, Out]{In: in}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return out, ErrClosed
	}
	if n := len(b.idle); n > 0 {
		i := b.idle[n-1]
		b.idle = b.idle[:n-1]
		b.mu.Unlock()
		b.runAlone(ctx, i, c)
		return c.Out, nil
	}
	c.ctx = ctx
	c.done = make(chan struct{}, 1)
	b.waiting = append(b.waiting, c)
	b.mu.Unlock()
	select {
	case <-c.done:
		return c.Out, nil
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

// runAlone runs the caller's own call on an idle lane, then leaves the lane to
// whoever came meanwhile. That is the lane's goroutine: the caller has its
// answer and goes home with it.
func (b *Batcher[In, Out]) runAlone(ctx context.Context, i int, c *Call[In, Out]) {
	l := &b.lanes[i]
	l.calls = append(l.calls[:0], c)
	defer func() { // also if run panics: a lost lane would never come back
		clear(l.calls)
		if !b.release(i) {
			l.wake <- struct{}{}
		}
	}()
	b.run(ctx, i, l.calls)
}

// release makes the lane idle unless somebody waits.
func (b *Batcher[In, Out]) release(i int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) > 0 {
		return false
	}
	if b.idle = append(b.idle, i); len(b.idle) == len(b.lanes) {
		b.allIdle.Broadcast()
	}
	return true
}

// serve runs batches on the lane until nobody waits.
func (b *Batcher[In, Out]) serve(i int) {
	l := &b.lanes[i]
	for {
		l.calls = b.gather(l.calls[:0])
		if len(l.calls) > 0 {
			b.run(context.Background(), i, l.calls)
			for _, c := range l.calls {
				c.done <- struct{}{}
			}
			clear(l.calls) // the lane must not keep answered calls alive
		}
		if b.release(i) {
			return
		}
	}
}

// gather takes up to max of the calls that wait, in the order they came. It drops
// those whose callers have gone: under overload they are most of them, and what is
// done for them is not done for those who still wait.
func (b *Batcher[In, Out]) gather(calls []*Call[In, Out]) []*Call[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(b.waiting) && len(calls) < b.max {
		if c := b.waiting[n]; c.ctx.Err() == nil {
			calls = append(calls, c)
		}
		n++
	}
	rest := copy(b.waiting, b.waiting[n:])
	clear(b.waiting[rest:])
	b.waiting = b.waiting[:rest]
	return calls
}

// Waiting is how many calls no lane has taken yet.
func (b *Batcher[In, Out]) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting)
}

// Close refuses new calls, has all that were accepted answered, and waits for
// the lanes to end. It may be called more than once, not concurrently.
func (b *Batcher[In, Out]) Close() {
	b.mu.Lock()
	first := !b.closed
	b.closed = true
	for len(b.idle) < len(b.lanes) {
		b.allIdle.Wait()
	}
	b.mu.Unlock()
	if first {
		for i := range b.lanes {
			close(b.lanes[i].wake)
		}
	}
	b.ended.Wait()
}
