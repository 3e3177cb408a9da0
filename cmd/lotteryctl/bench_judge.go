package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// judgeRounds is the exit of a bench that ran to its end. That an arm failed,
// though the others went on, or all requests did, is a failure; that the load
// was not as asked is one under --strict.
func judgeRounds(rounds []experiment.Round, strict bool) error {
	failed := slices.DeleteFunc(slices.Clone(rounds), func(r experiment.Round) bool { return r.Failure == "" || r.Repeated })
	if len(failed) > 0 {
		return gateFailed(fmt.Errorf("%d of %d runs failed, the first that of %s in round %d: %s",
			len(failed), len(rounds), failed[0].Arm, failed[0].Round, failed[0].Failure))
	}
	var requests, errors int64
	for _, r := range rounds {
		requests += r.Load.Requests
		errors += r.Load.Errors
	}
	if requests > 0 && errors >= requests {
		return gateFailed(fmt.Errorf("every request failed: %s", failures(rounds)))
	}
	if !strict {
		return nil
	}
	for _, r := range rounds {
		for _, v := range r.Verdict {
			if v.Kind == loadgen.GeneratorLimit || v.Kind == loadgen.RateNotReached {
				return inconclusive(fmt.Errorf("run %d is not what was asked for: %s", r.Round, v))
			}
		}
	}
	return nil
}

// failures counts the causes of errors over all rounds: "3 status 503, 12 timeout".
func failures(rounds []experiment.Round) string {
	counts := map[string]int64{}
	for _, r := range rounds {
		for cause, n := range r.Load.Failures {
			counts[cause] += n
		}
	}
	var parts []string
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %s", grouped(counts[cause]), cause))
	}
	return strings.Join(parts, ", ")
}
