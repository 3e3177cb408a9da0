package runreport

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// writeNotes says what stands between the figures and what was asked, and
// where everything is.
func (r Report) writeNotes(b *strings.Builder) {
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

func (r Report) notes() []string {
	notes := r.doubtNotes()
	notes = append(notes, r.runNotes()...)
	notes = append(notes, r.comparisonNotes()...)
	notes = append(notes, profileNotes(r.Folder, r.Profiled)...)
	var errors, requests, unfinished, unsent int64
	for _, round := range r.Rounds {
		unsent += waitedInVain(round.Load)
		errors += round.Load.Errors
		requests += round.Load.Requests
		unfinished += unfinishedOf(round.Load)
	}
	if errors > unfinished && errors < requests {
		notes = append(notes, fmt.Sprintf("%s of %s requests failed (%s); timeouts and answers of any status are in the latencies",
			units.Grouped(errors), units.Grouped(requests), failures(r.Rounds)))
	}
	notes = append(notes, sampleNotes(r.Rounds)...)
	for _, note := range []string{unsentNote(unsent), r.stallNote(), r.unreadNote(), r.lateNote(), unfinishedNote(unfinished), r.careNote()} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	if missing := reasonText(r.Rounds[0].Cost.Missing); missing != "" && !r.Run.Rules.CapacityOnly {
		notes = append(notes, "allocation and GC figures are missing: "+missing)
	}
	if !r.Run.Arms[0].FreshProcess && len(r.Rounds) > 1 {
		notes = append(notes, "all runs loaded the same process, so they are not independent of each other")
	}
	return notes
}

// runNotes are about single runs: cut short, failed, not checked.
func (r Report) runNotes() (notes []string) {
	unchecked, first := 0, ""
	for _, round := range r.Rounds {
		if round.Partial {
			notes = append(notes, fmt.Sprintf("%s was cut short: %s of %v were measured; the median, min and max leave it out",
				r.runName(round), ShortDuration(round.Load.WindowNS), r.Run.Arms[0].DurationNS))
		}
		if round.Failure != "" {
			notes = append(notes, fmt.Sprintf("%s: %s", r.runName(round), failureText(round)))
		}
		if round.CheckState == runfolder.CheckMissing {
			if unchecked++; unchecked == 1 {
				first = fmt.Sprintf("%s: not checked: %s", r.runName(round), reasonText(round.NotChecked))
			}
		}
	}
	if unchecked > 0 {
		notes = append(notes, fmt.Sprintf("invariants were not checked in %d of %d runs (%s)", unchecked, len(r.Rounds), first))
	}
	return notes
}

// comparisonNotes say what a comparison rests on.
func (r Report) comparisonNotes() (notes []string) {
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
		notes = append(notes, "other programs used the machine more than the limits in run.json allow; this caused "+units.Counted(n, "repeat of a round", "repeats of rounds"))
	}
	if n := len(noisy); n > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d rounds stayed over the noise limit and count anyway", n, r.Run.Rounds))
	}
	if s := r.Steps; s != nil {
		for _, f := range s.Findings {
			if f.Answer == study.TooFew {
				notes = append(notes, fmt.Sprintf("with so few rounds, no change can be significant, however large; for %d questions together use --runs %d",
					len(s.Findings), s.Rule.RoundsNeeded(len(s.Findings))))
				break
			}
		}
		for _, f := range s.Findings {
			if f.Answer == study.TooThin {
				notes = append(notes, fmt.Sprintf("a verdict on %s needs %s requests in each run, and one has %s; use a longer --duration or a higher --rate",
					shownAs(f.Metric).name, units.Grouped(f.RequestsNeeded), units.Grouped(f.Requests)))
				break
			}
		}
	}
	return notes
}
