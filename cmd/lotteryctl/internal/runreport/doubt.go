package runreport

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// DoubtOf says why values per request of a profiled run would mislead. "": nothing
// speaks against it.
func DoubtOf(run *runfolder.Profiled) string {
	doubt, name := run.Doubt(), profiledName(*run)
	switch {
	case doubt == nil:
		return ""
	case doubt.Code == runfolder.ManyFailed:
		return fmt.Sprintf("%s: %.3g %% of its requests failed (%s), and their cost is in the profile; use a lower rate, or profile again",
			name, 100*doubt.Failed, failures([]runfolder.Round{run.Round}))
	}
	return fmt.Sprintf("%s: it answered %.4g of the %.4g scheduled requests per second: the load was more than it can handle", name, doubt.Answered, doubt.Asked)
}

// DoubtsOf are those of several runs.
func DoubtsOf(runs []runfolder.Profiled) (doubts []string) {
	for i := range runs {
		if doubt := DoubtOf(&runs[i]); doubt != "" {
			doubts = append(doubts, doubt)
		}
	}
	return doubts
}
