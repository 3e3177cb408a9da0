package experiment

import (
	"math"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Unsteady is the doubt about a run whose first and second half differ: the
// warm-up was too short, or something changed while it ran. It only says so;
// a rule that dropped such runs would choose by latency. The figures are the
// round's Halves.
const Unsteady loadgen.DoubtCode = "halves-disagree"

// What two halves of a steady run may differ by.
const (
	halvesRatio = 1.10
	halvesFloor = 50 * time.Microsecond
)

// halfClock sorts answers into the halves while they come. It runs on the
// sending thread.
type halfClock struct {
	half, warmup  time.Duration // of the plan
	window        *windowSwitch // nil: the window begins after the warm-up
	first, second loadgen.Histogram
}

func (h *halfClock) record(x *loadgen.Exchange) {
	switch {
	case x.Warmup || x.Err != nil:
	case x.Intended < h.middle(x):
		h.first.Record(x.Done - x.Intended)
	default:
		h.second.Record(x.Done - x.Intended)
	}
}

// middle is that of the window, as an offset from the start of the run. x is counted, so
// the window has begun.
func (h *halfClock) middle(x *loadgen.Exchange) time.Duration {
	if h.window == nil {
		return h.warmup + h.half
	}
	return h.window.at.Sub(x.Start) + h.half
}

// halves is nil when a half has no answers.
func (h *halfClock) halves() *runfolder.Halves {
	if h.first.Count() == 0 || h.second.Count() == 0 {
		return nil
	}
	out := runfolder.Halves{First: h.first.Quantile(0.5), Second: h.second.Quantile(0.5)}
	difference := math.Abs(float64(out.First - out.Second))
	low := float64(min(out.First, out.Second))
	out.Agree = difference < float64(halvesFloor) || difference <= (halvesRatio-1)*low
	return &out
}

// doubts is empty if the halves agree.
func doubts(h *runfolder.Halves) []loadgen.Doubt {
	if h.Agree {
		return nil
	}
	return []loadgen.Doubt{{Code: Unsteady}}
}
