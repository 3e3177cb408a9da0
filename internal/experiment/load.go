package experiment

import (
	"context"
	"errors"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// loaded starts an arm, loads it at the plan's rate and stops it. profile is
// what is to be captured meanwhile, or nil.
func (r *runner) loaded(ctx context.Context, arm Arm, lap Lap, record *runfolder.Round, profile *capture) (armErr, err error) {
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
		check(ctx, target, record)
	}
	now.Phase = Stopping
	r.report(now, 0)
	armErr = stoppedAnswering(arm, lap, record)
	if stopErr := stop(ctx, target); stopErr != nil {
		armErr = stopError(arm, lap, stopErr)
	}
	return armErr, loadErr
}

// load measures a ready target and writes the run's own files.
func (r *runner) load(ctx context.Context, target *Target, dir string, record *runfolder.Round, now Progress, profile *capture) error {
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
		m.during = func(ctx context.Context) { profile.take(ctx, target, plan.Duration, m.answered.Load, m.window.begin) }
	}
	finish := func() error { return nil }
	if r.spec.LogAnswers {
		var err error
		if m.answer, finish, err = openAnswers(r.folder, dir); err != nil {
			return err
		}
	}
	result, marks, err := m.run(ctx, plan, record)
	if finishErr := finish(); finishErr != nil {
		err = errors.Join(err, r.folder.Explain(finishErr))
	}
	if err != nil {
		return err
	}
	return r.folder.AddFiles(dir, runMetrics(result, marks))
}

// runMetrics is what the file of a run keeps.
func runMetrics(result *loadgen.Result, marks [2]*mark) runfolder.RunMetrics {
	metrics := runfolder.RunMetrics{Load: result}
	if before, after := marks[0], marks[1]; before != nil && after != nil {
		metrics.Before, metrics.After, metrics.Ended = before.reading, after.reading, after.ended-before.ended
	}
	return metrics
}

// openAnswers makes the log of exchanges of a round; done ends it.
func openAnswers(folder *runfolder.Folder, dir string) (log *loadgen.AnswersLog, done func() error, err error) {
	file, err := folder.CreateAnswers(dir)
	if err != nil {
		return nil, nil, err
	}
	log = loadgen.NewAnswersLog(file)
	return log, func() error {
		err := log.Flush()
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		return err
	}, nil
}
