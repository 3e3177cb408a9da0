package experiment

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// duringSlack is how long a load goes on at most for work that takes longer
// than the window: what it waits for has deadlines of its own.
const duringSlack = 5 * time.Minute

// load runs the plan; if there is work to do during it, until that is done and
// the window is over, whichever is later. An end for that reason is a proper
// one: the result is not partial.
func (m *measurement) load(ctx context.Context, plan loadgen.Plan) (*loadgen.Result, error) {
	if m.during == nil {
		return loadgen.Run(ctx, plan)
	}
	loading, end := context.WithCancel(ctx)
	defer end()
	least := time.After(plan.Warmup + plan.Duration)
	done := false
	var work sync.WaitGroup
	work.Go(func() {
		if !wait(loading, time.After(plan.Warmup)) {
			return
		}
		m.during(loading)
		if done = wait(loading, least); done {
			end()
		}
	})
	plan.Duration += duringSlack
	result, err := loadgen.Run(loading, plan)
	if err != nil {
		end()
	}
	work.Wait()
	if result != nil && done {
		result.Partial = false
		result.Verdicts = slices.DeleteFunc(result.Verdicts, func(v loadgen.Verdict) bool { return v.Kind == loadgen.RunPartial })
		m.forgiven = result.Counts.Errors[loadgen.KindUnfinished]
	}
	return result, err
}

// wait reports false when ctx ended first.
func wait(ctx context.Context, until <-chan time.Time) bool {
	select {
	case <-until:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// forgive leaves out of a load the requests whose answers we did not wait for
// because the work was done: no fault of the service's.
func forgive(l *runfolder.Load, unfinished int64) {
	if unfinished == 0 {
		return
	}
	l.Requests -= unfinished
	l.Errors -= unfinished
	delete(l.Failures, string(loadgen.KindUnfinished))
}
