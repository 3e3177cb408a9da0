package experiment

import (
	"fmt"
	"math"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Unsteady is the verdict of a run whose first and second half differ: the
// warm-up was too short, or something changed while it ran. It only says so;
// a rule that dropped such runs would choose by latency.
const Unsteady loadgen.VerdictKind = "first and second half disagree"

// What two halves of a steady run may differ by.
const (
	halvesRatio = 1.10
	halvesFloor = 50 * time.Microsecond
)

// halfClock sorts answers into the halves while they come. It runs on the
// sending thread.
type halfClock struct {
	middle        time.Duration // as an offset from the start of the run
	first, second loadgen.Histogram
}

func (h *halfClock) record(x *loadgen.Exchange) {
	switch {
	case x.Warmup || x.Err != nil:
	case x.Intended < h.middle:
		h.first.Record(x.Done - x.Intended)
	default:
		h.second.Record(x.Done - x.Intended)
	}
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

// unsteady is the verdict that goes with halves that disagree.
func unsteady(h *runfolder.Halves) loadgen.Verdict {
	return loadgen.Verdict{Kind: Unsteady, Reason: fmt.Sprintf(
		"the median was %v in the first half of the window and %v in the second: was the warm-up long enough?",
		h.First.Round(time.Microsecond), h.Second.Round(time.Microsecond))}
}
