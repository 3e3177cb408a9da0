package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
)

// checkTimeout bounds a target's check.
const checkTimeout = 2 * time.Minute

// one runs one arm once and writes it down. over says that it was noisy. A
// failing arm is an error unless the experiment keeps going.
func (r *runner) one(ctx context.Context, lap Lap, place int, arm Arm) (over bool, err error) {
	record := Round{Round: lap.Round, Repeat: lap.Repeat, Order: place, Arm: arm.Name, Seed: lap.Seed}
	if lap.Dir, err = r.folder.runDir(arm.Name, lap.Round); err != nil {
		return false, err
	}
	armErr, err := r.measure(ctx, arm, lap, &record)
	if err != nil {
		// The run is lost; what it wrote may be what fills the disk.
		return false, errors.Join(err, armErr, os.RemoveAll(lap.Dir))
	}
	started := record.Load.Requests > 0 || record.Capacity != nil
	interrupted := ctx.Err() != nil
	switch {
	case armErr != nil && !started && (interrupted || !r.spec.KeepGoing):
		return false, armErr // there is nothing to keep
	case armErr != nil:
		record.Failure = failureOf(armErr)
	case !started:
		return false, nil // cut short in the warm-up: nothing was measured
	case !record.Partial:
		record.Noisy = r.spec.noisy(&record)
	}
	if err := r.folder.add(record); err != nil {
		return false, err
	}
	r.done++
	r.lastEnd = time.Now()
	if armErr != nil && !r.spec.KeepGoing {
		return false, armErr
	}
	return len(record.Noisy) > 0, nil
}

func failureOf(err error) string {
	var failed *ArmError
	if errors.As(err, &failed) {
		return failed.failure()
	}
	return err.Error()
}

// noisy says what a run was over. Waiting threads and pressure are what a
// capacity search makes itself, so of it only foreign CPU is judged.
func (s *Spec) noisy(r *Round) []string {
	over := s.NoiseLimit.exceeded(r.Noise)
	if r.Capacity != nil {
		foreign := NoiseLimit{ForeignCPU: s.NoiseLimit.ForeignCPU}
		over = append(over, foreign.exceeded(r.Capacity.Noise)...)
	}
	return over
}

// measure does what a run consists of. armErr is the arm's own failure.
func (r *runner) measure(ctx context.Context, arm Arm, lap Lap, record *Round) (armErr, err error) {
	if !r.spec.CapacityOnly {
		armErr, err = r.loaded(ctx, arm, lap, record, nil)
		if armErr != nil || err != nil || record.Partial || ctx.Err() != nil {
			return armErr, err
		}
	}
	if r.spec.Capacity != nil {
		return r.searched(ctx, arm, lap, record)
	}
	return nil, nil
}

// loaded starts an arm, loads it at the plan's rate and stops it. profile is
// what is to be captured meanwhile, or nil.
func (r *runner) loaded(ctx context.Context, arm Arm, lap Lap, record *Round, profile *capture) (armErr, err error) {
	now := Progress{Round: lap.Round, Repeat: lap.Repeat, Arm: arm.Name, Phase: Starting}
	r.report(now, 0)
	asked := time.Now()
	target, err := arm.Start(ctx, lap)
	if err != nil {
		return startError(arm, lap, err), nil
	}
	record.StartupNS = time.Since(asked)
	loadErr := r.load(ctx, target, lap.Dir, record, now, profile)
	if target.Check != nil && loadErr == nil {
		now.Phase = Checking
		r.report(now, 0)
		record.CheckState, record.Broken = check(ctx, target, record)
	}
	now.Phase = Stopping
	r.report(now, 0)
	if stopErr := stop(ctx, target); stopErr != nil {
		armErr = &ArmError{Arm: arm.Name, Round: lap.Round, profile: lap.Profile, Err: stopErr, started: true}
	}
	return armErr, loadErr
}

func startError(arm Arm, lap Lap, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &ArmError{Arm: arm.Name, Round: lap.Round, profile: lap.Profile, Err: err}
}

// check asks the target about its promises.
func check(ctx context.Context, target *Target, record *Round) (CheckState, []string) {
	if record.Partial {
		return "not checked: the run was cut short", nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	broken, err := target.Check(ctx)
	switch {
	case len(broken) > 0:
		return CheckBroken, broken
	case err != nil:
		return CheckState(fmt.Sprintf("not checked: %v", err)), nil
	}
	return CheckHeld, nil
}

// stop lets a target end in its own time even when we were asked to hurry: its
// last answers and its own clean-up belong to it.
func stop(ctx context.Context, target *Target) error {
	if target.Stop == nil {
		return nil
	}
	return target.Stop(context.WithoutCancel(ctx))
}

// untilEnded is a context that the end of the target cancels, too.
func untilEnded(ctx context.Context, target *Target) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if target.Ended == nil {
		return ctx, cancel
	}
	left := make(chan struct{})
	go func() { // ends with the cancel
		defer close(left)
		select {
		case <-target.Ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(); <-left }
}

// load measures a ready target and writes the run's own files.
func (r *runner) load(ctx context.Context, target *Target, dir string, record *Round, now Progress, profile *capture) error {
	ctx, cancel := untilEnded(ctx, target)
	defer cancel()
	plan := target.Plan
	plan.Seed = record.Seed
	phase := Measuring
	if profile != nil {
		phase, plan.Duration = Profiling, profile.options.window(plan.Duration)
	}
	plan.Progress = r.loadProgress(now, phase, plan.Warmup+plan.Duration)
	m := measurement{
		good: r.spec.Statuses, pid: plan.ServerPID,
		outcome: target.Outcome, outcomes: map[string]int64{},
	}
	if target.MetricsURL != "" {
		m.source = runtimemetrics.NewSource(target.MetricsURL, plan.TLS)
	}
	if profile != nil {
		m.during = func(ctx context.Context) { profile.take(ctx, target, plan.Duration, m.answered.Load) }
	}
	finish := func() error { return nil }
	if r.spec.LogAnswers {
		var err error
		if m.answer, finish, err = openAnswers(dir); err != nil {
			return r.folder.explain(err)
		}
	}
	result, marks, err := m.run(ctx, plan, record)
	if finishErr := finish(); finishErr != nil {
		err = errors.Join(err, r.folder.explain(finishErr))
	}
	if err != nil {
		return err
	}
	return r.folder.addFiles(dir, result, marks)
}
