package loadcmd

import (
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/internal/study"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// benchRun is one checked invocation.
type benchRun struct {
	env     cli.Env
	options *benchOptions
	command []string     // as typed, secrets replaced
	plan    loadgen.Plan // still without a URL where there are several arms
	subject subject
	spec    experiment.Spec // still without arms
	resumed *resumption     // nil without --resume
	// profileOnly leaves the runs that count out.
	profileOnly bool
	// durationGiven says that the length of a run is not ours to choose.
	durationGiven bool
}

// subject is what the flags name to be measured; open makes a workload of it.
// Without programs and URL it is the reference service: as designed, in the
// configurations named, as chosen, or as it is.
type subject struct {
	programs  []experiment.ProcessArm   // of --arm
	design    *study.Design             // nil without --steps and --vary
	lotteryds []reference.Configuration // of --lotteryd-arm
	chosen    *steps.Choice             // of a single lotteryd; nil: lotteryd's own defaults
	checked   bool                      // audit each run of the reference service
	pprof     []profiles.Target         // given; nil: where the workload has them
}

// compares says whether there is more than one arm.
func (b *benchRun) compares() bool {
	return b.subject.design != nil || len(b.subject.programs) > 0 || len(b.subject.lotteryds) > 0 || b.options.calibrate
}

// searchesRate says whether the rate has to be found first.
func (b *benchRun) searchesRate() bool {
	return b.plan.Arrivals != loadgen.Closed && b.plan.Rate == 0 && b.spec.Capacity == nil
}

// resumption is an interrupted run that is taken up again.
type resumption struct {
	path     string // where it lies
	manifest runfolder.Manifest
}

// armNames are the arms of what has no arms of its own: the thing itself, or
// the two that --calibrate makes of it.
func (b *benchRun) armNames() []string {
	if b.options.calibrate {
		return []string{"a", "b"}
	}
	return []string{b.spec.Name}
}
