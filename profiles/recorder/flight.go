package recorder

import "time"

const (
	// leastTrace is how long the flight recorder is on at the least. Switching
	// it stops the world for a moment.
	leastTrace = 10 * time.Second
	// supposedShare is what the flight recorder counts as costing, of the
	// process's CPU time, until it was measured in the process; and
	// supposedSamples is how many CPU samples that supposition is worth.
	supposedShare   = 0.05
	supposedSamples = 500
)

// flight is the state of the flight recorder. What tracing costs falls on
// whichever goroutine is traced, so no clock can tell. The CPU slices can: a
// share of their samples is within the tracer. That is a measurement with a
// sample's error; it starts from a supposition which it replaces as samples
// come in. The garbage that tracing makes is not in it.
type flight struct {
	process process
	off     bool // for good, by the options
	on      bool
	began   time.Time
	onFor   time.Duration
	denied  int        // starts that failed, as other code has a flight recorder
	seen    traceShare // of the slices that were taken while it was on
}

// share is the part of the process's CPU time that tracing is taken to cost.
func (f *flight) share() float64 {
	return (float64(f.seen.in) + supposedShare*supposedSamples) / (float64(f.seen.of) + supposedSamples)
}

// learn takes a slice that was taken with the flight recorder on throughout.
// Half of what was known is let go from time to time: services change.
func (f *flight) learn(t traceShare) {
	f.seen.in += t.in
	f.seen.of += t.of
	if f.seen.of > 20*supposedSamples {
		f.seen.in /= 2
		f.seen.of /= 2
	}
}

func (f *flight) start(now time.Time) bool {
	if f.process.startTrace() != nil {
		f.denied++
		return false
	}
	f.on, f.began = true, now
	return true
}

func (f *flight) stop(now time.Time) {
	f.process.stopTrace()
	f.on = false
	f.onFor += now.Sub(f.began)
}

// time is how long the flight recorder has been on, all in all.
func (f *flight) time(now time.Time) time.Duration {
	if !f.on {
		return f.onFor
	}
	return f.onFor + now.Sub(f.began)
}
