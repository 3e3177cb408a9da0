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
		return fmt.Sprintf("%s: %.3g %% of its requests failed (%s), and what they cost is in the profile as well: lower the rate, or profile again",
			name, 100*doubt.Failed, failures([]runfolder.Round{run.Round}))
	}
	return fmt.Sprintf("%s: it answered %.4g requests a second of the %.4g that were asked for: it was more than it could take", name, doubt.Answered, doubt.Asked)
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
