package experiment

import (
	"context"
	"errors"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// FindCapacity starts an arm, searches its capacity and stops it: 15 to 25 s
// with the usual options. lap.Dir must exist; Capacity of it is set. The rate,
// the durations and the timeout of the arm's plan are not used. progress may be
// nil. An [ArmError] says that the arm failed; a cancelled ctx is an error too,
// as half a search tells nothing.
func FindCapacity(ctx context.Context, arm Arm, lap Lap, o CapacityOptions, progress func(Progress)) (*runfolder.Capacity, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	lap.Capacity = true
	now := Progress{Run: 1, Runs: 1, Round: lap.Round, Repeat: lap.Repeat, Arm: arm.Name, Phase: Starting}
	report := func(p Progress) {
		if progress != nil {
			progress(p)
		}
	}
	report(now)
	target, err := arm.Start(ctx, lap)
	if err != nil {
		return nil, startError(arm, lap, err)
	}
	found, err := searchTarget(ctx, target, lap.Seed, o.withDefaults(), func(rate float64, load loadgen.Progress) {
		now.Phase, now.Rate, now.Load = Probing, rate, load
		report(now)
	})
	now.Phase = Stopping
	report(now)
	if stopErr := stop(ctx, target); stopErr != nil {
		return found, stopError(arm, lap, stopErr)
	}
	if errors.Is(err, errTargetEnded) {
		err = stopError(arm, lap, err)
	}
	return found, err
}

// searchTarget searches on a target that is up.
func searchTarget(ctx context.Context, target *Target, seed uint64, o CapacityOptions, report func(float64, loadgen.Progress)) (*runfolder.Capacity, error) {
	p := &prober{ctx: ctx, options: o, plan: target.Plan, ended: target.Ended, report: report}
	p.plan.Seed, p.plan.ServerPID = seed, 0
	before, begun := markNoise(target.Plan.ServerPID), time.Now()
	most, err := p.flood()
	if err != nil {
		return nil, err
	}
	s := search{options: o, try: p.try, elapsed: func() time.Duration { return time.Since(begun) }}
	found, err := s.run(most * firstGuess)
	if err != nil {
		return nil, err
	}
	found.Start, found.Took = begun.UTC(), time.Since(begun)
	found.Noise = markNoise(target.Plan.ServerPID).since(before)
	return &found, nil
}

// searched adds a capacity search to a run.
func (r *runner) searched(ctx context.Context, arm Arm, lap Lap, record *runfolder.Round) (armErr, err error) {
	if lap.Dir, err = r.folder.CapacityDir(lap.Dir); err != nil {
		return nil, err
	}
	o := *r.spec.Capacity
	if o.Statuses == nil {
		o.Statuses = r.spec.Statuses
	}
	found, err := FindCapacity(ctx, arm, lap, o, func(p Progress) { r.report(p, 0) })
	var failed *ArmError
	if errors.As(err, &failed) {
		return failed, nil
	}
	if ctx.Err() != nil {
		record.Partial = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	record.Capacity = found
	if record.Start.IsZero() {
		record.Start = found.Start
	}
	return nil, r.folder.AddProbes(lap.Dir, found.Probes)
}
