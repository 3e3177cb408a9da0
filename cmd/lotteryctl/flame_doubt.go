package main

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// What a load may miss before its profiles are doubted.
const (
	mostErrors   = 0.01 // of the requests
	leastOfAsked = 0.95 // of the rate
)

// doubtOf says why values per request of a profiled run would mislead: work was
// done for requests that failed, or refusals, which are cheap, count as requests.
// "": nothing speaks against it.
func doubtOf(run *runfolder.Profiled) string {
	name := profiledName(*run)
	switch l := &run.Load; {
	case float64(l.Errors) > mostErrors*float64(l.Requests):
		return fmt.Sprintf("%s: %.3g %% of its requests failed (%s), and what they cost is in the profile as well: lower the rate, or profile again",
			name, 100*float64(l.Errors)/float64(l.Requests), failures([]runfolder.Round{run.Round}))
	case l.AnsweredRate < leastOfAsked*l.AskedRate:
		return fmt.Sprintf("%s: it answered %.4g requests a second of the %.4g that were asked for: it was more than it could take", name, l.AnsweredRate, l.AskedRate)
	}
	return ""
}

// doubtsOf are those of several runs.
func doubtsOf(runs []runfolder.Profiled) (doubts []string) {
	for i := range runs {
		if doubt := doubtOf(&runs[i]); doubt != "" {
			doubts = append(doubts, doubt)
		}
	}
	return doubts
}
