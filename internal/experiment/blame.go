package experiment

import (
	"net/http"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// MachineBusy is the doubt about a run in which other programs had the processors.
// If requests were sent late for that, it stands in the place of
// [loadgen.GeneratorLimit] and has its figures. It has none where threads of the
// service or of the generator waited for a processor: what they were late by is in
// the latencies. The figures of the machine are the round's Noise.
const MachineBusy loadgen.DoubtCode = "machine-busy"

// What shows that a machine was too busy to send on time.
const (
	// busyForeign is the processor time of other programs, in cores.
	busyForeign = 0.25
	// busyQueue is the share of the time in which our own threads waited for a
	// processor, as in DefaultNoiseLimit.
	busyQueue = 0.3
)

// blame names the machine where a generator that was late could not help it, and
// where the service or the generator waited for a processor that others had. A
// generator whose sending thread had no time left, or that ran out of ports or
// files, is named itself.
func blame(doubts []loadgen.Doubt, n runfolder.Noise) []loadgen.Doubt {
	named := false
	if Busy(n) {
		doubts = slices.Clone(doubts)
		for i := range doubts {
			if d := &doubts[i]; d.Code == loadgen.GeneratorLimit && d.LatenessP99 > 0 {
				d.Code, named = MachineBusy, true
			}
		}
	}
	// Where the service's processes are not known, it may be the other program.
	if !named && n.ServerRunQueue != nil && len(exceeded(DefaultNoiseLimit(), n)) > 0 {
		doubts = append(slices.Clone(doubts), loadgen.Doubt{Code: MachineBusy})
	}
	return doubts
}

// Shedding is the doubt about a run in which the service refused many requests, as
// one does that has more to do than it can: Unanswered of Intended answers said so
// by their status, 429 or 503, and AnsweredRate is the rate of those that count as
// good. Refusals are quick and cheap, so latencies and cost are a mixture.
const Shedding loadgen.DoubtCode = "shedding"

// sheddingFrom is the share of all answers from which on refusals are news.
const sheddingFrom = 0.05

// shedding is empty if few answers, or all, were refusals.
func shedding(l runfolder.Load, expected StatusSet) []loadgen.Doubt {
	refused := int64(0)
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		if !expected.Good(status) {
			refused += l.Statuses[status]
		}
	}
	good := l.Requests - l.Errors
	if good <= 0 || l.WindowNS <= 0 || float64(refused) < sheddingFrom*float64(l.Answered) {
		return nil
	}
	return []loadgen.Doubt{{Code: Shedding, Unanswered: refused, Intended: l.Answered, AnsweredRate: float64(good) / l.WindowNS.Seconds()}}
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
