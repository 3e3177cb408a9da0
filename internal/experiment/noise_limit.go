package experiment

import (
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// exceeded says in words which limits a run was over; nil: none.
func exceeded(l runfolder.NoiseLimit, n runfolder.Noise) []string {
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
func DefaultNoiseLimit() runfolder.NoiseLimit {
	return runfolder.NoiseLimit{ServerRunQueue: 1, ClientRunQueue: 0.3}
}
