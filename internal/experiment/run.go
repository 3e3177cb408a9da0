package experiment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Run goes through all rounds and writes them to folder as they end. It
// returns the rounds measured, also when it stops early: when ctx is cancelled
// (the error is then that of ctx and the last round may be partial), when an
// arm does not start, or when a target ended by itself. The folder stays open.
func Run(ctx context.Context, spec Spec, folder *Folder) ([]Round, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	r := runner{spec: spec, folder: folder, begun: time.Now()}
	for n, order := range Order(spec.Seed, spec.Rounds, len(spec.Arms)) {
		for place, arm := range order {
			if err := ctx.Err(); err != nil {
				return r.rounds, err
			}
			if err := r.one(ctx, n+1, place+1, spec.Arms[arm]); err != nil {
				return r.rounds, err
			}
		}
	}
	return r.rounds, ctx.Err()
}

// Order says which arm runs when: order[round][place] is an arm's index. Every
// round holds each arm once, shuffled by the seed.
func Order(seed uint64, rounds, arms int) [][]int {
	random := rand.New(rand.NewPCG(seed, uint64(arms)))
	order := make([][]int, rounds)
	for i := range order {
		order[i] = random.Perm(arms)
	}
	return order
}

// RoundSeed is the seed of a round's plans: different for each round, so that
// a service that remembers requests meets new ones, and the same for all arms.
func RoundSeed(seed uint64, round int) uint64 { return seed + uint64(round-1) }

// runner is the state of one Run.
type runner struct {
	spec   Spec
	folder *Folder
	rounds []Round
	// begun and lastEnd (of the latest run) are what the estimate rests on.
	begun, lastEnd time.Time
}

// one runs one arm once.
func (r *runner) one(ctx context.Context, round, place int, arm Arm) error {
	record := Round{Round: round, Order: place, Arm: arm.Name, Seed: RoundSeed(r.spec.Seed, round)}
	dir, err := r.folder.roundDir(arm.Name, round)
	if err != nil {
		return err
	}
	r.report(arm.Name, Starting, loadgen.Progress{}, 0)
	asked := time.Now()
	target, err := arm.Start(ctx, Lap{Round: round, Seed: record.Seed, Dir: dir})
	if err != nil {
		return fmt.Errorf("starting %s for round %d: %w", arm.Name, round, err)
	}
	record.StartupNS = time.Since(asked)
	loadErr := r.load(ctx, target, dir, &record)
	r.report(arm.Name, Stopping, loadgen.Progress{}, 0)
	stopErr := stop(ctx, target)
	if loadErr != nil {
		return errors.Join(loadErr, stopErr)
	}
	if stopErr != nil {
		record.Failure = stopErr.Error()
	}
	if record.Partial && record.Load.Requests == 0 {
		return stopErr // cut short in the warm-up: nothing was measured
	}
	r.rounds = append(r.rounds, record)
	r.lastEnd = time.Now()
	if err := r.folder.add(&record); err != nil {
		return err
	}
	return stopErr
}

// stop lets a target end in its own time even when we were asked to hurry: its
// last answers and its own clean-up belong to it.
func stop(ctx context.Context, target *Target) error {
	if target.Stop == nil {
		return nil
	}
	return target.Stop(context.WithoutCancel(ctx))
}

// load measures a ready target and writes the round's own files.
func (r *runner) load(ctx context.Context, target *Target, dir string, record *Round) error {
	plan := target.Plan
	plan.Seed = record.Seed
	expected := plan.Warmup + plan.Duration
	plan.Progress = func(p loadgen.Progress) {
		phase := Measuring
		if p.Warmup {
			phase = WarmingUp
		}
		r.report(record.Arm, phase, p, expected)
	}
	m := measurement{
		good: r.spec.Statuses, pid: plan.ServerPID,
		outcome: target.Outcome, outcomes: map[string]int64{},
	}
	if target.MetricsURL != "" {
		m.source = NewSource(target.MetricsURL, plan.TLS)
	}
	finish := func() error { return nil }
	if r.spec.LogAnswers {
		var err error
		if m.answer, finish, err = openAnswers(dir); err != nil {
			return err
		}
	}
	result, marks, err := m.run(ctx, plan, record)
	if err = errors.Join(err, finish()); err != nil {
		return err
	}
	return r.folder.addFiles(dir, result, marks)
}

// report tells how far we are. Without a finished run the plan is all there is
// to estimate from.
func (r *runner) report(arm string, phase Phase, load loadgen.Progress, expected time.Duration) {
	if r.spec.Progress == nil {
		return
	}
	runs, done := r.spec.Rounds*len(r.spec.Arms), len(r.rounds)
	remaining := time.Duration(0)
	switch {
	case done > 0:
		remaining = r.lastEnd.Sub(r.begun)/time.Duration(done)*time.Duration(runs-done) - time.Since(r.lastEnd)
	case expected > 0:
		remaining = expected*time.Duration(runs) - load.Elapsed
	}
	r.spec.Progress(Progress{
		Run: done + 1, Runs: runs, Arm: arm, Phase: phase, Load: load, Remaining: max(remaining, 0),
	})
}
