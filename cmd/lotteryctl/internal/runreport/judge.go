package runreport

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// JudgeRounds is the exit of a bench that ran to its end. That an arm failed,
// though the others went on, or all requests did, is a failure; that the load
// was not as asked is one under --strict.
func JudgeRounds(rounds []runfolder.Round, strict bool) error {
	failed := slices.DeleteFunc(slices.Clone(rounds), func(r runfolder.Round) bool { return r.Failure == "" || r.Repeated })
	if len(failed) > 0 {
		return cli.GateFailed(fmt.Errorf("%d of %d runs failed; the first was %s in round %d: %s",
			len(failed), len(rounds), failed[0].Arm, failed[0].Round, failureText(failed[0])))
	}
	if err := judgeArms(rounds); err != nil {
		return err
	}
	if !strict {
		return nil
	}
	for _, r := range rounds {
		if r.Repeated {
			continue
		}
		for _, d := range r.Doubts {
			switch d.Code {
			case loadgen.GeneratorLimit, loadgen.RateNotReached, loadgen.Overloaded, experiment.MachineBusy, experiment.Shedding:
				return cli.Inconclusive(fmt.Errorf("run %d is not as requested: %s: %s", r.Round, words.DoubtTitle(d), words.Doubt(d)))
			}
		}
	}
	return nil
}

// judgeArms fails where every request of an arm did: its latencies are those of
// refusals and compare with nothing.
func judgeArms(rounds []runfolder.Round) error {
	byArm := map[string][]runfolder.Round{}
	for _, r := range rounds {
		byArm[r.Arm] = append(byArm[r.Arm], r)
	}
	for _, arm := range slices.Sorted(maps.Keys(byArm)) {
		if !allFailed(byArm[arm]) {
			continue
		}
		of := ""
		if len(byArm) > 1 {
			of = " of arm " + arm
		}
		return cli.GateFailed(fmt.Errorf("every request%s failed: %s", of, failuresAndHint(byArm[arm])))
	}
	return nil
}
