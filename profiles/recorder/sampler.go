package recorder

import (
	"bytes"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// sampleCost is what taking one CPU sample costs the thread that is
// interrupted: signal, stack walk, return. It cannot be seen from within (the
// profiler does not sample itself), so it is an estimate:
// BenchmarkRecorderSample measures it, in docs/performance.md.
const sampleCost = 10 * time.Microsecond

// cpuSampler takes CPU slices. CPU profiling is process-wide, so it gives way: to
// profiles taken by hand, which are announced, and to those of other code,
// which are not and only make a start fail.
//
// It is guarded by the recorder's lock.
type cpuSampler struct {
	process process
	hands   int // profiles by hand that are being taken
	running *bytes.Buffer
	began   time.Time

	taken   int
	yielded int // profiles by hand that it gave way to
	blocked int // starts that failed, as other code was profiling
}

// start begins a slice. It reports false where somebody else is profiling.
func (s *cpuSampler) start() bool {
	if s.hands > 0 {
		return false
	}
	buffer := new(bytes.Buffer)
	began := s.process.now()
	if s.process.startCPU(buffer) != nil {
		s.blocked++
		return false
	}
	s.running, s.began = buffer, began
	return true
}

// stop ends the running slice, which has to be there. cost is an upper bound of
// the CPU time that ending and reading it took. The runtime symbolizes and
// compresses on a goroutine of its own, while this one waits: that took at most
// the time on the clock, and at most what the whole process used.
func (s *cpuSampler) stop() (slice cpuSlice, tracing traceShare, cost time.Duration, err error) {
	ended, used := s.process.now(), s.process.cpu()
	s.process.stopCPU()
	cost = s.process.now().Sub(ended)
	if used = s.process.cpu() - used; used > 0 { // 0: it is not known here
		cost = min(cost, used)
	}
	data := s.running.Bytes()
	slice = cpuSlice{SliceBounds{From: s.began, To: ended, Bytes: len(data)}, data}
	s.running = nil
	s.taken++
	cost += s.process.spent(func() { tracing, err = readShare(data) })
	slice.Samples = tracing.of
	return slice, tracing, cost, err
}

// traceShare is how many CPU samples of how many were within the runtime's
// tracer.
type traceShare struct{ in, of int64 }

func readShare(data []byte) (t traceShare, err error) {
	p, err := profile.ParseData(data)
	if err != nil {
		return t, err
	}
	for _, sample := range p.Sample {
		if len(sample.Value) == 0 {
			continue
		}
		t.of += sample.Value[0]
		if inTracer(sample) {
			t.in += sample.Value[0]
		}
	}
	return t, nil
}

// inTracer says whether any frame of a sample is the tracer's.
func inTracer(s *profile.Sample) bool {
	for _, location := range s.Location {
		for _, line := range location.Line {
			if line.Function != nil && tracerFunction(line.Function.Name) {
				return true
			}
		}
	}
	return false
}

// tracerFunction goes by the runtime's names: runtime.traceLocker.GoStart,
// runtime.(*traceStackTable).put, runtime/trace.(*recorder).Write. Tracebacks
// are something else.
func tracerFunction(name string) bool {
	rest, ok := strings.CutPrefix(name, "runtime.")
	if !ok {
		return strings.HasPrefix(name, "runtime/trace.") && !strings.HasPrefix(name, "runtime/trace.WithRegion") // below which a program's work runs
	}
	rest = strings.TrimPrefix(rest, "(*")
	return strings.HasPrefix(rest, "trace") && !strings.HasPrefix(rest, "traceback")
}
