package experiment

import (
	"context"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// duringSlack is how long a load goes on at most for work that takes longer
// than the window: what it waits for has deadlines of its own.
const duringSlack = 5 * time.Minute

// load runs the plan; if there is work to do during it, until that is done and
// the window is over, whichever is later. What was due until then is waited for,
// as after any window.
func (m *measurement) load(ctx context.Context, plan loadgen.Plan) (*loadgen.Result, error) {
	if m.during == nil {
		return loadgen.Run(ctx, plan)
	}
	loading, cancel := context.WithCancel(ctx)
	defer cancel()
	least := time.After(plan.Warmup + plan.Duration)
	end := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		if !wait(loading, time.After(plan.Warmup)) {
			return
		}
		m.during(loading)
		if wait(loading, least) {
			close(end)
		}
	})
	plan.Duration += duringSlack
	plan.End = end
	result, err := loadgen.Run(loading, plan)
	if err != nil {
		cancel()
	}
	work.Wait()
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
