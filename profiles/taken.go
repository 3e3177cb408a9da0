package profiles

import (
	"github.com/google/pprof/profile"
	"time"
)

// taken is one profile as it came.
type taken struct {
	asked, ended time.Time // when the question was sent, when the answer was whole
	before       *int64    // requests answered until asked; nil if unknown
	after        *int64    // until ended
	raw          []byte
	profile      *profile.Profile
}

// moment is when the profile was what it is: at once, or, of one that took its
// time, at its end; and how many requests were answered until then.
func (t *taken) moment(slow bool) (at time.Time, requests *int64) {
	if slow {
		return t.ended.UTC(), t.after
	}
	return t.asked.UTC(), t.before
}

// ends are the snapshots of one kind at both ends of the window.
type ends struct {
	start, end       *taken
	startErr, endErr error
}

// backwards says whether something that only grows got less from start to end.
func (e *ends) backwards() bool {
	if e.start == nil || e.end == nil || e.end.profile.DurationNanos > 0 {
		return false
	}
	_, backwards, err := difference(e.start.profile, e.end.profile)
	return err == nil && backwards
}

// giveUp says whether the end need not be asked for, and makes the failure of
// the start its own: the same question would have the same answer, or without a
// start there is nothing to compare with. After a restart there may be.
func (e *ends) giveUp(kind Kind) bool {
	if isOutcome(e.startErr, hopeless) || isOutcome(e.startErr, late) && kind.IsDelta() {
		e.endErr = e.startErr
		return true
	}
	return false
}

// demand is how a profile is taken that the service makes on demand.
type demand struct {
	is bool // it is one
	// factor is how many times the seconds that it is asked for it takes; 0: it does
	// not listen to that. It is 2 of a service that waits for so long and then hands
	// the question to net/http/pprof, which waits as long for its difference.
	factor int
	pieces []*taken
}

// textDump is the text of all goroutines.
type textDump struct {
	at   time.Time
	text []byte
	err  error
}

// cpuSlices are the CPU profiles of a window, one after the other.
type cpuSlices struct {
	taken   []*taken
	err     error // why it ended early, or the last trouble
	broken  bool  // a connection broke within a slice
	resumed bool  // and a later one was whole
}

// joined is the slices as one. It has no raw form unless there is one slice.
func (c *cpuSlices) joined() (*taken, error) {
	if len(c.taken) == 1 {
		return c.taken[0], nil
	}
	first, last := c.taken[0], c.taken[len(c.taken)-1]
	var all []*profile.Profile
	for _, t := range c.taken {
		all = append(all, t.profile)
	}
	merged, err := profile.Merge(all)
	if err != nil {
		return nil, err
	}
	return &taken{asked: first.asked, ended: last.ended, before: first.before, after: last.after, profile: merged}, nil
}

// served is how many requests were answered within the slices.
func (c *cpuSlices) served() *int64 {
	var sum int64
	for _, t := range c.taken {
		n := between(t.before, t.after)
		if n == nil {
			return nil
		}
		sum += *n
	}
	return &sum
}

// profiled is the time within the slices, by the profiles' own account.
func (c *cpuSlices) profiled() time.Duration {
	var sum time.Duration
	for _, t := range c.taken {
		sum += time.Duration(t.profile.DurationNanos)
	}
	return sum
}

// between is nil unless both counts are known.
func between(before, after *int64) *int64 {
	if before == nil || after == nil {
		return nil
	}
	n := max(*after-*before, 0)
	return &n
}
