package recorder

import (
	"context"
	"errors"
	"time"
)

// Run records until ctx ends. When it returns no profile or trace of the
// recorder's is running, and it may be called again; while it runs a second
// call is refused. It starts no goroutine.
func (r *Recorder) Run(ctx context.Context) error {
	if r == nil {
		return nil
	}
	if !r.running.CompareAndSwap(false, true) {
		return errors.New("recorder: already running")
	}
	defer r.running.Store(false)
	r.begin()
	defer r.end()
	tick := time.NewTicker(min(r.options.Slice/4, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			r.step()
		case o := <-r.gate.orders:
			r.serve(ctx, o)
		}
	}
}

func (r *Recorder) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.process.now()
	r.lastCPU, r.lastNow = r.process.cpu(), now
	r.nextCPU, r.nextSee = now, now
	r.gate.set(true)
}

func (r *Recorder) end() {
	r.gate.set(false)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut()
	if r.flight.on {
		r.flight.stop(r.process.now())
	}
}

// step does what is due.
func (r *Recorder) step() {
	r.mu.Lock()
	now := r.process.now()
	r.account(now)
	r.stepCPU(now)
	r.stepTrace(now)
	detail, grown := r.stepGrowth(now)
	r.mu.Unlock()
	if grown {
		_, _ = r.gate.ask(ReasonGoroutines, func() string { return detail }, now) // the gate counts refusals
	}
}

// Snapshot takes a snapshot now and waits for it: some milliseconds, or
// TraceAge longer where the flight recorder is off to save CPU time and has to
// be switched on first. It refuses with [ErrTooSoon] or [ErrNotRunning], and
// stops waiting, though not taking it, when ctx ends.
func (r *Recorder) Snapshot(ctx context.Context, detail string) (Manifest, error) {
	if r == nil {
		return Manifest{}, ErrNotRunning
	}
	o, err := r.gate.ask(ReasonManual, func() string { return detail }, r.process.now())
	if err != nil {
		return Manifest{}, err
	}
	select {
	case d := <-o.done:
		return d.manifest, d.err
	case <-ctx.Done():
		return Manifest{}, ctx.Err()
	}
}
