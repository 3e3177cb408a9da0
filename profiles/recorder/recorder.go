package recorder

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often goroutines are counted.
const lookEvery = 5 * time.Second

// Recorder records a service from within, always, at a low cost that it
// measures and keeps within a budget: a ring of short CPU slices that reaches
// some minutes back, and the runtime's flight recorder, which holds the last
// seconds of the execution trace. When something goes wrong it takes a
// snapshot: both of them, with the goroutines and the heap.
//
// CPU profiling is process-wide. A profile asked for by hand wins: serve it
// through [Recorder.YieldTo], or take your own after [Recorder.Yield], and the
// recorder gives way and takes up again afterwards. Code that calls
// pprof.StartCPUProfile without a word is never stopped either: the recorder
// waits until it can start. Such code may in turn find a slice running, at most
// for a tenth of the time, and has to try again.
//
// Make one with [New], let [Recorder.Run] run, and tell
// [Recorder.Observe] about requests. A process has one: two would share one
// profiler. All methods are safe for concurrent use, and on a nil Recorder do
// nothing, so that a service can leave it out.
type Recorder struct {
	options Options
	process process
	gate    *gate
	shelf   shelf
	running atomic.Bool
	born    time.Time

	mu      sync.Mutex // guards what follows
	sampler cpuSampler
	ring    ring
	flight  flight
	ledger  ledger
	growth  growth
	lastCPU time.Duration
	lastNow time.Time
	nextCPU time.Time // when the next slice is due
	nextSee time.Time // when goroutines are counted next
	failed  string    // the last thing that went wrong
}

// New makes a recorder that does nothing yet. It refuses options that
// contradict each other, and a Dir that cannot be made or read.
func New(o Options) (*Recorder, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	return newRecorder(o, newThisProcess(o))
}

func newRecorder(o Options, p process) (*Recorder, error) {
	shelf, err := openShelf(o)
	if err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	return &Recorder{
		options: o, process: p, gate: newGate(o.Budget.SnapshotEvery), shelf: shelf, born: p.now(),
		sampler: cpuSampler{process: p},
		ring:    ring{keep: o.Keep, most: o.Budget.RingBytes},
		flight:  flight{process: p, off: o.TraceAge < 0},
		ledger:  ledger{share: o.Budget.CPU},
		growth:  growth{factor: o.GoroutineGrowth, floor: o.GoroutineFloor, keep: int(o.Keep/lookEvery) + 1},
	}, nil
}

// openShelf opens the folder for snapshots, or none: they stay in memory.
func openShelf(o Options) (shelf, error) {
	if o.Dir == "" {
		return &memoryShelf{most: o.Budget.SnapshotBytes}, nil
	}
	return openDiskShelf(o.Dir, o.Budget.SnapshotBytes)
}

// account earns for the CPU time that was used since the last step, and pays
// for tracing in it.
func (r *Recorder) account(now time.Time) {
	cpu := r.process.cpu()
	used := max(cpu-r.lastCPU, 0)
	r.ledger.earn(used, now.Sub(r.lastNow))
	if r.flight.on {
		r.ledger.pay(&r.ledger.tracing, scale(used, r.flight.share()))
	}
	r.lastCPU, r.lastNow = cpu, now
}

func (r *Recorder) stepCPU(now time.Time) {
	if r.sampler.running != nil {
		if now.Sub(r.sampler.began) >= r.options.Slice {
			r.cut()
		}
		return
	}
	most := 0.5
	if r.flight.off {
		most = 1
	}
	if now.Before(r.nextCPU) || !r.ledger.affordsSlice(most) {
		return
	}
	if r.sampler.start() { // else it is tried again at the next step
		r.nextCPU = now.Add(r.options.Every)
	}
}

// cut ends the slice that is running, if one is, and keeps it.
func (r *Recorder) cut() {
	if r.sampler.running == nil {
		return
	}
	slice, tracing, cost, err := r.sampler.stop()
	r.ledger.pay(&r.ledger.encoding, cost)
	if err != nil {
		r.failed = fmt.Sprintf("reading a CPU slice: %v", err)
		return
	}
	r.ledger.pay(&r.ledger.sampling, time.Duration(slice.Samples)*sampleCost)
	if r.flight.on && !r.flight.began.After(slice.From) {
		r.flight.learn(tracing)
	}
	r.ring.add(slice)
}

// stepTrace has the flight recorder on while the budget lasts.
func (r *Recorder) stepTrace(now time.Time) {
	switch {
	case r.flight.off:
	case r.flight.on && !r.ledger.affords():
		r.flight.stop(now)
	case !r.flight.on && r.ledger.affordsTrace(r.flight.share()):
		r.flight.start(now)
	}
}

func (r *Recorder) stepGrowth(now time.Time) (detail string, grown bool) {
	if now.Before(r.nextSee) {
		return "", false
	}
	r.nextSee = now.Add(lookEvery)
	return r.growth.look(r.process.goroutines())
}

// Observe tells how long a request took. If that is longer than the limit, a
// snapshot is taken, unless there was one of late; route is named in it. It
// costs a comparison for requests within the limit and never waits.
func (r *Recorder) Observe(route string, took time.Duration) {
	if r == nil || r.options.Latency == 0 || took <= r.options.Latency {
		return
	}
	detail := func() string { return fmt.Sprintf("%s took %s, more than %s", route, took, r.options.Latency) }
	_, _ = r.gate.ask(ReasonLatency, detail, r.process.now()) // the gate counts refusals
}

// Yield makes the recorder give way to a CPU profile that the caller is about
// to take: when it returns no slice is running, and none begins until resume is
// called, which has to be, once or more often.
func (r *Recorder) Yield() (resume func()) {
	if r == nil {
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sampler.yielded++
	r.sampler.hands++
	r.cut()
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.sampler.hands--
	})
}
