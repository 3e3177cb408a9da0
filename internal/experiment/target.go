package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// checkTimeout bounds a target's check.
const checkTimeout = 2 * time.Minute

// fail writes an arm's failure into the record of its run.
func fail(record *runfolder.Round, err error) {
	record.Failure = err.Error()
	var failed *ArmError
	if errors.As(err, &failed) {
		record.Failure, record.FailureKind = failed.Err.Error(), failed.Kind
	}
}

func startError(arm Arm, lap Lap, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &ArmError{Arm: arm.Name, Round: lap.Round, profile: lap.Profile, Err: err, Kind: runfolder.NotStarted}
}

// check asks the target about its promises and writes into the record what came of
// it.
func check(ctx context.Context, target *Target, record *runfolder.Round) {
	if record.Partial {
		record.CheckState, record.NotChecked = runfolder.CheckMissing, &runfolder.Reason{Code: runfolder.CutShort}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	broken, err := target.Check(ctx)
	switch {
	case len(broken) > 0:
		record.CheckState, record.Broken = runfolder.CheckBroken, broken
	case err != nil:
		record.CheckState = runfolder.CheckMissing
		record.NotChecked = &runfolder.Reason{Code: runfolder.CheckFailed, Detail: err.Error()}
	default:
		record.CheckState = runfolder.CheckHeld
	}
}

// stoppedAnswering is the failure of an arm that answered at first and then nothing
// any more; nil if it did not. A run that was cut short says nothing about that.
func stoppedAnswering(arm Arm, lap Lap, record *runfolder.Round) error {
	i := slices.IndexFunc(record.Doubts, func(d loadgen.Doubt) bool { return d.Code == loadgen.StoppedAnswering })
	if i < 0 || record.Partial {
		return nil
	}
	d := record.Doubts[i]
	return &ArmError{Arm: arm.Name, Round: lap.Round, profile: lap.Profile, Kind: runfolder.StoppedAnswering, Err: fmt.Errorf(
		"the service stopped answering %v after the start of the window; %d of its %d requests were due since then, and failed",
		d.At.Round(time.Millisecond), d.Unanswered, record.Load.Requests)}
}

// stopError is the failure of an arm that Stop told of.
func stopError(arm Arm, lap Lap, err error) error {
	kind := runfolder.NotStopped
	if errors.Is(err, ErrEndedEarly) {
		kind = runfolder.EndedEarly
	}
	return &ArmError{Arm: arm.Name, Round: lap.Round, profile: lap.Profile, Err: err, Kind: kind}
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
