package runreport

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// headlines are what a reader must know before any figure: that they are not those
// of a service that works.
func (r Report) headlines() (lines []string) {
	for _, arm := range r.Arms() {
		rounds := counting(r.of(arm))
		of := ""
		if len(r.Run.Arms) > 1 {
			of = " of arm " + arm
		}
		if allFailed(rounds) {
			lines = append(lines, fmt.Sprintf("failed: every request%s failed: %s", of, failuresAndHint(rounds)))
			continue
		}
		if line := overloadLine(rounds, of); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// overloadLine is about the run in the middle of those that were overloaded.
func overloadLine(rounds []runfolder.Round, of string) string {
	var doubts []loadgen.Doubt
	for _, round := range rounds {
		if d := doubtIn(round, loadgen.Overloaded); d != nil {
			doubts = append(doubts, *d)
		}
	}
	if len(doubts) == 0 {
		return ""
	}
	slices.SortFunc(doubts, func(a, b loadgen.Doubt) int { return int(a.AnsweredRate*1e3) - int(b.AnsweredRate*1e3) })
	sentence := words.Overload(doubts[len(doubts)/2])
	if len(rounds) > 1 {
		return fmt.Sprintf("overload%s in %d of %d runs: %s", of, len(doubts), len(rounds), sentence)
	}
	return fmt.Sprintf("overload%s: %s", of, sentence)
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

// allFailed says that there were requests and not one did what it should.
func allFailed(rounds []runfolder.Round) bool {
	var requests, errors int64
	for _, r := range rounds {
		requests += r.Load.Requests
		errors += r.Load.Errors
	}
	return requests > 0 && errors >= requests
}

// failuresAndHint counts the causes of errors, and says what to look at if there
// is only one.
func failuresAndHint(rounds []runfolder.Round) string {
	text := failures(rounds)
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
		parts = append(parts, fmt.Sprintf("of the service %s %%", span(service, 0)))
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
