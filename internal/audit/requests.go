package audit

import (
	"fmt"
	"time"
)

// request is everything the log says of one request.
type request struct {
	activity string
	owner
	// The answers of each kind that matter: the first win and loss, and the
	// latest of those that would contradict an earlier answer.
	win, loss, pending, lastLoss, lastRefusal *Answer
	earliestWin, earliestLoss                 time.Time // when it was complete
	unknown                                   bool
}

// final tells whether some answer said how the draw came out.
func (q *request) final() bool { return q.win != nil || q.loss != nil }

func (q *request) String() string {
	return fmt.Sprintf("user %q request %q in activity %s", q.user, q.request, q.activity)
}

func (q *request) hear(a *Answer) {
	switch a.Result {
	case Win:
		q.win, q.earliestWin = first(q.win, a), earlier(q.earliestWin, a.Done)
	case Loss:
		q.loss, q.earliestLoss = first(q.loss, a), earlier(q.earliestLoss, a.Done)
		q.lastLoss = later(q.lastLoss, a)
	case Pending:
		q.pending = first(q.pending, a)
	case Refused:
		if forgets(a.Kind) {
			q.lastRefusal = later(q.lastRefusal, a)
		}
	default:
		q.unknown = true
	}
}

// forgets tells of refusals that a request with a stored answer can never get:
// the stored answer comes before all these tests.
func forgets(kind string) bool {
	switch kind {
	case "not-started", "ended", "draw-limit-reached", "user-blocked", "unknown-request":
		return true
	}
	return false
}

func first(a, b *Answer) *Answer {
	if a != nil {
		return a
	}
	return b
}

// later is the answer whose request left later.
func later(a, b *Answer) *Answer {
	if a != nil && !b.Sent.After(a.Sent) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

// after tells whether a was sent when the other answer was complete. Times that
// are not known prove nothing.
func (a *Answer) after(done time.Time) bool {
	return a != nil && !done.IsZero() && a.Sent.After(done)
}
