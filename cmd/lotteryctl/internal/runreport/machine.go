package runreport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// machineText says how busy the machine was otherwise, over all runs; "" when the
// system does not tell.
func machineText(rounds []runfolder.Round) string {
	var others, ours, service []float64
	cores := 0
	for _, r := range counting(rounds) {
		n := r.Noise
		if n.Over <= 0 {
			continue
		}
		if n.ForeignCPU != nil {
			others, cores = append(others, float64(*n.ForeignCPU)/float64(n.Over)), n.Cores
		}
		if n.ClientRunQueue != nil {
			ours = append(ours, 100*float64(*n.ClientRunQueue)/float64(n.Over))
		}
		if n.ServerRunQueue != nil {
			service = append(service, 100*float64(*n.ServerRunQueue)/float64(n.Over))
		}
	}
	var parts []string
	if len(others) > 0 {
		who := "other programs"
		if len(service) == 0 { // it is not known which one is the service, if it is one of them
			who = "programs other than lotteryctl"
		}
		parts = append(parts, fmt.Sprintf("%s used %s of %s", who, span(others, 2), units.Counted(cores, "core", "cores")))
	}
	if len(ours) > 0 {
		parts = append(parts, fmt.Sprintf("threads of lotteryctl waited %s %% of the time for a core", span(ours, 0)))
	}
	if len(service) > 0 {
		parts = append(parts, fmt.Sprintf("of the service %s %% (sums over threads)", span(service, 0)))
	}
	return strings.Join(parts, ", ")
}

// span is the smallest and the largest value, or the one.
func span(values []float64, decimals int) string {
	low, high := units.Fixed(slices.Min(values), decimals), units.Fixed(slices.Max(values), decimals)
	if low == high {
		return low
	}
	return low + " to " + high
}
