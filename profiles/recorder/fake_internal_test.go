package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// fakeProcess is a process with a clock that tests turn. Recording in it costs
// what the test says, and the CPU profiler can be somebody else's.
type fakeProcess struct {
	t        *testing.T
	clock    time.Time
	used     time.Duration
	cores    float64 // in use
	count    int     // of goroutines
	tracing  float64 // share of CPU samples within the tracer, while it is on
	stopCost time.Duration

	profiling io.Writer // the recorder's slice
	began     time.Time
	foreign   bool // other code is profiling
	traced    bool
	noTrace   bool // other code has a flight recorder
	broken    map[string]bool
}

func newFake(t *testing.T) *fakeProcess {
	return &fakeProcess{t: t, clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), cores: 1, count: 20, stopCost: 2 * time.Millisecond}
}

func (f *fakeProcess) pass(d time.Duration) {
	f.clock = f.clock.Add(d)
	f.used += scale(d, f.cores)
}

// spent has everything cost 10 ms.
func (f *fakeProcess) spent(do func()) time.Duration {
	do()
	f.pass(10 * time.Millisecond)
	return 10 * time.Millisecond
}

func (f *fakeProcess) now() time.Time                           { return f.clock }
func (f *fakeProcess) sleep(_ context.Context, d time.Duration) { f.pass(d) }
func (f *fakeProcess) cpu() time.Duration                       { return f.used }
func (f *fakeProcess) goroutines() int                          { return f.count }

func (f *fakeProcess) startCPU(w io.Writer) error {
	if f.foreign || f.profiling != nil {
		return errors.New("cpu profiling already in use")
	}
	f.profiling, f.began = w, f.clock
	return nil
}

func (f *fakeProcess) stopCPU() {
	if f.profiling == nil {
		f.t.Error("the recorder stopped a profile that it had not started")
		return
	}
	samples := int64(100 * f.cores * f.clock.Sub(f.began).Seconds())
	within := int64(0)
	if f.traced {
		within = int64(float64(samples)*f.tracing + 0.5)
	}
	if err := fakeProfile(samples-within, within).Write(f.profiling); err != nil {
		f.t.Error(err)
	}
	f.profiling = nil
	f.pass(f.stopCost)
}

// fakeProfile has so many samples of work, and so many within the tracer.
func fakeProfile(work, tracer int64) *profile.Profile {
	p := &profile.Profile{
		SampleType:    []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType:    &profile.ValueType{Type: "cpu", Unit: "nanoseconds"},
		Period:        10_000_000,
		DurationNanos: int64(time.Second),
	}
	for i, s := range []struct {
		function string
		n        int64
	}{{"main.work", work}, {"runtime.traceLocker.GoUnpark", tracer}} {
		f := &profile.Function{ID: uint64(i + 1), Name: s.function}
		l := &profile.Location{ID: uint64(i + 1), Line: []profile.Line{{Function: f}}}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		if s.n > 0 {
			p.Sample = append(p.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: []int64{s.n, s.n * p.Period}})
		}
	}
	return p
}

func (f *fakeProcess) startTrace() error {
	if f.noTrace {
		return errors.New("flight recording already enabled")
	}
	f.traced = true
	return nil
}

func (f *fakeProcess) stopTrace() { f.traced = false }

func (f *fakeProcess) writeTrace(w io.Writer) error {
	if !f.traced {
		return errors.New("it is off")
	}
	return f.write(w, "trace")
}

func (f *fakeProcess) writeProfile(w io.Writer, name string, debug int) error {
	return f.write(w, fmt.Sprintf("%s %d", name, debug))
}

func (f *fakeProcess) write(w io.Writer, what string) error {
	if f.broken[what] {
		return errors.New("broken: " + what)
	}
	_, err := io.WriteString(w, what)
	return err
}

// fakeRecorder is a recorder over f, begun; the test drives its steps.
func fakeRecorder(t *testing.T, f *fakeProcess, o Options) *Recorder {
	t.Helper()
	o = o.withDefaults()
	if err := o.check(); err != nil {
		t.Fatal(err)
	}
	r, err := newRecorder(o, f)
	if err != nil {
		t.Fatal(err)
	}
	r.begin()
	return r
}

// run lets time pass as Run would, and serves snapshots that are ordered.
func (f *fakeProcess) run(r *Recorder, d time.Duration) {
	for end := f.clock.Add(d); f.clock.Before(end); {
		f.pass(250 * time.Millisecond)
		r.step()
		f.serveOrders(r)
	}
}

func (f *fakeProcess) serveOrders(r *Recorder) {
	select {
	case o := <-r.gate.orders:
		r.serve(context.Background(), o)
	default:
	}
}
