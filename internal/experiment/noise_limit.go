package experiment

import (
	"fmt"
	"time"
)

// NoiseLimit is fixed before an experiment and says how much noise a run may
// have. It looks at nothing that is compared: a limit on latency would throw
// out the slow runs and call what is left fast. Each field is a share of the
// measured time; 0 means no limit, and a covariate that is not known on a
// system is not limited.
type NoiseLimit struct {
	// ServerRunQueue and ClientRunQueue limit the waiting of the target's and
	// of our own threads, added up over threads, so they may exceed 1.
	ServerRunQueue float64 `json:"server_run_queue,omitempty"`
	ClientRunQueue float64 `json:"client_run_queue,omitempty"`
	// CPUPressure limits the share of time in which anything waited.
	CPUPressure float64 `json:"cpu_pressure,omitempty"`
	// ForeignCPU limits the share of all processors that others used.
	ForeignCPU float64 `json:"foreign_cpu,omitempty"`
}

// exceeded says in words which limits a run was over; nil: none.
func (l NoiseLimit) exceeded(n Noise) []string {
	var over []string
	look := func(name string, value *time.Duration, of time.Duration, limit float64) {
		if value == nil || limit <= 0 || of <= 0 {
			return
		}
		if share := float64(*value) / float64(of); share > limit {
			over = append(over, fmt.Sprintf("%s was %.1f %% of the time, over the limit of %.1f %%", name, 100*share, 100*limit))
		}
	}
	look("server run-queue delay", n.ServerRunQueue, n.Over, l.ServerRunQueue)
	look("client run-queue delay", n.ClientRunQueue, n.Over, l.ClientRunQueue)
	look("CPU pressure", n.CPUPressure, n.Over, l.CPUPressure)
	look("foreign CPU", n.ForeignCPU, n.Over*time.Duration(n.Cores), l.ForeignCPU)
	return over
}

// DefaultNoiseLimit tells a quiet machine from a busy one. It was read off a
// service that works 200 µs for each request, loaded with 3,000 requests a
// second for 3 s a run, on 2 shared cores:
//
//	                        runs   server     client     p95
//	others used 0-12 %         5   0.50-0.80  0.11-0.24  0.4-5.9 ms
//	others used 23-67 %       23   0.69-1.80  0.37-1.41  1.2 ms-2.8 s
//
// The client's limit parts the two, whatever the arm is; the server's is wide,
// because a service near its capacity makes its own threads wait. CPU pressure
// and foreign CPU are not limited: jobs of low priority raise both and hardly
// slow anything down.
func DefaultNoiseLimit() NoiseLimit {
	return NoiseLimit{ServerRunQueue: 1, ClientRunQueue: 0.3}
}
