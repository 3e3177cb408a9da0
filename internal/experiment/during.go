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

// load runs the plan. Work that is to be done during it begins after the warm-up
// and says when the window shall begin: what it prepares is prepared under load,
// and what it does after the window is, too, but neither counts.
func (m *measurement) load(ctx context.Context, plan loadgen.Plan) (*loadgen.Result, error) {
	if m.during == nil {
		return loadgen.Run(ctx, plan)
	}
	loading, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	plan.Begin = m.window.begun
	var work sync.WaitGroup
	warm := time.After(plan.Warmup)
	work.Go(func() {
		defer close(done)
		defer m.window.begin() // if it could not prepare anything
		if wait(loading, warm) {
			m.during(loading)
		}
	})
	work.Go(func() {
		if wait(loading, m.window.begun) && wait(loading, time.After(plan.Duration)) {
			m.goOn(loading, plan, done)
		}
	})
	result, err := loadgen.Run(loading, plan)
	if err != nil {
		cancel()
	}
	work.Wait()
	return result, err
}

// goOn sends the same load, with other random choices and counted by nobody but
// those who divide by all requests, until the work is done.
func (m *measurement) goOn(ctx context.Context, plan loadgen.Plan, done <-chan struct{}) {
	select {
	case <-done:
		return
	default:
	}
	plan.Begin, plan.End, plan.Warmup, plan.Duration = nil, done, 0, duringSlack
	plan.Seed, plan.Progress, plan.Record = ^plan.Seed, nil, m.count
	_, _ = loadgen.Run(ctx, plan) // of the load that counts, the errors are known
}
