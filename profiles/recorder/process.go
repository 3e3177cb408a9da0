package recorder

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"time"
)

// process is what a recorder sees of the process that it is in, and does to
// it. There is one that is real; tests have others, with a clock to turn.
type process interface {
	now() time.Time
	sleep(context.Context, time.Duration)
	cpu() time.Duration         // CPU time used since the process began
	spent(func()) time.Duration // CPU time of a function, or a bound of it
	goroutines() int
	startCPU(io.Writer) error
	stopCPU() // only after a startCPU that succeeded
	startTrace() error
	stopTrace()
	writeTrace(io.Writer) error
	// writeProfile writes a profile of runtime/pprof by name; debug is as there.
	writeProfile(w io.Writer, name string, debug int) error
}

// thisProcess is the real one.
type thisProcess struct{ flight *trace.FlightRecorder }

func newThisProcess(o Options) *thisProcess {
	return &thisProcess{trace.NewFlightRecorder(trace.FlightRecorderConfig{
		MinAge: max(o.TraceAge, 0), MaxBytes: uint64(o.Budget.TraceBytes),
	})}
}

func (*thisProcess) now() time.Time             { return time.Now() }
func (*thisProcess) cpu() time.Duration         { return processCPU() }
func (*thisProcess) goroutines() int            { return runtime.NumGoroutine() }
func (*thisProcess) startCPU(w io.Writer) error { return pprof.StartCPUProfile(w) }
func (*thisProcess) stopCPU()                   { pprof.StopCPUProfile() }

// sleep returns early when ctx ends.
func (*thisProcess) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (p *thisProcess) startTrace() error { return p.flight.Start() }
func (p *thisProcess) stopTrace()        { p.flight.Stop() }
func (p *thisProcess) writeTrace(w io.Writer) error {
	_, err := p.flight.WriteTo(w)
	return err
}

func (*thisProcess) writeProfile(w io.Writer, name string, debug int) error {
	profile := pprof.Lookup(name)
	if profile == nil {
		return fmt.Errorf("the runtime has no profile %q", name)
	}
	return profile.WriteTo(w, debug)
}
