package main

import (
	"fmt"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// firmP99 is how many requests a run should have for its p99: a hundred beyond it.
const firmP99 = 10_000

// writeNotes says what stands between the figures and what was asked, and
// where everything is.
func (r benchReport) writeNotes(b *strings.Builder) {
	for _, note := range r.notes() {
		fmt.Fprintf(b, "note: %s\n", note)
	}
	fmt.Fprintf(b, "run folder: %s\n", r.Folder)
	if n := len(r.Rounds); n >= 6 {
		fmt.Fprintf(b, "intervals: go run golang.org/x/perf/cmd/benchstat@latest %s/bench.txt\n", r.Folder)
	}
}

func (r benchReport) notes() []string {
	notes := verdictNotes(r.Rounds)
	var errors, requests int64
	fewest := r.Rounds[0].Load.Requests
	for _, round := range r.Rounds {
		errors += round.Load.Errors
		requests += round.Load.Requests
		if !round.Partial {
			fewest = min(fewest, round.Load.Requests)
		}
		if round.Partial {
			notes = append(notes, fmt.Sprintf("run %d was cut short: %s of %v were measured; the spread leaves it out",
				round.Round, shortDuration(round.Load.WindowNS), r.Run.Arms[0].DurationNS))
		}
		if round.Failure != "" {
			notes = append(notes, fmt.Sprintf("run %d: %s", round.Round, round.Failure))
		}
	}
	if errors > 0 {
		notes = append(notes, fmt.Sprintf("%s of %s requests failed (%s); timeouts and answers of any status are in the latencies",
			grouped(errors), grouped(requests), failures(r.Rounds)))
	}
	if fewest < firmP99 {
		notes = append(notes, fmt.Sprintf("p99 rests on %s requests a run; below %s take it as a hint", grouped(fewest), grouped(firmP99)))
	}
	if missing := r.Rounds[0].Cost.Missing; missing != "" {
		notes = append(notes, "no allocation and GC figures: "+missing)
	}
	if !r.Run.Arms[0].FreshProcess && len(r.Rounds) > 1 {
		notes = append(notes, "all runs loaded one running process, so they are not independent of each other")
	}
	return notes
}

// verdictNotes groups the verdicts by kind: how many runs, and the first's
// reason with its figures.
func verdictNotes(rounds []experiment.Round) []string {
	var kinds []loadgen.VerdictKind
	count, first := map[loadgen.VerdictKind]int{}, map[loadgen.VerdictKind]string{}
	for _, r := range rounds {
		seen := map[loadgen.VerdictKind]bool{}
		for _, v := range r.Verdict {
			if seen[v.Kind] || v.Kind == loadgen.RunPartial {
				continue
			}
			seen[v.Kind] = true
			if count[v.Kind]++; count[v.Kind] == 1 {
				kinds = append(kinds, v.Kind)
				first[v.Kind] = fmt.Sprintf("run %d: %s", r.Round, v.Reason)
			}
		}
	}
	var notes []string
	for _, kind := range kinds {
		notes = append(notes, fmt.Sprintf("%s in %d of %d runs (%s)", kind, count[kind], len(rounds), first[kind]))
	}
	return notes
}
