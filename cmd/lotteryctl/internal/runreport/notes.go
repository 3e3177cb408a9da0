package runreport

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// firmP99 is how many requests a run should have for its p99: a hundred beyond it.
const firmP99 = 10_000

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
	var errors, requests int64
	for _, round := range r.Rounds {
		errors += round.Load.Errors
		requests += round.Load.Requests
	}
	if errors > 0 {
		notes = append(notes, fmt.Sprintf("%s of %s requests failed (%s); timeouts and answers of any status are in the latencies",
			units.Grouped(errors), units.Grouped(requests), failures(r.Rounds)))
	}
	notes = append(notes, sampleNotes(r.Rounds)...)
	if fewest := r.fewestRequests(); fewest < firmP99 && !r.Run.Rules.CapacityOnly {
		notes = append(notes, fmt.Sprintf("p99 is based on %s requests per run; with fewer than %s, treat it as a rough estimate", units.Grouped(fewest), units.Grouped(firmP99)))
	}
	if missing := reasonText(r.Rounds[0].Cost.Missing); missing != "" && !r.Run.Rules.CapacityOnly {
		notes = append(notes, "allocation and GC figures are missing: "+missing)
	}
	if !r.Run.Arms[0].FreshProcess && len(r.Rounds) > 1 {
		notes = append(notes, "all runs loaded the same process, so they are not independent of each other")
	}
	return notes
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

// runName is "run 3", or with several arms "round 3 of new".
func (r Report) runName(round runfolder.Round) string {
	if len(r.Run.Arms) == 1 {
		return fmt.Sprintf("run %d", round.Round)
	}
	return fmt.Sprintf("round %d of %s", round.Round, round.Arm)
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
	}
	return notes
}

// doubtNotes groups the doubts by code: how many runs, and the first's figures.
func (r Report) doubtNotes() []string {
	var codes []loadgen.DoubtCode
	count, first := map[loadgen.DoubtCode]int{}, map[loadgen.DoubtCode]string{}
	for _, round := range r.Rounds {
		seen := map[loadgen.DoubtCode]bool{}
		for _, d := range round.Doubts {
			if seen[d.Code] || d.Code == loadgen.RunPartial {
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

// doubtText is a doubt with its figures; those of an unsteady run are the round's.
func doubtText(round runfolder.Round, d loadgen.Doubt) string {
	if d.Code == experiment.Unsteady && d.Text == "" && round.Halves != nil {
		return words.HalvesDisagree(round.Halves.First, round.Halves.Second)
	}
	return words.Doubt(d)
}
