package experiment

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// profile goes through the profiled rounds. Those that a resumed folder has
// already stay.
func (r *runner) profile(ctx context.Context) error {
	for n := 1; n <= r.spec.Profile.rounds(); n++ {
		round := r.spec.Rounds + n
		for place, arm := range runfolder.RoundOrder(r.spec.Seed, round, len(r.spec.Arms)) {
			if r.folder.ProfiledWhole(r.spec.Arms[arm].Name, n) {
				r.done++
				r.before++
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			lap := Lap{Round: round, Profile: n, Seed: runfolder.RoundSeed(r.spec.Seed, round), Window: r.spec.Profile.Duration}
			if err := r.profileOne(ctx, lap, place+1, r.spec.Arms[arm]); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// profileOne runs one arm once, profiles it and writes both down.
func (r *runner) profileOne(ctx context.Context, lap Lap, place int, arm Arm) (err error) {
	record := runfolder.Profiled{Round: runfolder.Round{Round: lap.Profile, Order: place, Arm: arm.Name, Seed: lap.Seed}}
	if lap.Dir, err = r.folder.ProfileDir(arm.Name, lap.Profile); err != nil {
		return err
	}
	taken := &capture{options: r.spec.Profile, manifest: r.folder.Manifest(), dir: runfolder.BundleIn(lap.Dir)}
	armErr, err := r.loaded(ctx, arm, lap, &record.Round, taken)
	if err != nil {
		if taken.describe(&record); record.Bundle != "" { // what was taken stays, although the run's own files could not be written
			return errors.Join(err, armErr, r.folder.AddProfiled(record))
		}
		return errors.Join(err, armErr, taken.removeEmpty(lap.Dir))
	}
	started := record.Load.Requests > 0
	switch {
	case armErr != nil && !started && (ctx.Err() != nil || !r.spec.KeepGoing):
		return armErr
	case armErr != nil:
		fail(&record.Round, armErr)
	case !started:
		return errors.Join(ctx.Err(), os.RemoveAll(lap.Dir)) // cut short in the warm-up
	}
	taken.describe(&record)
	if err := r.folder.AddProfiled(record); err != nil {
		return err
	}
	r.done++
	r.lastEnd = time.Now()
	if armErr != nil && !r.spec.KeepGoing {
		return armErr
	}
	return nil
}
