package experiment

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// runner is the state of one Run.
type runner struct {
	spec   Spec
	folder *runfolder.Folder
	// done counts the runs that are behind us, repeats not; before are those of
	// before a resume. begun and lastEnd (of the latest run) are what the
	// estimate rests on.
	done, before   int
	begun, lastEnd time.Time
}

// report tells how far we are. Without a finished run the plan is all there is
// to estimate from.
func (r *runner) report(now Progress, expected time.Duration) {
	if r.spec.Progress == nil {
		return
	}
	now.Run, now.Runs = r.done+1, (r.spec.Rounds+r.spec.Profile.rounds())*len(r.spec.Arms)
	left := time.Duration(now.Runs - r.done)
	switch fresh := time.Duration(r.done - r.before); {
	case fresh > 0:
		now.Remaining = r.lastEnd.Sub(r.begun)/fresh*left - time.Since(r.lastEnd)
	case expected > 0:
		now.Remaining = expected*left - now.Load.Elapsed
	}
	now.Remaining = max(now.Remaining, 0)
	r.spec.Progress(now)
}

// loadProgress reports the progress of a load as that of the experiment. phase
// is what follows on the warm-up.
func (r *runner) loadProgress(now Progress, phase Phase, expected time.Duration) func(loadgen.Progress) {
	return func(p loadgen.Progress) {
		now.Load, now.Phase = p, phase
		if p.Warmup {
			now.Phase = WarmingUp
		}
		r.report(now, expected)
	}
}
