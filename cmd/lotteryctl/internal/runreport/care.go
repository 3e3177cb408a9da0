package runreport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// When a reader should hear of what is so in nearly every run.
const (
	// firmP99 is how many requests a run should have for its p99: ten beyond it.
	firmP99 = 1_000
	// halvesApart is how many times the median of one half is that of the other,
	// and halvesFloor by how much they differ, at least.
	halvesApart = 1.5
	halvesFloor = 500 * time.Microsecond
	// nearRate is how much of what was due is near enough to need no words.
	nearRate = 0.95
)

// careNote is one line for all that makes figures of a run less firm; "" if there
// is nothing of it.
func (r Report) careNote() string {
	if r.Run.Rules.CapacityOnly || allFailed(counting(r.Rounds)) {
		return ""
	}
	var parts []string
	if fewest := r.fewestRequests(); fewest < firmP99 {
		parts = append(parts, fmt.Sprintf("p99 is based on %s requests per run", units.Grouped(fewest)))
	}
	if text := r.unsteadyText(); text != "" {
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "rough figures: " + strings.Join(parts, "; ")
}

// unsteadyText says that the runs were not steady, if most of them changed much in
// the same direction; one may do so by chance.
func (r Report) unsteadyText() string {
	faster, slower, counted := 0, 0, 0
	var first *runfolder.Round
	for _, round := range counting(r.Rounds) {
		counted++
		h := round.Halves
		if r.stoodStill(round) {
			continue // which explains it
		}
		if h == nil || doubtIn(round, experiment.Unsteady) == nil || h.First <= 0 || h.Second <= 0 || max(h.First, h.Second)-min(h.First, h.Second) < halvesFloor {
			continue
		}
		switch ratio := float64(h.Second) / float64(h.First); {
		case ratio >= halvesApart:
			slower++
		case ratio <= 1/halvesApart:
			faster++
		default:
			continue
		}
		if first == nil {
			first = &round
		}
	}
	if n := max(faster, slower); first != nil && 2*n > counted {
		return fmt.Sprintf("the halves of the window disagree in %d of %d runs (%s: %s)",
			n, counted, r.runName(*first), words.HalvesDisagree(first.Halves.First, first.Halves.Second))
	}
	return ""
}

// stoodStill says that a stall of the run is reported.
func (r Report) stoodStill(round runfolder.Round) bool {
	return slices.ContainsFunc(r.Stalls, func(s Stalls) bool { return s.Round == round.Round && s.Arm == round.Arm })
}

// doubtNotes groups the doubts by code: how many runs, and the first's figures.
// What a headline or a failure reports, and what follows from it, is left out.
func (r Report) doubtNotes() []string {
	var codes []loadgen.DoubtCode
	count, first := map[loadgen.DoubtCode]int{}, map[loadgen.DoubtCode]string{}
	for _, round := range r.Rounds {
		seen := map[loadgen.DoubtCode]bool{}
		for _, d := range round.Doubts {
			if seen[d.Code] || !isNews(round, d.Code) {
				continue
			}
			seen[d.Code] = true
			if count[d.Code]++; count[d.Code] == 1 {
				codes = append(codes, d.Code)
				first[d.Code] = fmt.Sprintf("%s: %s", r.runName(round), doubtText(round, d))
			}
		}
	}
	var notes []string
	for _, code := range codes {
		notes = append(notes, fmt.Sprintf("%s in %d of %d runs (%s)", words.DoubtName(code), count[code], len(r.Rounds), first[code]))
	}
	return notes
}

// isNews says that a doubt is not reported elsewhere.
func isNews(round runfolder.Round, code loadgen.DoubtCode) bool {
	switch code {
	case loadgen.RunPartial, loadgen.Overloaded, loadgen.StoppedAnswering, experiment.Unsteady, experiment.Shedding:
		return false
	case loadgen.RateNotReached, loadgen.CapQueued:
		return doubtIn(round, loadgen.Overloaded) == nil && doubtIn(round, loadgen.StoppedAnswering) == nil && !allFailed([]runfolder.Round{round})
	}
	return !allFailed([]runfolder.Round{round})
}

// doubtText is a doubt with its figures; those of the machine are the round's.
func doubtText(round runfolder.Round, d loadgen.Doubt) string {
	text := words.Doubt(d)
	if d.Code == experiment.MachineBusy {
		if machine := machineText([]runfolder.Round{round}); machine != "" {
			text += "; " + machine
		}
	}
	return text
}

// waitedInVain are the requests that were not sent because they got no connection
// in time. Where the service refuses connections, none is sent either.
func waitedInVain(l runfolder.Load) int64 {
	return min(l.NotSent, l.Failures[string(loadgen.KindTimeout)]+unfinishedOf(l))
}

// unsentNote tells of requests that were due and that the service never saw; "" if
// there are none.
func unsentNote(n int64) string {
	if n == 0 {
		return ""
	}
	return units.Counted(n, "request was", "requests were") + " never sent, because no connection was free in time; they count, with the time that they waited"
}

// unfinishedNote labels the latencies that are lower bounds; "" if there are none.
func unfinishedNote(n int64) string {
	if n == 0 {
		return ""
	}
	return units.Counted(n, "request was", "requests were") + " not answered when the run was interrupted; latencies have the time waited until then, which is a lower bound"
}

// lateNote explains a rate of answers below the one asked of a service that kept
// up: its answers take so long that many come after the window; "" if none does.
func (r Report) lateNote() string {
	for _, round := range counting(r.Rounds) {
		load := round.Load
		due := float64(load.Requests) / load.WindowNS.Seconds()
		if load.Response == nil || load.AskedRate == 0 || load.AnsweredRate >= nearRate*due || load.Answered < load.Requests ||
			doubtIn(round, loadgen.Overloaded) != nil || doubtIn(round, loadgen.RateNotReached) != nil || doubtIn(round, loadgen.StoppedAnswering) != nil {
			continue
		}
		return fmt.Sprintf("all %s requests were answered, but an answer takes %s ms (p50), so that many came after the window of %v; the %s/s answered are those within it: use a longer --duration",
			units.Grouped(load.Requests), units.Milliseconds(load.Response.P50), load.WindowNS, units.Fixed(load.AnsweredRate, 1))
	}
	return ""
}

// unreadNote is about timelines that could not be looked through; "" if all could.
func (r Report) unreadNote() string {
	if r.unread == nil {
		return ""
	}
	return fmt.Sprintf("stalls could not be looked for in every run: %v", r.unread)
}

// fewestRequests is the smallest number of requests that a whole run rests on.
func (r Report) fewestRequests() int64 {
	fewest := r.Rounds[0].Load.Requests
	for _, round := range r.Rounds {
		if !round.Partial {
			fewest = min(fewest, round.Load.Requests)
		}
	}
	return fewest
}

// runName is "run 3", or with several arms "round 3 of new".
func (r Report) runName(round runfolder.Round) string {
	if len(r.Run.Arms) == 1 {
		return fmt.Sprintf("run %d", round.Round)
	}
	return fmt.Sprintf("round %d of %s", round.Round, round.Arm)
}
