package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// checkTimeout bounds a target's check.
const checkTimeout = 2 * time.Minute

func failureOf(err error) string {
	var failed *ArmError
	if errors.As(err, &failed) {
		return failed.failure()
	}
	return err.Error()
}

func startError(arm Arm, lap Lap, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &ArmError{Arm: arm.Name, Round: lap.Round, profile: lap.Profile, Err: err}
}

// check asks the target about its promises.
func check(ctx context.Context, target *Target, record *runfolder.Round) (runfolder.CheckState, []string) {
	if record.Partial {
		return "not checked: the run was cut short", nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	broken, err := target.Check(ctx)
	switch {
	case len(broken) > 0:
		return runfolder.CheckBroken, broken
	case err != nil:
		return runfolder.CheckState(fmt.Sprintf("not checked: %v", err)), nil
	}
	return runfolder.CheckHeld, nil
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
