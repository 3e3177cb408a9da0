package experiment

import (
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// MachineBusy is the doubt about a run in which requests were sent late, but not
// for the generator's own work: other programs had the processors. It stands in
// the place of [loadgen.GeneratorLimit] and has its figures; those of the machine
// are the round's Noise.
const MachineBusy loadgen.DoubtCode = "machine-busy"

// What shows that a machine was too busy to send on time.
const (
	// busyForeign is the processor time of other programs, in cores.
	busyForeign = 0.25
	// busyQueue is the share of the time in which our own threads waited for a
	// processor, as in DefaultNoiseLimit.
	busyQueue = 0.3
)

// blame names the machine where a generator that was late could not help it. One
// whose sending thread had no time left, or that ran out of ports or files, is
// named itself.
func blame(doubts []loadgen.Doubt, n runfolder.Noise) []loadgen.Doubt {
	if !Busy(n) {
		return doubts
	}
	doubts = slices.Clone(doubts)
	for i := range doubts {
		if d := &doubts[i]; d.Code == loadgen.GeneratorLimit && d.LatenessP99 > 0 {
			d.Code = MachineBusy
		}
	}
	return doubts
}

// hasDoubt reports whether a round has a doubt of the code.
func hasDoubt(r *runfolder.Round, code loadgen.DoubtCode) bool {
	return slices.ContainsFunc(r.Doubts, func(d loadgen.Doubt) bool { return d.Code == code })
}

// Busy reports whether other programs had so much of the machine in a run that this
// explains why something was late.
func Busy(n runfolder.Noise) bool {
	over := func(d *time.Duration, share float64) bool {
		return d != nil && n.Over > 0 && float64(*d) >= share*float64(n.Over)
	}
	return over(n.ForeignCPU, busyForeign) || over(n.ClientRunQueue, busyQueue)
}
