package recorder

import (
	"runtime"
	"testing"
	"time"
)

// deep works at the bottom of a stack.
func deep(frames int, work func()) {
	if frames > 0 {
		deep(frames-1, work)
		return
	}
	work()
}

// BenchmarkRecorderSample is what one CPU sample costs whom it interrupts:
// the same work with the profiler's signal 2,000 times a second and without,
// at stacks as deep as a request's. sampleCost is taken from it. Run it alone,
// with -cpu 1 -benchtime 20x: it speaks to the runtime directly, which complains if a profile
// is running.
func BenchmarkRecorderSample(b *testing.B) {
	const rate = 2000
	var sum int
	work := func() {
		for i := range 200_000_000 {
			sum += i ^ sum
		}
	}
	var with, without time.Duration
	for b.Loop() {
		deep(30, func() {
			without += timed(work)
			runtime.SetCPUProfileRate(rate)
			with += timed(work)
			runtime.SetCPUProfileRate(0)
		})
	}
	b.ReportMetric(float64(with-without)/(rate*with.Seconds()), "ns/sample")
	runtime.KeepAlive(sum)
}

// timed is CPU time: others may be using the machine.
func timed(f func()) time.Duration {
	before := processCPU()
	f()
	return processCPU() - before
}
