package profiles

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/pprof/profile"
)

// promptAnswer is how long the snapshot of a profile may take that the service has
// at hand. One that takes longer is perhaps profiled when it is asked for: some
// services switch the profile on for so many seconds, ten where nobody says how
// many, and answer then. Asked at both ends of the window, they would hold it, and
// the load, open for as long.
const promptAnswer = 2 * time.Second

func (s *subject) isOnDemand(kind Kind) bool { return s.onDemand[kind] != nil && s.onDemand[kind].is }

// beginOnDemand takes the snapshot at the start. If it does not come at once, the
// profile is asked for one second of profiling instead.
func (s *subject) beginOnDemand(ctx context.Context, kind Kind) {
	e, d := s.snapshots[kind], s.onDemand[kind]
	if e.start, e.startErr = s.fetchPrompt(ctx, string(kind), 0); !errors.Is(e.startErr, context.DeadlineExceeded) || ctx.Err() != nil {
		return
	}
	d.is = true
	e.start, e.startErr = s.fetchPrompt(ctx, string(kind)+"?seconds=1", time.Second)
	switch {
	case e.startErr == nil:
		d.factor = int((e.start.ended.Sub(e.start.asked) + time.Second/2) / time.Second)
	case ctx.Err() == nil:
		e.startErr = &Failure{Code: FailTimedOut, LimitNS: promptAnswer}
	}
}

// fetchPrompt is fetch that does not wait for long. The error is then
// context.DeadlineExceeded.
func (s *subject) fetchPrompt(ctx context.Context, page string, window time.Duration) (*taken, error) {
	prompt, cancel := context.WithTimeout(ctx, window+promptAnswer)
	defer cancel()
	return s.fetch(prompt, page, window)
}

// takeOnDemand takes within the window what the service profiles on demand: in one
// piece, or, where it does not let us say for how long, in as many as fit. What it has at hand after all is taken at the end, as others are.
func (s *subject) takeOnDemand(ctx context.Context, kind Kind, end time.Time) {
	e, d := s.snapshots[kind], s.onDemand[kind]
	if d.factor > 0 {
		length := max(time.Until(end).Round(time.Second), time.Second)
		seconds := max(int(length/time.Second)/d.factor, 1)
		e.end, e.endErr = s.fetch(ctx, fmt.Sprintf("%s?seconds=%d", kind, seconds), length)
		return
	}
	inTime, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	for took := time.Duration(0); time.Until(end) > took; {
		t, err := s.fetch(inTime, string(kind), 0)
		if err != nil {
			e.endErr = err
			break
		}
		if took = t.ended.Sub(t.asked); took < promptAnswer/2 { // it was only busy, and has this at hand
			d.is, e.start, e.startErr = false, t, nil
			return
		}
		d.pieces = append(d.pieces, t)
	}
	s.joinPieces(string(kind), e, d, ctx.Err())
}

// joinPieces makes of the pieces what the two ends of a window are. Pieces that
// say for how long they profiled are added up; of others the first and the last
// are the ends.
func (s *subject) joinPieces(page string, e *ends, d *demand, interrupted error) {
	switch n := len(d.pieces); {
	case interrupted != nil && n == 0:
		e.endErr = interrupted
	case n == 0:
		e.endErr = &Failure{Code: FailTimedOut, Page: s.client.endpoint(page).Path, LimitNS: s.plan.Duration}
	case d.pieces[0].profile.DurationNanos > 0:
		var all []*profile.Profile
		for _, t := range d.pieces {
			all = append(all, t.profile)
		}
		sum, err := profile.Merge(all)
		first, last := d.pieces[0], d.pieces[n-1]
		e.end, e.endErr = &taken{asked: first.asked, ended: last.ended, before: first.before, after: last.after, profile: sum}, err
		if err != nil {
			e.end = nil
		}
	case n == 1:
		e.endErr = &Failure{Code: FailWindowTooShort}
	default:
		e.start, e.startErr = d.pieces[0], nil
		e.end, e.endErr = d.pieces[n-1], nil
	}
}
