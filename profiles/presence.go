package profiles

import (
	"context"
	"sync/atomic"
	"time"
)

// presence is whether a target is there, by what became of the questions about
// its profiles. Safe for concurrent use. Times are Unix nanoseconds, 0 for none.
type presence struct {
	answered atomic.Bool  // at least once
	heard    atomic.Int64 // when a question last ended, one way or the other
	away     atomic.Int64 // since when none was answered
	given    atomic.Int64 // since when none was, of a target that is given up
}

// note takes what became of a question. due is when the answer could have come
// at the earliest.
func (p *presence) note(err error, due time.Time) {
	p.heard.Store(time.Now().UnixNano())
	switch {
	case isAway(err):
		p.away.CompareAndSwap(0, time.Now().UnixNano())
	case isOutcome(err, late):
		p.away.CompareAndSwap(0, due.UnixNano())
	case err == nil || isOutcome(err, hopeless, busy, tooLong):
		p.away.Store(0)
	}
}

// silent is how long ago a question last ended.
func (p *presence) silent() time.Duration { return time.Since(time.Unix(0, p.heard.Load())) }

// overdue says that no question has been answered for so long.
func (p *presence) overdue(limit time.Duration) bool {
	since := p.away.Load()
	return since != 0 && time.Since(time.Unix(0, since)) >= limit
}

// lost says whether the target is given up: it has not answered for as long as
// one waits for one answer, nor one question more, which may be asked now. It is
// not asked for again.
func (s *subject) lost(ctx context.Context) bool {
	p := &s.client.presence
	switch {
	case p.given.Load() != 0:
		return true
	case !p.answered.Load() || !p.overdue(s.plan.Timeout):
		return false
	}
	since := p.away.Load()
	_ = s.askIndex(ctx) // what came of it is noted
	if ctx.Err() != nil || !p.overdue(s.plan.Timeout) {
		return false
	}
	p.given.CompareAndSwap(0, since)
	return true
}

// isGone says since when the target does not answer any more; zero: it does, or
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
