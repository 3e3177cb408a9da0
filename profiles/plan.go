package profiles

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// What a plan has when it does not say otherwise.
const (
	DefaultDuration        = 30 * time.Second
	DefaultTraceDuration   = 5 * time.Second
	DefaultTimeout         = 30 * time.Second
	DefaultSampleEvery     = time.Second
	DefaultMaxTraceBytes   = 64 << 20
	DefaultMaxProfileBytes = 512 << 20
)

// MaxDuration bounds the window.
const MaxDuration = 24 * time.Hour

// Plan says what to capture. Only Targets is required.
type Plan struct {
	// Targets are captured together, in the same window.
	Targets []Target

	// Duration is the window's length in whole seconds, at least one.
	// By default DefaultDuration.
	Duration time.Duration

	// Kinds are the profiles to take. By default all.
	Kinds []Kind

	// Trace takes an execution trace as well, for a shorter time within the
	// window. While it runs it costs the target a little CPU, which the CPU
	// profile then shows. By default there is none.
	Trace bool

	// TraceDuration is the trace's length, at most Duration. By default
	// DefaultTraceDuration or Duration, whichever is shorter.
	TraceDuration time.Duration

	// MaxTraceBytes ends a trace that gets larger; what came before is kept. By
	// default DefaultMaxTraceBytes.
	MaxTraceBytes int64

	// MaxProfileBytes bounds each profile, decompressed. A larger one fails. By
	// default DefaultMaxProfileBytes.
	MaxProfileBytes int64

	// Timeout is the longest wait for the answer of one endpoint, on top of the
	// time for which it was asked to profile. By default DefaultTimeout.
	Timeout time.Duration

	// SampleEvery is the time between two readings of the runtime metrics. By
	// default DefaultSampleEvery.
	SampleEvery time.Duration

	// Progress is called when a phase begins and about twice a second in the
	// window, from one goroutine at a time. Optional.
	Progress func(Progress)

	// Requests returns how many requests the targets have answered so far, all
	// together. With it the bundle knows how many belong to each profile. It is
	// called from several goroutines. Optional.
	Requests func() int64

	// Tool and Command go into the manifest: the writer's name and version, and
	// its command line, from which the caller has removed secrets. Optional.
	Tool    string
	Command []string
}

// Phase is a part of a capture.
type Phase string

// The phases, in their order.
const (
	Starting Phase = "starting" // snapshots at the start
	Window   Phase = "window"   // profiling
	Ending   Phase = "ending"   // snapshots at the end
)

// Progress tells how far a capture is.
type Progress struct {
	Phase   Phase
	Elapsed time.Duration // of the window
	Window  time.Duration // its planned length
}

// withDefaults fills in what is zero.
func (p Plan) withDefaults() Plan {
	setDefault(&p.Duration, DefaultDuration)
	setDefault(&p.TraceDuration, min(DefaultTraceDuration, p.Duration))
	setDefault(&p.Timeout, DefaultTimeout)
	setDefault(&p.SampleEvery, DefaultSampleEvery)
	setDefault(&p.MaxTraceBytes, DefaultMaxTraceBytes)
	setDefault(&p.MaxProfileBytes, DefaultMaxProfileBytes)
	if len(p.Kinds) == 0 {
		p.Kinds = Kinds()
	}
	if p.Progress == nil {
		p.Progress = func(Progress) {}
	}
	return p
}

func setDefault[T time.Duration | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Check says what of the plan cannot be done, without asking any target.
func (p Plan) Check() error {
	p = p.withDefaults()
	if err := p.checkNumbers(); err != nil {
		return err
	}
	for _, kind := range p.Kinds {
		if !slices.Contains(Kinds(), kind) {
			return fmt.Errorf("unknown profile %q; use %s", kind, joinKinds(Kinds()))
		}
	}
	if len(p.Targets) == 0 {
		return errors.New("no target to take profiles from")
	}
	for i := range p.Targets {
		if err := p.Targets[i].check(); err != nil {
			return fmt.Errorf("target %d: %w", i+1, err)
		}
	}
	if _, err := targetNames(p.Targets); err != nil {
		return err
	}
	if i, j := sameTargets(p.Targets); i < j {
		return fmt.Errorf("targets %d and %d have the same address, which would count twice", i+1, j+1)
	}
	return nil
}

func (p *Plan) checkNumbers() error {
	switch {
	case p.Duration < time.Second || p.Duration%time.Second != 0 || p.Duration > MaxDuration:
		return fmt.Errorf("the duration %v must be whole seconds, from 1s to %v: net/http/pprof counts in seconds", p.Duration, MaxDuration)
	case p.TraceDuration < 0 || p.TraceDuration > p.Duration:
		return fmt.Errorf("the trace's duration %v must be positive and at most the window's, %v", p.TraceDuration, p.Duration)
	case p.Timeout < 0:
		return fmt.Errorf("the timeout %v must be positive", p.Timeout)
	case p.SampleEvery < 10*time.Millisecond:
		return fmt.Errorf("the time between two samples of the metrics, %v, must be at least 10ms", p.SampleEvery)
	case p.MaxTraceBytes < 0 || p.MaxProfileBytes < 0:
		return errors.New("the limits on bytes must be positive")
	}
	return nil
}
