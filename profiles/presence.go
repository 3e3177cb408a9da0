package profiles

import (
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
	refused  atomic.Bool  // the last question: nothing listens there
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

// restartWait is how long a target may take to come back of which no process
// listens any more.
const restartWait = 10 * time.Second

// patience is how long to wait for a target that is away.
func (p *presence) patience(timeout time.Duration) time.Duration {
	if p.refused.Load() {
		return min(timeout, restartWait)
	}
	return timeout
}

// silent is how long ago a question last ended.
func (p *presence) silent() time.Duration { return time.Since(time.Unix(0, p.heard.Load())) }

// overdue says that no question has been answered for so long.
func (p *presence) overdue(limit time.Duration) bool {
	since := p.away.Load()
	return since != 0 && time.Since(time.Unix(0, since)) >= limit
}
