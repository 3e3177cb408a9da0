package loadgen

import (
	"fmt"
	"time"
)

// Verdict is a doubt about a run: something kept it from being what was asked.
type Verdict struct {
	Kind   VerdictKind `json:"kind"`
	Reason string      `json:"reason"` // with the figures it rests on
}

// String returns the kind and the reason, for people.
func (v Verdict) String() string { return fmt.Sprintf("%s: %s", v.Kind, v.Reason) }

// VerdictKind names a doubt.
type VerdictKind string

// The doubts a Result can carry.
const (
	// GeneratorLimit: the latencies or the rate are in part the generator's own.
	GeneratorLimit VerdictKind = "generator was the limit"
	// RateNotReached: fewer requests were sent or answered than asked for.
	RateNotReached VerdictKind = "rate not reached"
	// CapQueued: requests waited because Plan.Connections were all busy.
	CapQueued VerdictKind = "connection cap queued requests"
	// RunPartial: the run was cancelled before its end.
	RunPartial VerdictKind = "run was cancelled"
)

// The thresholds of the verdicts. Lateness is judged against the latencies it
// is part of, and only when it is above what an idle machine shows.
const (
	latenessFloor     = time.Millisecond
	latenessShare     = 0.3
	senderBusy        = 0.9
	backlogShare      = 0.01
	backlogTime       = 250 * time.Millisecond
	unansweredAllowed = 0.01
	refusedMost       = 0.5 // more: the latencies are those of refusals
)

// judge is a pure function of the measured figures.
func judge(r *Result) []Verdict {
	var out []Verdict
	add := func(kind VerdictKind, format string, args ...any) {
		out = append(out, Verdict{kind, fmt.Sprintf(format, args...)})
	}
	late, response := r.Lateness.Quantile(0.99), r.Response.Quantile(0.99)
	// Refusals take no time, and anything is late against them.
	refused := float64(r.Counts.Errors[KindRefused]) > refusedMost*float64(r.Counts.Intended)
	if !refused && late >= latenessFloor && float64(late) >= latenessShare*float64(response) {
		add(GeneratorLimit, "it was %v late at p99, against a response p99 of %v", round(late), round(response))
	}
	if r.CPU.Sender >= senderBusy {
		add(GeneratorLimit, "its sending thread was at work %.0f %% of the time", 100*r.CPU.Sender)
	}
	if n := r.Counts.Errors[KindLocal]; n > 0 {
		add(GeneratorLimit, "this machine ran out of ports, files or memory for %d requests", n)
	}
	if r.Arrivals != Closed {
		judgeRate(r, add)
	}
	if c := r.Connections; c.Queued > 0 {
		add(CapQueued, "%d requests waited %v in all (p99 of the waits %v) because all %d connections were busy; their latency counts it",
			c.Queued, round(c.QueuedFor), round(r.ConnWait.Quantile(0.99)), c.Cap)
	}
	if r.Partial {
		add(RunPartial, "%v of the measured window were run", round(r.Window))
	}
	return out
}

func judgeRate(r *Result, add func(VerdictKind, string, ...any)) {
	intended := float64(r.Counts.Intended)
	// The rate really due in the window: a Poisson draw is not exactly Rate.
	due := intended / max(r.Window.Seconds(), 1e-9)
	backlog := (due - r.SentRate) * r.Window.Seconds()
	if backlog > backlogShare*intended && backlog > r.AskedRate*backlogTime.Seconds() {
		add(RateNotReached, "%.1f/s were sent of %.1f/s due (%.1f/s asked)", r.SentRate, due, r.AskedRate)
	}
	// Those under way at a cancel are nobody's fault.
	lost := r.Counts.ErrorCount() - r.Counts.Errors[KindUnfinished]
	if float64(lost) > unansweredAllowed*intended {
		add(RateNotReached, "%.1f %% of the requests got no answer (%d of %d)",
			100*float64(lost)/intended, lost, r.Counts.Intended)
	}
}

// round keeps three digits or so: 1.234567ms reads as 1.23ms.
func round(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
