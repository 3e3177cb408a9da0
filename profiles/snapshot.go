package profiles

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// begin takes what has to be there before the window.
func (s *subject) begin(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.sampler.find(ctx, s.client, s.target.MetricsURL, s.name) })
	if s.wants(Mutex) {
		group.Go(func() { s.mutexFraction = s.readMutexFraction(ctx) })
	}
	s.each(&group, func(kind Kind, page string) {
		e := s.snapshots[kind]
		if s.onDemand[kind] != nil {
			s.beginOnDemand(ctx, kind)
			return
		}
		e.start, e.startErr = s.fetch(ctx, page, 0)
	})
	group.Wait()
	if !s.client.answered.Load() { // nothing was asked for yet, or nobody is there
		if err := s.askIndex(ctx); !s.client.answered.Load() {
			s.absent(err)
			return
		}
	}
	if e := s.snapshots[Allocs]; s.wants(Allocs) {
		*e = *s.snapshots[Heap]
		if e.start == nil && ctx.Err() == nil {
			e.start, e.startErr = s.fetch(ctx, string(Allocs), 0)
		}
	}
	if s.wants(Goroutine) {
		s.dumps[0] = s.dump(ctx)
	}
}

// absent makes err the failure of all that was not asked for of a target that has
// not answered at all: it is not asked again.
func (s *subject) absent(err error) {
	for _, e := range s.snapshots {
		if e.startErr == nil {
			e.startErr = err
		}
		e.endErr = e.startErr
	}
	s.cpu.err = err
	s.dumps[0].err, s.dumps[1].err = err, err
}

// end takes what has to be there after the window. A target that is away is
// asked again until it has been for the timeout.
func (s *subject) end(ctx context.Context) {
	if !s.client.answered.Load() {
		return // absent has said why
	}
	until := time.Now().Add(s.plan.Timeout)
	var group sync.WaitGroup
	group.Go(func() { s.sampler.sample(ctx, s.client) })
	s.each(&group, func(kind Kind, page string) {
		if e := s.snapshots[kind]; !s.isOnDemand(kind) && !e.giveUp(kind) {
			e.end, e.endErr = s.fetchUntil(ctx, page, until)
		}
	})
	group.Wait()
	allocs, heap := s.snapshots[Allocs], s.snapshots[Heap]
	if s.wants(Allocs) && allocs.start == heap.start {
		allocs.end, allocs.endErr = heap.end, heap.endErr
	}
	if s.gone = s.isGone(ctx); !s.gone.IsZero() {
		s.endGone()
		return
	}
	if s.wants(Allocs) && allocs.end == nil && !allocs.giveUp(Allocs) {
		allocs.end, allocs.endErr = s.fetchUntil(ctx, string(Allocs), until)
	}
	if s.wants(Goroutine) {
		s.dumps[1] = s.dump(ctx)
		e := s.snapshots[Goroutine]
		e.end, e.endErr = s.fetchUntil(ctx, string(Goroutine), until)
	}
	s.gone = s.isGone(ctx)
}

// endGone is the end of a target that is not asked again.
func (s *subject) endGone() {
	gone := &Failure{Code: FailTargetGone}
	for _, kind := range []Kind{Allocs, Goroutine} {
		if e := s.snapshots[kind]; e.end == nil {
			e.endErr = gone
		}
	}
	s.dumps[1].err = gone
}

// each calls take for the kinds whose snapshots do not disturb each other, each
// in a goroutine of the group. Heap stands for allocs too: its page has the same
// numbers, and it alone can collect garbage first, without which they would be
// those of up to two collections ago.
func (s *subject) each(group *sync.WaitGroup, take func(kind Kind, page string)) {
	pages := map[Kind]string{
		Heap: "heap?gc=1", Block: "block", Mutex: "mutex", ThreadCreate: "threadcreate",
	}
	for kind, page := range pages {
		if s.wants(kind) || kind == Heap && s.wants(Allocs) {
			group.Go(func() { take(kind, page) })
		}
	}
}

// fetchUntil is fetch that asks again while the target is away.
func (s *subject) fetchUntil(ctx context.Context, page string, until time.Time) (*taken, error) {
	for {
		t, err := s.fetch(ctx, page, 0)
		again := isAway(err) && s.client.answered.Load() && time.Now().Before(until) && !s.lost(ctx)
		if !again || !pause(ctx, retryPause) {
			return t, err
		}
	}
}

// dump takes the stacks of all goroutines as text.
func (s *subject) dump(ctx context.Context) textDump {
	d := textDump{at: time.Now()}
	d.err = s.client.get(ctx, s.client.endpoint("goroutine?debug=2"), 0, func(r io.Reader) (err error) {
		d.text, err = readText(r, s.plan.MaxProfileBytes)
		return err
	})
	if d.err == nil && len(d.text) == 0 {
		d.err = &Failure{Code: FailEmptyAnswer}
	}
	if d.err == nil && !isDump(d.text) {
		d.err = &Failure{Code: FailNotDump}
	}
	if d.err != nil {
		d.text = nil
	}
	return d
}

// isDump looks for the first line of a crash's stacks.
func isDump(text []byte) bool {
	var id int64
	_, err := fmt.Sscanf(string(text[:min(len(text), 40)]), "goroutine %d", &id)
	return err == nil
}
