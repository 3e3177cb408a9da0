package loadgen

import (
	"encoding/json"
	"time"
)

// DoubtCode names a doubt about a run. Codes are stable; more may come, and a
// caller may have its own.
type DoubtCode string

// The doubts that a Result can carry, with the fields of [Doubt] that say how
// much.
const (
	// GeneratorLimit: the latencies or the rate are in part the generator's
	// own. It was late (LatenessP99 beside ResponseP99), its sending thread had
	// no time left (SenderBusy), or the machine ran out of something
	// (LocalErrors).
	GeneratorLimit DoubtCode = "generator-limit"
	// RateNotReached: fewer requests were sent (SentRate of DueRate, when
	// AskedRate was requested) or answered (Unanswered of Intended) than meant. Or
	// no answer came from At in the window to its end (below 0: from before it), so
	// that AnsweredRate of DueRate were answered; SentRate is 0 then.
	RateNotReached DoubtCode = "rate-not-reached"
	// CapQueued: Queued requests waited because all connections of Cap were
	// busy, QueuedFor in all, WaitP99 at the 99th percentile of all waits.
	CapQueued DoubtCode = "cap-queued"
	// Overloaded: the service answered AnsweredRate of DueRate (AskedRate was
	// requested), and the requests that waited grew steadily, from BacklogStart to
	// Backlog: the latencies are those of a queue that was still growing. With Cap,
	// all of so many connections were busy and no more could be opened, so that they
	// may be the limit instead of the service.
	Overloaded DoubtCode = "overloaded"
	// StoppedAnswering: from At in the window on the service answered nothing any
	// more; Unanswered requests were due since then, and all failed.
	StoppedAnswering DoubtCode = "stopped-answering"
	// RunPartial: the run was cancelled before its end, after Window.
	RunPartial DoubtCode = "cancelled"
)

// Doubt is what kept a run from being what was asked: a code and the figures
// that it rests on. Fields that its code does not speak of are zero.
type Doubt struct {
	Code DoubtCode `json:"code"`

	LatenessP99 time.Duration `json:"lateness_p99_ns,omitempty"`
	ResponseP99 time.Duration `json:"response_p99_ns,omitempty"`
	SenderBusy  float64       `json:"sender_busy,omitempty"`  // share of the window, 0 to 1
	LocalErrors int64         `json:"local_errors,omitempty"` // requests for which this machine had no ports, files or memory

	SentRate     float64 `json:"sent_rate,omitempty"`  // requests per second, as are the next three
	DueRate      float64 `json:"due_rate,omitempty"`   // of this run's own schedule
	AskedRate    float64 `json:"asked_rate,omitempty"` // of the plan
	AnsweredRate float64 `json:"answered_rate,omitempty"`
	BacklogStart int64   `json:"backlog_start,omitempty"` // requests that were due and had not ended, early in the window
	Backlog      int64   `json:"backlog,omitempty"`       // and at its end

	At time.Duration `json:"at_ns,omitempty"` // from the start of the window

	Unanswered int64 `json:"unanswered,omitempty"` // requests
	Intended   int64 `json:"intended,omitempty"`   // requests

	Queued    int64         `json:"queued,omitempty"` // requests
	QueuedFor time.Duration `json:"queued_for_ns,omitempty"`
	WaitP99   time.Duration `json:"wait_p99_ns,omitempty"`
	Cap       int           `json:"cap,omitempty"` // connections

	Window time.Duration `json:"window_ns,omitempty"` // that was measured

	// Text is the sentence of a file that was written before there were codes.
	Text string `json:"text,omitempty"`
}

// UnmarshalJSON reads what was written before there were codes, too: a kind,
// which was a phrase, and a reason, which is kept in Text. A kind that is not
// one of this package's becomes the code as it is.
func (d *Doubt) UnmarshalJSON(data []byte) error {
	type plain Doubt
	var read struct {
		plain
		Kind   string `json:"kind"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*d = Doubt(read.plain)
	if d.Code == "" {
		d.Code, d.Text = codeOf(read.Kind), read.Reason
	}
	return nil
}

// codeOf is the code of what was a phrase: those of this package, and the one
// that experiments added.
func codeOf(kind string) DoubtCode {
	switch kind {
	case "generator was the limit":
		return GeneratorLimit
	case "rate not reached":
		return RateNotReached
	case "connection cap queued requests":
		return CapQueued
	case "run was cancelled":
		return RunPartial
	case "first and second half disagree": // not ours: an experiment's, in the same list
		return "halves-disagree"
	}
	return DoubtCode(kind)
}
