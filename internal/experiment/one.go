package experiment

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// one runs one arm once and writes it down. over says that it was noisy. A
// failing arm is an error unless the experiment keeps going.
func (r *runner) one(ctx context.Context, lap Lap, place int, arm Arm) (over bool, err error) {
	record := runfolder.Round{Round: lap.Round, Repeat: lap.Repeat, Order: place, Arm: arm.Name, Seed: lap.Seed}
	if lap.Dir, err = r.folder.RunDir(arm.Name, lap.Round); err != nil {
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
		fail(&record, armErr)
	case !started:
		return false, nil // cut short in the warm-up: nothing was measured
	case !record.Partial:
		record.Noisy = r.spec.noisy(&record)
	}
	if err := r.folder.Add(record); err != nil {
		return false, err
	}
	r.done++
	r.lastEnd = time.Now()
	if armErr != nil && !r.spec.KeepGoing {
		return false, armErr
	}
	return len(record.Noisy) > 0, nil
}

// noisy says what a run was over. Waiting threads and pressure are what a
// capacity search makes itself, so of it only foreign CPU is judged.
func (s *Spec) noisy(r *runfolder.Round) []runfolder.Excess {
	over := exceeded(s.NoiseLimit, r.Noise)
	if r.Capacity != nil {
		foreign := runfolder.NoiseLimit{ForeignCPU: s.NoiseLimit.ForeignCPU}
		over = append(over, exceeded(foreign, r.Capacity.Noise)...)
	}
	return over
}

// measure does what a run consists of. armErr is the arm's own failure.
func (r *runner) measure(ctx context.Context, arm Arm, lap Lap, record *runfolder.Round) (armErr, err error) {
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
