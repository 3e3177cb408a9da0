//go:build !unix

package recorder

import (
	"runtime/metrics"
	"time"
)

// processCPU is the CPU time that the runtime believes it has used. The runtime
// counts it anew at each garbage collection only, so it moves in steps.
func processCPU() time.Duration {
	samples := []metrics.Sample{{Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/cpu/classes/idle:cpu-seconds"}}
	metrics.Read(samples)
	return time.Duration((samples[0].Value.Float64() - samples[1].Value.Float64()) * float64(time.Second))
}
