// Package batch gathers concurrent calls into shared round trips without ever
// making one wait for company.
//
// A [Batcher] owns a fixed number of lanes, one for each connection. An idle
// lane takes a waiting call the moment it arrives, alone. Only while all lanes
// are busy do calls gather, and the next free lane takes all that have gathered.
// Batches therefore grow with the load and shrink with it, with no timer, no
// linger and no setting: at low load every call travels alone.
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
	done chan struct{}
}

// Batcher runs calls in batches. Use [New]. Safe for concurrent use.
type Batcher[In, Out any] struct {
	run   func(lane int, calls []*Call[In, Out])
	queue chan *Call[In, Out]
	lanes sync.WaitGroup

	closing sync.RWMutex // held for reading while a call is being queued
	closed  bool
}

// New starts a batcher with the given number of lanes, each taking at most max
// calls at once. run must answer every call it is handed, in Out, and must
// return within a bounded time; it is called by one goroutine per lane, with
// 0 <= lane < lanes, and may not keep the slice. queue bounds how many calls
// may wait before Do itself blocks.
func New[In, Out any](lanes, max, queue int, run func(lane int, calls []*Call[In, Out])) *Batcher[In, Out] {
	b := &Batcher[In, Out]{run: run, queue: make(chan *Call[In, Out], queue)}
	for lane := range lanes {
		b.lanes.Go(func() { b.serve(lane, max) })
	}
	return b
}

// serve takes one call, then whatever else is waiting, until Close.
func (b *Batcher[In, Out]) serve(lane, max int) {
	calls := make([]*Call[In, Out], 0, max)
	for first := range b.queue {
		calls = append(calls[:0], first)
		for more := true; more && len(calls) < max; {
			select {
			case c, ok := <-b.queue:
				if more = ok; ok {
					calls = append(calls, c)
				}
			default:
				more = false
			}
		}
		b.run(lane, calls)
		for _, c := range calls {
			c.done <- struct{}{}
		}
		clear(calls) // the lane must not keep answered calls alive
	}
}

// Do hands in to the next free lane and waits for its answer. If ctx ends
// first, Do returns its error; the call may still be run, and its answer is
// dropped. After Close, Do returns ErrClosed.
func (b *Batcher[In, Out]) Do(ctx context.Context, in In) (out Out, err error) {
	c := &Call[In, Out]{In: in, done: make(chan struct{}, 1)}
	if err := b.enqueue(ctx, c); err != nil {
		return out, err
	}
	select {
	case <-c.done:
		return c.Out, nil
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

// enqueue holds the read lock while it sends, so that Close never closes a
// channel that somebody is sending on.
func (b *Batcher[In, Out]) enqueue(ctx context.Context, c *Call[In, Out]) error {
	b.closing.RLock()
	defer b.closing.RUnlock()
	if b.closed {
		return ErrClosed
	}
	select {
	case b.queue <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Waiting is how many calls no lane has taken yet.
func (b *Batcher[In, Out]) Waiting() int { return len(b.queue) }

// Close refuses new calls, answers all that were accepted, and waits for the
// lanes to end. It may be called more than once.
func (b *Batcher[In, Out]) Close() {
	b.closing.Lock()
	if !b.closed {
		b.closed = true
		close(b.queue)
	}
	b.closing.Unlock()
	b.lanes.Wait()
}
