package profiles

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/google/pprof/profile"
)

// retryPause is the time between two questions to a target that is away.
const retryPause = 200 * time.Millisecond

// taken is one profile as it came.
type taken struct {
	asked, ended time.Time // when the question was sent, when the answer was whole
	before       *int64    // requests answered until asked; nil if unknown
	after        *int64    // until ended
	raw          []byte
	profile      *profile.Profile
}

// ends are the snapshots of one kind at both ends of the window.
type ends struct {
	start, end       *taken
	startErr, endErr error
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

// subject is a target while it is captured. Its fields belong to whoever runs
// the current phase; within a phase each goroutine has fields of its own.
type subject struct {
	name   string
	target *Target
	plan   *Plan
	client *client
	turn   chan struct{} // of the capture: one profile at a time is unpacked and parsed

	snapshots     map[Kind]*ends // each is made before the phases begin
	dumps         [2]textDump    // at the start and at the end
	mutexFraction int64          // -1: not known
	cpu           cpuSlices
	sampler       *sampler
	trace         *Trace    // nil: not asked for
	gone          time.Time // since when it does not answer any more; zero: it does
}

// textDump is the text of all goroutines.
type textDump struct {
	at   time.Time
	text []byte
	err  error
}

func newSubject(target *Target, name string, plan *Plan, turn chan struct{}) (*subject, error) {
	client, err := newClient(target, plan.Timeout)
	if err != nil {
		return nil, err
	}
	s := &subject{
		name: name, target: target, plan: plan, client: client, turn: turn,
		snapshots: map[Kind]*ends{}, mutexFraction: -1, sampler: &sampler{},
	}
	for _, kind := range Kinds() {
		s.snapshots[kind] = &ends{}
	}
	if plan.Trace {
		s.trace = &Trace{Status: Failed, Failure: &Failure{Code: FailNotBegun}}
	}
	return s, nil
}

func (s *subject) wants(kind Kind) bool { return slices.Contains(s.plan.Kinds, kind) }

// begin takes what has to be there before the window.
func (s *subject) begin(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.sampler.find(ctx, s.client, s.target.MetricsURL, s.name) })
	if s.wants(Mutex) {
		group.Go(func() { s.mutexFraction = s.readMutexFraction(ctx) })
	}
	s.each(&group, func(kind Kind, page string) {
		e := s.snapshots[kind]
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

// askIndex asks for a page that costs the target little, to see whether it
// answers.
func (s *subject) askIndex(ctx context.Context) error {
	return s.client.get(ctx, s.client.endpoint(""), 0, func(io.Reader) error { return nil })
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
		if e := s.snapshots[kind]; !e.giveUp(kind) {
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

// hasStarted says whether any snapshot was had, so that the end of the window is
// worth waiting for.
func (s *subject) hasStarted() bool {
	for _, e := range s.snapshots {
		if e.start != nil {
			return true
		}
	}
	return s.dumps[0].text != nil
}

// fetch takes a profile from a page of net/http/pprof that takes so long.
func (s *subject) fetch(ctx context.Context, page string, window time.Duration) (*taken, error) {
	t := &taken{asked: time.Now(), before: s.requests()}
	err := s.client.get(ctx, s.client.endpoint(page), window, func(r io.Reader) (err error) {
		t.raw, t.profile, err = readProfile(r, s.plan.MaxProfileBytes, s.turn)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.ended, t.after = time.Now(), s.requests()
	return t, nil
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
		d.text, err = readAll(r, s.plan.MaxProfileBytes)
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

func (s *subject) requests() *int64 {
	if s.plan.Requests == nil {
		return nil
	}
	n := s.plan.Requests()
	return &n
}

// pause waits, and says whether ctx let it.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(max(d, 0)):
		return true
	}
}
