package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
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
	for _, run := range r.Profiled {
		if run.Bundle != "" {
			fmt.Fprintf(b, "profiles of %s: %s\n", run.Arm, filepath.Join(r.Folder, filepath.FromSlash(run.Bundle)))
		}
	}
	if n := len(r.Rounds); n >= 6 && len(r.Run.Arms) == 1 {
		fmt.Fprintf(b, "intervals: go run golang.org/x/perf/cmd/benchstat@latest %s/bench.txt\n", r.Folder)
	}
}

func (r benchReport) notes() []string {
	notes := r.verdictNotes()
	notes = append(notes, r.runNotes()...)
	notes = append(notes, r.comparisonNotes()...)
	notes = append(notes, profileNotes(r.Folder, r.Profiled)...)
	var errors, requests int64
	for _, round := range r.Rounds {
		errors += round.Load.Errors
		requests += round.Load.Requests
	}
	if errors > 0 {
		notes = append(notes, fmt.Sprintf("%s of %s requests failed (%s); timeouts and answers of any status are in the latencies",
			grouped(errors), grouped(requests), failures(r.Rounds)))
	}
	if fewest := r.fewestRequests(); fewest < firmP99 && !r.Run.Rules.CapacityOnly {
		notes = append(notes, fmt.Sprintf("p99 rests on %s requests a run; below %s take it as a hint", grouped(fewest), grouped(firmP99)))
	}
	if missing := r.Rounds[0].Cost.Missing; missing != "" && !r.Run.Rules.CapacityOnly {
		notes = append(notes, "no allocation and GC figures: "+missing)
	}
	if !r.Run.Arms[0].FreshProcess && len(r.Rounds) > 1 {
		notes = append(notes, "all runs loaded one running process, so they are not independent of each other")
	}
	return notes
}

// fewestRequests is the smallest number of requests that a whole run rests on.
func (r benchReport) fewestRequests() int64 {
	fewest := r.Rounds[0].Load.Requests
	for _, round := range r.Rounds {
		if !round.Partial {
			fewest = min(fewest, round.Load.Requests)
		}
	}
	return fewest
}

// runNotes are about single runs: cut short, failed, not checked.
func (r benchReport) runNotes() (notes []string) {
	unchecked, first := 0, ""
	for _, round := range r.Rounds {
		if round.Partial {
			notes = append(notes, fmt.Sprintf("%s was cut short: %s of %v were measured; the spread leaves it out",
				r.runName(round), shortDuration(round.Load.WindowNS), r.Run.Arms[0].DurationNS))
		}
		if round.Failure != "" {
			notes = append(notes, fmt.Sprintf("%s: %s", r.runName(round), round.Failure))
		}
		if strings.HasPrefix(string(round.CheckState), "not checked") {
			if unchecked++; unchecked == 1 {
				first = fmt.Sprintf("%s: %s", r.runName(round), round.CheckState)
			}
		}
	}
	if unchecked > 0 {
		notes = append(notes, fmt.Sprintf("invariants were not checked in %d of %d runs (%s)", unchecked, len(r.Rounds), first))
	}
	return notes
}

// runName is "run 3", or with several arms "round 3 of new".
func (r benchReport) runName(round runfolder.Round) string {
	if len(r.Run.Arms) == 1 {
		return fmt.Sprintf("run %d", round.Round)
	}
	return fmt.Sprintf("round %d of %s", round.Round, round.Arm)
}

// comparisonNotes say what a comparison rests on.
func (r benchReport) comparisonNotes() (notes []string) {
	if len(r.Run.Arms) == 1 {
		return nil
	}
	repeated, noisy := map[[2]int]bool{}, map[int]bool{}
	for _, round := range r.Rounds {
		if round.Repeated {
			repeated[[2]int{round.Round, round.Repeat}] = true
		} else if len(round.Noisy) > 0 {
			noisy[round.Round] = true
		}
	}
	if n := len(repeated); n > 0 {
		notes = append(notes, fmt.Sprintf("others used the machine: %d times a round was measured again, by the limits in run.json", n))
	}
	if n := len(noisy); n > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d rounds stayed over the noise limit and count all the same", n, r.Run.Rounds))
	}
	if s := r.Steps; s != nil {
		for _, f := range s.Findings {
			if f.Answer == study.TooFew {
				notes = append(notes, fmt.Sprintf("with so few rounds nothing can be decided, however large: for %d at once it takes --runs %d",
					len(s.Findings), s.Rule.RoundsNeeded(len(s.Findings))))
				break
			}
		}
	}
	return notes
}

// verdictNotes groups the verdicts by kind: how many runs, and the first's
// reason with its figures.
func (r benchReport) verdictNotes() []string {
	var kinds []loadgen.VerdictKind
	count, first := map[loadgen.VerdictKind]int{}, map[loadgen.VerdictKind]string{}
	for _, round := range r.Rounds {
		seen := map[loadgen.VerdictKind]bool{}
		for _, v := range round.Verdict {
			if seen[v.Kind] || v.Kind == loadgen.RunPartial {
				continue
			}
			seen[v.Kind] = true
			if count[v.Kind]++; count[v.Kind] == 1 {
				kinds = append(kinds, v.Kind)
				first[v.Kind] = fmt.Sprintf("%s: %s", r.runName(round), v.Reason)
			}
		}
	}
	var notes []string
	for _, kind := range kinds {
		notes = append(notes, fmt.Sprintf("%s in %d of %d runs (%s)", kind, count[kind], len(r.Rounds), first[kind]))
	}
	return notes
}
