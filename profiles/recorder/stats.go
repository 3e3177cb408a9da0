package recorder

import (
	"fmt"
	"time"
)

// Stats is what a recorder has done and what that cost. Counters run
// since it was made.
type Stats struct {
	Running bool       `json:"running"`
	Since   time.Time  `json:"since"`
	CPU     CPUStats   `json:"cpu_slices"`
	Trace   TraceStats `json:"flight_recorder"`
	Cost    Cost       `json:"cost"`
	Budget  Budget     `json:"budget"`

	Snapshots     []Manifest `json:"snapshots"`
	SnapshotBytes int64      `json:"snapshot_bytes"`
	// Refused counts snapshots that were not taken, by trigger and why:
	// "latency: too soon after the last snapshot".
	Refused map[string]int `json:"refused"`
	// Failed is the last thing that went wrong; empty if nothing has.
	Failed string `json:"failed,omitempty"`
}

// CPUStats is the state of the ring of CPU slices.
type CPUStats struct {
	Taken   int           `json:"taken"`
	Yielded int           `json:"yielded"` // number of requested profiles that had priority
	Blocked int           `json:"blocked"` // not begun, as other code was profiling
	ByHand  bool          `json:"by_hand"` // a profile by hand is being taken
	Bytes   int64         `json:"bytes"`
	Slices  []SliceBounds `json:"slices"` // oldest first
}

// TraceStats is the state of the flight recorder.
type TraceStats struct {
	On     bool          `json:"on"`
	OnFor  time.Duration `json:"on_for_ns"` // all in all
	Denied int           `json:"denied"`    // not begun, as the process has another one
	// Share is the part of the process's CPU time that it is taken to cost
	// while it is on, from that many CPU samples; 0.05 is assumed at first.
	Share   float64 `json:"share"`
	Samples int64   `json:"samples"`
}

// Cost is the CPU time that recording cost, by what it is and how well
// it is known.
type Cost struct {
	Process time.Duration `json:"process_ns"` // used by the whole process
	// Sampling is estimated: samples times what one costs in a benchmark.
	Sampling time.Duration `json:"sampling_ns"`
	// Encoding is ending, compressing and reading slices: an upper bound, as the
	// runtime does the first two where nothing measures them. They count as the
	// time on the clock or the process's CPU time meanwhile, whichever is less.
	Encoding time.Duration `json:"encoding_ns"`
	// Tracing is estimated: Share of the CPU time used while it was on.
	Tracing time.Duration `json:"tracing_ns"`
	// Snapshots is measured: on Linux as the thread's CPU time, elsewhere on
	// the clock.
	Snapshots time.Duration `json:"snapshots_ns"`
	// Share is all of it as a part of Process.
	Share float64 `json:"share"`
	// Balance is what may be spent at once; below 0 nothing is begun.
	Balance time.Duration `json:"balance_ns"`
}

// Stats tells what the recorder does and costs. Reading it is cheap, but for
// the list of snapshots, which is read from disk.
func (r *Recorder) Stats() Stats {
	if r == nil {
		return Stats{}
	}
	snapshots, size := r.shelf.list()
	s := Stats{
		Running: r.running.Load(), Since: r.born, Budget: r.options.Budget,
		Snapshots: append([]Manifest{}, snapshots...), SnapshotBytes: size, Refused: r.gate.refusals(),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.process.now()
	s.CPU, s.Trace, s.Cost, s.Failed = r.statsCPU(now), r.statsTrace(now), r.ledger.stats(), r.failed
	return s
}

func (r *Recorder) statsCPU(now time.Time) CPUStats {
	r.ring.expire(now)
	c := CPUStats{
		Taken: r.sampler.taken, Yielded: r.sampler.yielded, Blocked: r.sampler.blocked,
		ByHand: r.sampler.hands > 0, Bytes: r.ring.bytes, Slices: []SliceBounds{},
	}
	for _, slice := range r.ring.slices {
		c.Slices = append(c.Slices, slice.SliceBounds)
	}
	return c
}

func (r *Recorder) statsTrace(now time.Time) TraceStats {
	return TraceStats{
		On: r.flight.on, OnFor: r.flight.time(now), Denied: r.flight.denied,
		Share: r.flight.share(), Samples: r.flight.seen.of,
	}
}

func (l *ledger) stats() Cost {
	c := Cost{
		Process: l.used, Sampling: l.sampling, Encoding: l.encoding, Tracing: l.tracing, Snapshots: l.snapshots,
		Balance: l.balance,
	}
	if l.used > 0 {
		c.Share = float64(l.spent()) / float64(l.used)
	}
	return c
}

func (g *gate) refusals() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	counts := map[string]int{}
	for r, n := range g.refused {
		counts[fmt.Sprintf("%s: %v", r.reason, r.why)] = n
	}
	return counts
}
