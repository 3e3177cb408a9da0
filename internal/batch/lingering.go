package batch

import (
	"context"
	"sync"
	"time"
)

// Lingering is a strategy that waits for company: a batch leaves when it is
// full, or when its first call has waited for the linger. At low load every call
// pays the linger; a batch that fills up at once pays nothing. Use [NewFixed] or
// [NewAdaptive]. Safe for concurrent use.
type Lingering[In, Out any] struct {
	run    Run[In, Out]
	linger time.Duration
	sizing sizing
	calls  chan *Call[In, Out]

	gathering sync.Mutex // one lane gathers at a time, or batches would be split
	ended     sync.WaitGroup

	door   sync.RWMutex // held for reading while a call is handed over
	closed bool
}

// sizing says how many calls make a batch full. Safe for concurrent use.
type sizing interface {
	size() int
	took(d time.Duration) // a batch was answered after d
}

// NewFixed starts a strategy whose batches are full at size calls. In an idle
// process Go's timers are late by up to a millisecond, so a shorter linger is
// one in name only.
func NewFixed[In, Out any](lanes, size int, linger time.Duration, run Run[In, Out]) *Lingering[In, Out] {
	return newLingering(lanes, size, linger, fixedSize(size), run)
}

// NewAdaptive starts a strategy whose batches are full at a size that follows
// rule.
func NewAdaptive[In, Out any](lanes int, rule Rule, linger time.Duration, run Run[In, Out]) *Lingering[In, Out] {
	return newLingering(lanes, rule.Most, linger, newAdaptiveSize(rule), run)
}

func newLingering[In, Out any](lanes, most int, linger time.Duration, s sizing, run Run[In, Out]) *Lingering[In, Out] {
	l := &Lingering[In, Out]{run: run, linger: linger, sizing: s, calls: make(chan *Call[In, Out], most)}
	for i := range lanes {
		l.ended.Go(func() { l.serve(i, make([]*Call[In, Out], 0, most)) })
	}
	return l
}

// Do implements [Strategy].
func (l *Lingering[In, Out]) Do(ctx context.Context, in In) (out Out, err error) {
	c := &Call[In, Out]{In: in, done: make(chan struct{}, 1)}
	if err := l.hand(ctx, c); err != nil {
		return out, err
	}
	select {
	case <-c.done:
		return c.Out, nil
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

// hand gives the call to the lanes. Close waits at the door for hands that are
// through it, and the lanes go on taking calls until then.
func (l *Lingering[In, Out]) hand(ctx context.Context, c *Call[In, Out]) error {
	l.door.RLock()
	defer l.door.RUnlock()
	if l.closed {
		return ErrClosed
	}
	select {
	case l.calls <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve runs batches on a lane until the strategy is closed and nobody waits.
func (l *Lingering[In, Out]) serve(lane int, batch []*Call[In, Out]) {
	for {
		if batch = l.gather(batch[:0]); len(batch) == 0 {
			return
		}
		start := time.Now()
		l.run(context.Background(), lane, batch)
		l.sizing.took(time.Since(start))
		for _, c := range batch {
			c.done <- struct{}{}
		}
		clear(batch) // the lane must not keep answered calls alive
	}
}

// gather waits for a first call and then for company. It returns nothing only
// after Close.
func (l *Lingering[In, Out]) gather(batch []*Call[In, Out]) []*Call[In, Out] {
	l.gathering.Lock()
	defer l.gathering.Unlock()
	first, ok := <-l.calls
	if !ok {
		return batch
	}
	batch = append(batch, first)
	over := time.NewTimer(l.linger)
	defer over.Stop()
	for full := l.sizing.size(); len(batch) < full; {
		select {
		case c, ok := <-l.calls:
			if !ok {
				return batch
			}
			batch = append(batch, c)
		case <-over.C:
			return batch
		}
	}
	return batch
}

// Size is how many calls make a batch full right now.
func (l *Lingering[In, Out]) Size() int { return l.sizing.size() }

// Close implements [Strategy].
func (l *Lingering[In, Out]) Close() {
	l.door.Lock()
	if !l.closed {
		l.closed = true
		close(l.calls)
	}
	l.door.Unlock()
	l.ended.Wait()
}
