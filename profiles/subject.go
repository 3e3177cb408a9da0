package profiles

import (
	"context"
	"io"
	"slices"
	"time"
)

// subject is a target while it is captured. Its fields belong to whoever runs
// the current phase; within a phase each goroutine has fields of its own.
type subject struct {
	name   string
	target *Target
	plan   *Plan
	client *client
	turn   chan struct{} // of the capture: one profile at a time is unpacked and parsed

	snapshots     map[Kind]*ends   // each is made before the phases begin
	onDemand      map[Kind]*demand // of Block and Mutex; each is made before the phases begin
	dumps         [2]textDump      // at the start and at the end
	mutexFraction int64            // -1: not known
	cpu           cpuSlices
	sampler       *sampler
	trace         *Trace    // nil: not asked for
	traceErr      error     // of writing it
	gone          time.Time // since when it does not answer any more; zero: it does
}

func newSubject(target *Target, name string, plan *Plan, turn chan struct{}) (*subject, error) {
	client, err := newClient(target, plan.Timeout)
	if err != nil {
		return nil, err
	}
	s := &subject{
		name: name, target: target, plan: plan, client: client, turn: turn,
		snapshots: map[Kind]*ends{}, onDemand: map[Kind]*demand{}, mutexFraction: -1, sampler: &sampler{},
	}
	for _, kind := range Kinds() {
		s.snapshots[kind] = &ends{}
	}
	for _, kind := range []Kind{Block, Mutex} {
		s.onDemand[kind] = &demand{}
	}
	if plan.Trace {
		s.trace = &Trace{Status: Failed, Failure: &Failure{Code: FailNotBegun}}
	}
	return s, nil
}

func (s *subject) wants(kind Kind) bool { return slices.Contains(s.plan.Kinds, kind) }

func (s *subject) requests() *int64 {
	if s.plan.Requests == nil {
		return nil
	}
	n := s.plan.Requests()
	return &n
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

// askIndex asks for a page that costs the target little, to see whether it
// answers.
func (s *subject) askIndex(ctx context.Context) error {
	return s.client.get(ctx, s.client.endpoint(""), 0, func(io.Reader) error { return nil })
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
