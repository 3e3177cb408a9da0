package experiment

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// exceeded says which limits a run was over; nil: none.
func exceeded(l runfolder.NoiseLimit, n runfolder.Noise) []runfolder.Excess {
	var over []runfolder.Excess
	look := func(name runfolder.Covariate, value *time.Duration, of time.Duration, limit float64) {
		if value == nil || limit <= 0 || of <= 0 {
			return
		}
		if share := float64(*value) / float64(of); share > limit {
			over = append(over, runfolder.Excess{Noise: name, Share: share, Limit: limit})
		}
	}
	if n.ForeignCPU == nil || float64(*n.ForeignCPU) >= l.QueueForeign*float64(n.Over) {
		look(runfolder.ServerRunQueue, n.ServerRunQueue, n.Over, l.ServerRunQueue)
		look(runfolder.ClientRunQueue, n.ClientRunQueue, n.Over, l.ClientRunQueue)
	}
	look(runfolder.CPUPressure, n.CPUPressure, n.Over, l.CPUPressure)
	look(runfolder.ForeignCPU, n.ForeignCPU, n.Over*time.Duration(n.Cores), l.ForeignCPU)
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
// because a service near its capacity makes its own threads wait. On slower cores
// it makes the client's wait too: lotteryd at 1,200/s and its capacity, with others
// at 0.02 cores, was at 1.1-1.4 and 0.32-0.46 in every round, and repeating could
// not help. So both count only when others used a tenth of a core. CPU pressure and
// foreign CPU are not limited: jobs of low priority raise both and hardly slow
// anything down.
func DefaultNoiseLimit() runfolder.NoiseLimit {
	return runfolder.NoiseLimit{ServerRunQueue: 1, ClientRunQueue: 0.3, QueueForeign: 0.1}
}
