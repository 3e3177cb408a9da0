package profiles

import (
	"context"
	"time"
)

const (
	// retryPause is the time between two questions to a target that is away.
	retryPause = 200 * time.Millisecond
	// askAfter is how long a target may be silent before it is asked whether it still answers.
	askAfter = 5 * time.Second
)

// lost says whether the target is given up: it has not answered for as long as
// one waits for one answer, or for a restart if nothing listens, nor one question more, which may be asked now. It is
// not asked for again.
func (s *subject) lost(ctx context.Context) bool {
	p := &s.client.presence
	switch {
	case p.given.Load() != 0:
		return true
	case !p.answered.Load() || !p.overdue(p.patience(s.plan.Timeout)):
		return false
	}
	since := p.away.Load()
	_ = s.askIndex(ctx) // what came of it is noted
	if ctx.Err() != nil || !p.overdue(p.patience(s.plan.Timeout)) {
		return false
	}
	p.given.CompareAndSwap(0, since)
	return true
}

// isGone says since when the target no longer answers; zero: it does, or
// never has. A target that is away is asked until it is given up.
func (s *subject) isGone(ctx context.Context) time.Time {
	p := &s.client.presence
	for p.answered.Load() && p.away.Load() != 0 && !s.lost(ctx) {
		if !pause(ctx, retryPause) {
			break
		}
		_ = s.askIndex(ctx)
	}
	if since := p.given.Load(); since != 0 {
		return time.Unix(0, since)
	}
	return time.Time{}
}

// stay waits until a time, unless the target is lost before, and says whether it
// and ctx let it.
func (s *subject) stay(ctx context.Context, until time.Time) bool {
	for left := time.Until(until); left > 0; left = time.Until(until) {
		if s.lost(ctx) || !pause(ctx, min(left, retryPause)) {
			return false
		}
		if s.client.silent() >= askAfter {
			timed, cancel := context.WithTimeout(ctx, askAfter)
			_ = s.askIndex(timed) // what came of it is in the client
			cancel()
		}
	}
	return ctx.Err() == nil
}

// pause waits, and says whether ctx let it.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(max(d, 0)):
		return true
	}
}
