package profiles

import (
	"context"
	"fmt"
	"time"

	"github.com/google/pprof/profile"
)

// The lengths of CPU profiles of the target: the first, from which they double,
// and the longest. A profile arrives at its end only, so a process that ends or
// an interruption loses that much and not the whole window. The moment between
// two is lost.
const (
	firstSlice = 2 * time.Second
	maxSlice   = 10 * time.Second
)

// cpuSlices are the CPU profiles of a window, one after the other.
type cpuSlices struct {
	taken   []*taken
	err     error // why it ended early, or the last trouble
	broken  bool  // a connection broke within a slice
	resumed bool  // and a later one was whole
}

// takeCPU profiles until the window's end. Trouble that may pass is waited out.
func (s *subject) takeCPU(ctx context.Context, end time.Time) {
	slice, most := firstSlice, maxSlice
	for {
		length := min(time.Until(end).Round(time.Second), slice)
		if length < time.Second {
			return
		}
		t, err := s.fetch(ctx, fmt.Sprintf("profile?seconds=%d", length/time.Second), length)
		if err == nil {
			s.cpu.taken = append(s.cpu.taken, t)
			s.cpu.resumed = s.cpu.broken
			if took := t.ended.Sub(t.asked); took < length/2 { // and would again, thousands of times
				s.cpu.err = &Failure{Code: FailEarlyAnswer, TookNS: took.Round(time.Millisecond), LimitNS: length}
				return
			}
			slice = min(2*slice, most)
			continue
		}
		s.cpu.err = err
		switch {
		case ctx.Err() != nil:
			return
		case isOutcome(err, tooLong, gatewayTimeout) && length > time.Second:
			slice = max((length / 2).Truncate(time.Second), time.Second)
			most = slice
		case isOutcome(err, busy), isAway(err) && s.client.answered.Load() && !s.lost(ctx):
			s.cpu.broken = s.cpu.broken || isOutcome(err, unreachable)
			if !pause(ctx, retryPause) {
				return
			}
		default:
			return
		}
	}
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
