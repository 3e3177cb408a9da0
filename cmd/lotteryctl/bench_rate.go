package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// chooseRate finds a rate that all arms can take, if none was given: one rate
// for all, because latencies at different loads cannot be compared. It returns
// nil when there was nothing to choose.
func (b *benchRun) chooseRate(ctx context.Context, w *workload, progress *benchProgress) (*runfolder.RateChoice, error) {
	if b.resumed != nil {
		return b.resumed.manifest.RateChoice, nil
	}
	if !b.searchesRate() {
		return nil, nil
	}
	options := experiment.CapacityOptions{SLO: b.options.slo, Statuses: b.statuses}
	choice, err := experiment.ChooseRate(ctx, w.arms(b.plan), b.seed, options, progress.report())
	progress.clear()
	if ctx.Err() != nil {
		return nil, &exitError{codeInterrupted, errors.New("interrupted while the rate was searched; nothing was written")}
	}
	if err != nil {
		return nil, armFailed(fmt.Errorf("searching a rate that all arms can take (--rate sets one): %w", err))
	}
	b.plan.Rate = choice.Rate
	return choice, nil
}

// rateText tells what was found, for the header of the result.
func rateText(choice *runfolder.RateChoice) string {
	found, slow := make([]string, len(choice.Arms)), ""
	for i, arm := range choice.Arms {
		found[i] = fmt.Sprintf("%s %s", arm.Name, groupedFloat(math.Round(arm.Rate)))
		if arm.SLO > choice.Asked {
			found[i] += fmt.Sprintf(" (within %v)", arm.SLO)
			slow = "; arms that keep it at no rate were given more time"
		}
	}
	return fmt.Sprintf("the rate is %.0f %% of what the slowest arm can do; a short search for p95 within %v found, in requests/s: %s%s",
		100*choice.Share, choice.Asked, strings.Join(found, ", "), slow)
}
