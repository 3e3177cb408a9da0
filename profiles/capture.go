package profiles

import (
	"context"
	"errors"
	"time"
)

// graceOnCancel is the time for the last snapshots after an interruption.
const graceOnCancel = 10 * time.Second

// Capture takes profiles from the plan's targets and writes them as a bundle
// into the folder dir, which it makes if needed and which must not hold a bundle
// yet. It takes the plan's duration and a little more for the snapshots.
//
// Parts that fail are in the manifest, with the reason; as long as anything was
// captured they are no error. If nothing was, nothing is written, and the error
// is a [*NothingError]; the manifest returned has all reasons. A target that
// stops answering for good is waited for as long as the plan's Timeout, and one
// question more; the bundle is then partial.
//
// When ctx ends, what was captured is kept: the snapshots at the end are taken
// at once, which takes at most ten seconds, the bundle is written and called
// partial, and both the manifest and ctx's error are returned. If nothing was
// captured the manifest is nil.
//
// A file that cannot be written, such as on a full disk, costs none of the others:
// then the manifest says so, and the error is an [*UnwrittenError]. Only if the
// manifest cannot be written is there none; the files stay.
//
// Each request has a deadline. The target's garbage collector runs once before
// and once after the window: without that its memory profiles would be old.
func Capture(ctx context.Context, plan Plan, dir string) (*Manifest, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	c := &capture{plan: plan.withDefaults(), dir: dir}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	defer c.close()
	c.started = time.Now().UTC()
	c.plan.Progress(Progress{Phase: Starting, Window: c.plan.Duration})
	c.each(func(s *subject) { s.begin(ctx) })
	if err := ctx.Err(); err != nil {
		_, _ = c.nothing(nil, true)
		return nil, err
	}
	c.window(ctx)
	c.plan.Progress(Progress{Phase: Ending, Elapsed: c.windowEnd.Sub(c.windowStart), Window: c.plan.Duration})
	last, cancel := context.WithCancel(ctx)
	if ctx.Err() != nil {
		cancel()
		last, cancel = context.WithTimeout(context.WithoutCancel(ctx), graceOnCancel)
	}
	c.each(func(s *subject) { s.end(last) })
	cancel()
	c.ended = time.Now().UTC()
	m, err := c.write(ctx.Err() != nil)
	if err == nil {
		err = ctx.Err()
	} else if ctx.Err() != nil && m != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return m, err
}
