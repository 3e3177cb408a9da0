package runreport

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// failures counts the causes of errors over all rounds: "3 status 503, 12 timeout".
func failures(rounds []runfolder.Round) string {
	counts := map[string]int64{}
	for _, r := range rounds {
		for cause, n := range r.Load.Failures {
			counts[cause] += n
		}
	}
	var parts []string
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %s", units.Grouped(counts[cause]), cause))
	}
	return strings.Join(parts, ", ")
}

// allFailed says that there were requests and not one did what it should. Those that
// a cancel cut off could not.
func allFailed(rounds []runfolder.Round) bool {
	var requests, errors int64
	for _, r := range rounds {
		requests += r.Load.Requests - unfinishedOf(r.Load)
		errors += r.Load.Errors - unfinishedOf(r.Load)
	}
	return requests > 0 && errors >= requests
}

// unfinishedOf is how many requests of a load were cut off by a cancel, which is no
// fault of the service.
func unfinishedOf(l runfolder.Load) int64 { return l.Failures[string(loadgen.KindUnfinished)] }

// failuresAndHint counts the causes of errors, and says what to look at if there
// is only one.
func failuresAndHint(rounds []runfolder.Round) string {
	text := failures(rounds)
	if cause := mainCause(rounds); cause != "" {
		return text + cause
	}
	causes := map[string]bool{}
	for _, r := range rounds {
		for cause := range r.Load.Failures {
			causes[cause] = true
		}
	}
	if names := slices.Collect(maps.Keys(causes)); len(names) == 1 {
		if hint := hintFor(names[0]); hint != "" {
			text += "; " + hint
		}
	}
	return text
}

// hintFor is what to look at when every request fails for one cause; "" if there is
// nothing to say.
func hintFor(cause string) string {
	status, isStatus := strings.CutPrefix(cause, "status ")
	switch {
	case isStatus && (status == "401" || status == "403"):
		return "the service requires credentials; send them with --header"
	case isStatus && status == "404":
		return "check the path of --url, or set --expect-status 404 if this is the answer to measure"
	case isStatus && status == "405":
		return "check --method and --body"
	case isStatus:
		return fmt.Sprintf("set --expect-status %s if this is the answer to measure", status)
	case cause == string(loadgen.KindRefused):
		return "nothing listens at that address"
	case cause == string(loadgen.KindTimeout):
		return "the service answers nothing within --timeout"
	case cause == string(loadgen.KindMalformed):
		return "is it an HTTP/1.1 service?"
	}
	return ""
}

// counting leaves out the rounds that were repeated.
func counting(rounds []runfolder.Round) []runfolder.Round {
	return slices.DeleteFunc(slices.Clone(rounds), func(r runfolder.Round) bool { return r.Repeated })
}

// doubtIn is a round's doubt of the code; nil if it has none.
func doubtIn(round runfolder.Round, code loadgen.DoubtCode) *loadgen.Doubt {
	for i := range round.Doubts {
		if round.Doubts[i].Code == code {
			return &round.Doubts[i]
		}
	}
	return nil
}
