package experiment

import (
	"context"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Run goes through all rounds, then through those that are profiled, and writes
// them to folder as they end. On a folder that was resumed it goes on where
// that stopped. It returns all runs of the folder that count, those of before a
// resume and those that were repeated included, also when it stops early: when
// ctx is cancelled (the error is then that of ctx and the last run may be
// partial), when an arm fails ([ArmError]), or when the folder cannot be
// written. Profiled runs are in [runfolder.Folder.Profiled]. The folder stays open.
func Run(ctx context.Context, spec Spec, folder *runfolder.Folder) ([]runfolder.Round, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if err := folder.Adopt(spec.rules()); err != nil {
		return folder.Rounds(), err
	}
	r := runner{spec: spec, folder: folder, begun: time.Now()}
	for round := 1; round <= spec.Rounds; round++ {
		if folder.Settled(round, len(spec.Arms)) {
			r.done += len(spec.Arms)
			r.before = r.done
			continue
		}
		repeat, err := folder.Reset(round)
		if err == nil {
			err = r.round(ctx, round, repeat)
		}
		if err != nil {
			return folder.Rounds(), err
		}
	}
	return folder.Rounds(), r.profile(ctx)
}

// round runs every arm once, and all again while there is too much noise and
// repeats are left.
func (r *runner) round(ctx context.Context, round, repeat int) error {
	for behind := r.done; ; repeat++ {
		noisy, err := r.try(ctx, round, repeat)
		if err != nil || !noisy || repeat >= r.spec.Repeats {
			return err
		}
		if err := r.folder.Supersede(round, repeat); err != nil {
			return err
		}
		r.done = behind
	}
}

// try runs every arm once. A try that will be repeated whatever its other arms
// show is given up at its first noisy run.
func (r *runner) try(ctx context.Context, round, repeat int) (noisy bool, err error) {
	for place, arm := range runfolder.RoundOrder(r.spec.Seed, round, len(r.spec.Arms)) {
		if err := ctx.Err(); err != nil {
			return noisy, err
		}
		lap := Lap{Round: round, Repeat: repeat, Seed: runfolder.RoundSeed(r.spec.Seed, round)}
		over, err := r.one(ctx, lap, place+1, r.spec.Arms[arm])
		if err != nil {
			return noisy, err
		}
		noisy = noisy || over
		if noisy && repeat < r.spec.Repeats {
			return true, nil
		}
	}
	return noisy, nil
}
