package profiles

import (
	"context"
	"path/filepath"
	"sync"
	"time"
)

// progressEvery is the time between two calls of the plan's Progress.
const progressEvery = 500 * time.Millisecond

// window profiles all subjects for the plan's duration, or until ctx ends.
func (c *capture) window(ctx context.Context) {
	c.windowStart, c.before = time.Now().UTC(), c.subjects[0].requests()
	c.plan.Progress(Progress{Phase: Window, Window: c.plan.Duration})
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

// profileWindow does what takes time, all at once. If nothing can come of the
// target it returns early.
func (s *subject) profileWindow(ctx context.Context, start time.Time, tracePath string) {
	end := start.Add(s.plan.Duration)
	stays := s.hasStarted() // asked before anything below adds a snapshot
	sampling, stop := context.WithCancel(ctx)
	var sampler, group sync.WaitGroup
	sampler.Go(func() { s.sampler.run(sampling, s.client, s.plan.SampleEvery) })
	if s.wants(CPU) && s.client.answered.Load() {
		group.Go(func() { s.takeCPU(ctx, end) })
	}
	for kind, d := range s.onDemand {
		if d.is && s.client.answered.Load() {
			group.Go(func() { s.takeOnDemand(ctx, kind, end) })
		}
	}
	switch {
	case s.trace != nil && s.client.answered.Load():
		group.Go(func() { s.takeTrace(ctx, tracePath, start) })
	case s.trace != nil:
		s.trace.Failure = &Failure{Code: FailNoAnswer}
	}
	if stays {
		group.Go(func() { s.stay(ctx, end) })
	}
	group.Wait()
	stop()
	sampler.Wait()
}
