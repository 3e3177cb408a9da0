package recorder

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"
)

// serve takes the snapshot that was ordered. Collecting costs CPU time like
// everything else, and is paid for.
func (r *Recorder) serve(ctx context.Context, o *order) {
	s := r.collect(ctx, o)
	err := r.shelf.put(s)
	r.mu.Lock()
	if err != nil {
		r.failed = fmt.Sprintf("storing a snapshot: %v", err)
	}
	r.mu.Unlock()
	o.done <- delivery{s.manifest, err}
}

func (r *Recorder) collect(ctx context.Context, o *order) *snapshot {
	s := &snapshot{
		manifest: Manifest{
			Version: snapshotVersion, Name: o.at.UTC().Format(snapshotNameTime) + "-" + string(o.reason),
			Reason: o.reason, Detail: o.detail, Asked: o.at, Goroutines: r.process.goroutines(),
			GoVersion: runtime.Version(), Files: map[string]int64{},
		},
		files: map[string][]byte{},
	}
	s.manifest.describeBuild()
	slices := r.takeSlices(s)
	r.paid(func() { r.writeDumps(s) }) // first, while it lasts
	r.takeTrace(ctx, s)
	if len(slices) > 0 {
		r.paid(func() {
			s.write(snapshotCPU, func(w io.Writer) error { return writeMerged(w, slices) })
		})
	}
	s.manifest.Taken = r.process.now()
	s.manifest.Took = s.manifest.Taken.Sub(o.at).Seconds()
	return s
}

// paid does a part of a snapshot and pays for it.
func (r *Recorder) paid(part func()) {
	cost := r.process.spent(part)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ledger.pay(&r.ledger.snapshots, cost)
}

// takeSlices ends the slice that is running, so that what happened now is in
// it, and returns those of the ring.
func (r *Recorder) takeSlices(s *snapshot) []cpuSlice {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut()
	r.ring.expire(r.process.now())
	if len(r.ring.slices) == 0 {
		s.fail(snapshotCPU, "the ring contains no CPU slice: "+r.whyNoSlices())
	}
	for _, slice := range r.ring.slices {
		s.manifest.Slices = append(s.manifest.Slices, slice.SliceBounds)
	}
	return append([]cpuSlice(nil), r.ring.slices...)
}

// whyNoSlices explains an empty ring.
func (r *Recorder) whyNoSlices() string {
	switch {
	case r.sampler.hands > 0:
		return "somebody else is taking a profile"
	case !r.ledger.affords():
		return fmt.Sprintf("the budget of %g %% of CPU time is overdrawn by %v", 100*r.ledger.share, -r.ledger.balance.Round(time.Microsecond))
	case r.sampler.taken == 0 && r.sampler.blocked > 0:
		return "other code is taking a CPU profile"
	case r.sampler.taken == 0:
		return "the recorder has just begun"
	}
	return fmt.Sprintf("no slice was taken within %v", r.options.Keep)
}

// takeTrace writes the flight recorder's window. Where it is off, what follows
// the trigger is better than nothing.
func (r *Recorder) takeTrace(ctx context.Context, s *snapshot) {
	r.mu.Lock()
	off, on, from := r.flight.off, r.flight.on, r.flight.began
	if !off && !on {
		s.manifest.TraceAfter = r.flight.start(r.process.now())
		from = r.flight.began
	}
	r.mu.Unlock()
	switch {
	case off:
		return
	case !on && !s.manifest.TraceAfter:
		s.fail(snapshotTrace, "the flight recorder cannot be started: the process has another one")
		return
	case !on:
		r.process.sleep(ctx, r.options.TraceAge)
	}
	s.manifest.TraceFrom = from
	r.paid(func() { s.write(snapshotTrace, r.process.writeTrace) })
}

func (r *Recorder) writeDumps(s *snapshot) {
	form := 2 // each goroutine, with its state and how long it has waited
	if s.manifest.Goroutines > mostFullDump {
		form = 1 // grouped by stack
	}
	s.write(snapshotGoroutines, func(w io.Writer) error { return r.process.writeProfile(w, "goroutine", form) })
	s.write(snapshotGoroutine, func(w io.Writer) error { return r.process.writeProfile(w, "goroutine", 0) })
	s.write(snapshotHeap, func(w io.Writer) error { return r.process.writeProfile(w, "heap", 0) })
}
