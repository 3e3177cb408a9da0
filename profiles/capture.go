package profiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Bounds of a capture that are nobody's to choose.
const (
	progressEvery = 500 * time.Millisecond
	graceOnCancel = 10 * time.Second // for the last snapshots after an interruption
	askAfter      = 5 * time.Second  // of silence: does the target still answer?
)

// Capture takes profiles from the plan's targets and writes them as a bundle
// into the folder dir, which it makes if needed and which must not hold a bundle
// yet. It takes the plan's duration and a little more for the snapshots.
//
// Parts that fail are in the manifest, with the reason; as long as anything was
// captured they are no error. If nothing was, nothing is written, and the error is
// a [*NothingError]; the manifest returned has all reasons. A target that stops answering
// for good is waited for as long as the plan's Timeout, and one question more;
// the bundle is then partial.
//
// When ctx ends, what was captured is kept: the snapshots at the end are taken
// at once, which takes at most ten seconds, the bundle is written and called
// partial, and both the manifest and ctx's error are returned. If nothing was
// captured the manifest is nil.
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
	}
	return m, err
}

// capture is one call of Capture.
type capture struct {
	plan     Plan // with defaults
	dir      string
	names    []string
	subjects []*subject
	madeDir  bool // by us, so it is ours to remove

	started, ended         time.Time
	windowStart, windowEnd time.Time
	before, after          *int64 // requests at the ends of the window
}

// prepare makes the subjects, without asking them anything.
func (c *capture) prepare() error {
	_, err := os.Stat(c.dir)
	c.madeDir = errors.Is(err, fs.ErrNotExist)
	_, err = os.Stat(filepath.Join(c.dir, ManifestFile))
	if !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = errors.New("it holds a bundle already")
		}
		return fmt.Errorf("%s: %w", c.dir, err)
	}
	if c.names, err = targetNames(c.plan.Targets); err != nil {
		return err
	}
	turn := make(chan struct{}, 1)
	for i := range c.plan.Targets {
		s, err := newSubject(&c.plan.Targets[i], c.names[i], &c.plan, turn)
		if err != nil {
			return err
		}
		c.subjects = append(c.subjects, s)
	}
	return os.MkdirAll(c.dir, 0o755)
}

func (c *capture) close() {
	for _, s := range c.subjects {
		s.client.close()
	}
}

// each does something with all subjects at once and waits.
func (c *capture) each(do func(*subject)) {
	var group sync.WaitGroup
	for _, s := range c.subjects {
		group.Go(func() { do(s) })
	}
	group.Wait()
}

// window profiles all subjects for the plan's duration, or until ctx ends.
func (c *capture) window(ctx context.Context) {
	c.windowStart, c.before = time.Now().UTC(), c.subjects[0].requests()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.each(func(s *subject) {
			s.profileWindow(ctx, c.windowStart, filepath.Join(c.dir, filepath.FromSlash(c.folderOf(s)), TraceFile))
		})
	}()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-ticker.C:
			c.plan.Progress(Progress{Phase: Window, Elapsed: time.Since(c.windowStart), Window: c.plan.Duration})
		}
	}
	c.windowEnd, c.after = time.Now().UTC(), c.subjects[0].requests()
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

// folderOf is where a subject's files are, below the bundle.
func (c *capture) folderOf(s *subject) string {
	if len(c.subjects) == 1 {
		return ""
	}
	return TargetsFolder + "/" + s.name
}

// profileWindow does what takes time, all at once. If nothing can come of the
// target it returns early.
func (s *subject) profileWindow(ctx context.Context, start time.Time, tracePath string) {
	end := start.Add(s.plan.Duration)
	sampling, stop := context.WithCancel(ctx)
	var sampler, group sync.WaitGroup
	sampler.Go(func() { s.sampler.run(sampling, s.client, s.plan.SampleEvery) })
	if s.wants(CPU) && s.client.answered.Load() {
		group.Go(func() { s.takeCPU(ctx, end) })
	}
	switch {
	case s.trace != nil && s.client.answered.Load():
		group.Go(func() { s.takeTrace(ctx, tracePath, start) })
	case s.trace != nil:
		s.trace.Failure = &Failure{Code: FailNoAnswer}
	}
	if s.hasStarted() {
		group.Go(func() { s.stay(ctx, end) })
	}
	group.Wait()
	stop()
	sampler.Wait()
}
