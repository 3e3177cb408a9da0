package loadcmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/workload"
)

// chooseRate finds a rate that all arms can take, if none was given: one rate
// for all, because latencies at different loads cannot be compared. It returns
// nil when there was nothing to choose.
func (b *benchRun) chooseRate(ctx context.Context, w workload.Workload, progress *benchProgress) (*runfolder.RateChoice, error) {
	if b.resumed != nil {
		return b.resumed.manifest.RateChoice, nil
	}
	if !b.searchesRate() {
		return nil, nil
	}
	options := experiment.CapacityOptions{SLO: b.options.slo, Statuses: b.spec.Statuses}
	choice, err := experiment.ChooseRate(ctx, w.Arms(b.plan), b.spec.Seed, options, progress.report())
	progress.clear()
	if ctx.Err() != nil {
		return nil, cli.Interrupted(errors.New("interrupted while searching for the rate; nothing was written"))
	}
	var failed *experiment.ArmError
	if errors.As(err, &failed) && failed.Kind == runfolder.NotStarted {
		return nil, armFailed(err) // at no rate would it start
	}
	if err != nil {
		return nil, armFailed(fmt.Errorf("cannot find a rate for all arms; set one with --rate: %w", err))
	}
	b.plan.Rate = choice.Rate
	b.lengthen(b.durationGiven)
	return choice, nil
}
