package runreport

import (
	"fmt"
	"slices"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
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
		for _, kind := range []struct {
			code     loadgen.DoubtCode
			name     string
			sentence func(loadgen.Doubt) string
		}{{loadgen.Overloaded, "overload", words.Overload}, {experiment.Shedding, "refusals", words.Doubt}} {
			if line := doubtLine(rounds, of, kind.code, kind.name, kind.sentence); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// doubtLine is about the run in the middle of those with a doubt.
func doubtLine(rounds []runfolder.Round, of string, code loadgen.DoubtCode, name string, sentence func(loadgen.Doubt) string) string {
	var doubts []loadgen.Doubt
	for _, round := range rounds {
		if d := doubtIn(round, code); d != nil {
			doubts = append(doubts, *d)
		}
	}
	if len(doubts) == 0 {
		return ""
	}
	slices.SortFunc(doubts, func(a, b loadgen.Doubt) int { return int(a.AnsweredRate*1e3) - int(b.AnsweredRate*1e3) })
	text := sentence(doubts[len(doubts)/2])
	if len(rounds) > 1 {
		return fmt.Sprintf("%s%s in %d of %d runs: %s", name, of, len(doubts), len(rounds), text)
	}
	return fmt.Sprintf("%s%s: %s", name, of, text)
}
