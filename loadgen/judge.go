package loadgen

import (
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/timeline"
)

// The thresholds of the doubts. Lateness is judged against the latencies it
// is part of, and only when it is above what an idle machine shows.
const (
	latenessFloor     = time.Millisecond
	latenessShare     = 0.3
	senderBusy        = 0.9
	backlogShare      = 0.01
	backlogTime       = 250 * time.Millisecond
	unansweredAllowed = 0.01
	untimedMost       = 0.5 // more: the latencies are those of a few
	answeredLeast     = 0.95
)

// judge is a pure function of the measured figures; timeout is the plan's.
func judge(r *Result, timeout time.Duration) []Doubt {
	out := judgeGenerator(r)
	slices := r.Timeline.recorded()
	end := timeline.Ended(slices, timeout)
	if r.Arrivals != Closed {
		growth := timeline.Growing(slices, timeout)
		if growth != nil {
			d := Doubt{
				Code: Overloaded, AnsweredRate: r.AnsweredRate, AskedRate: r.AskedRate, DueRate: r.dueRate(),
				BacklogStart: growth.First, Backlog: growth.Last,
			}
			if c := r.Connections; c.Bound && c.Queued > 0 {
				d.Cap = c.Cap
			}
			out = append(out, d)
		}
		out = append(out, judgeRate(r, growth != nil)...)
		if from, ok := timeline.OpenEnd(slices); ok && growth == nil && end == nil && r.AnsweredRate < answeredLeast*r.dueRate() {
			out = append(out, Doubt{Code: RateNotReached, At: from, AnsweredRate: r.AnsweredRate, DueRate: r.dueRate(), AskedRate: r.AskedRate})
		}
	}
	if end != nil {
		out = append(out, Doubt{Code: StoppedAnswering, At: end.At, Unanswered: end.Lost})
	}
	if c := r.Connections; c.Queued > 0 {
		out = append(out, Doubt{Code: CapQueued, Queued: c.Queued, QueuedFor: c.QueuedFor, WaitP99: r.ConnWait.Quantile(0.99), Cap: c.Cap})
	}
	if r.Partial {
		out = append(out, Doubt{Code: RunPartial, Window: r.Window})
	}
	return out
}

func judgeGenerator(r *Result) (out []Doubt) {
	late, response := r.Lateness.Quantile(0.99), r.Response.Quantile(0.99)
	// Failures take no time, and anything is late against them.
	failed := float64(r.Counts.Intended-r.Response.Count()) > untimedMost*float64(r.Counts.Intended)
	if !failed && late >= latenessFloor && float64(late) >= latenessShare*float64(response) {
		out = append(out, Doubt{Code: GeneratorLimit, LatenessP99: late, ResponseP99: response})
	}
	if r.CPU.Sender >= senderBusy {
		out = append(out, Doubt{Code: GeneratorLimit, SenderBusy: r.CPU.Sender})
	}
	if n := r.Counts.Errors[KindLocal]; n > 0 {
		out = append(out, Doubt{Code: GeneratorLimit, LocalErrors: n})
	}
	return out
}

// dueRate is the rate really due in the window: a Poisson draw is not exactly Rate.
func (r *Result) dueRate() float64 { return float64(r.Counts.Intended) / max(r.Window.Seconds(), 1e-9) }

// judgeRate looks for requests that were not sent or not answered. Behind an
// overloaded service they wait on our side, too, and that has a name already.
func judgeRate(r *Result, overloaded bool) (out []Doubt) {
	intended := float64(r.Counts.Intended)
	due := r.dueRate()
	backlog := (due - r.SentRate) * r.Window.Seconds()
	if !overloaded && backlog > backlogShare*intended && backlog > r.AskedRate*backlogTime.Seconds() {
		out = append(out, Doubt{Code: RateNotReached, SentRate: r.SentRate, DueRate: due, AskedRate: r.AskedRate})
	}
	// Those under way at a cancel are nobody's fault.
	lost := r.Counts.ErrorCount() - r.Counts.Errors[KindUnfinished]
	if float64(lost) > unansweredAllowed*intended {
		out = append(out, Doubt{Code: RateNotReached, Unanswered: lost, Intended: r.Counts.Intended})
	}
	return out
}
