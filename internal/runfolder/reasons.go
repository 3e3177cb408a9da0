package runfolder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// ReasonCode says why something is missing in a run.
type ReasonCode string

// The codes. Where a Detail is mentioned it is the text of the error.
const (
	// Of a check that was not made.
	CutShort    ReasonCode = "cut short"    // the run was
	CheckFailed ReasonCode = "check failed" // Detail
	// Of runtime figures.
	NoMetrics         ReasonCode = "no metrics"         // at none of the usual places
	MetricsUnreadable ReasonCode = "metrics unreadable" // Detail
	CutInWarmup       ReasonCode = "cut short in the warm-up"
	// NoCounters: the metrics lack allocation counters, or these went backwards
	// or grew by less than reading them costs.
	NoCounters ReasonCode = "no counters"
	// Of a bundle of profiles.
	NoPprof       ReasonCode = "no pprof"       // it is not known where the profiles are
	CaptureFailed ReasonCode = "capture failed" // Detail
	EndedBefore   ReasonCode = "ended before"   // profiles could be taken
)

// Reason says why something is missing. Folders of formats 1 and 2 have a sentence
// instead: it is read as the Detail of a reason without a code.
type Reason struct {
	Code   ReasonCode `json:"code,omitempty"`
	Detail string     `json:"detail,omitempty"`
}

// UnmarshalJSON reads a reason of any format.
func (r *Reason) UnmarshalJSON(text []byte) error {
	type plain Reason
	return textOr(text, &r.Detail, (*plain)(r))
}

// FailureKind is how a target failed.
type FailureKind string

// The kinds.
const (
	NotStarted FailureKind = "not started"
	EndedEarly FailureKind = "ended early" // by itself, before it was stopped
	// NotStopped: it had to be killed, ended with an error when it was asked to
	// stop, or what it leaves behind could not be removed.
	NotStopped FailureKind = "not stopped"
	// StoppedAnswering: it answered at first, and then nothing any more, as one
	// that runs already and died.
	StoppedAnswering FailureKind = "stopped answering"
	// NoRate: not even the lowest rate of a capacity search held. Such an arm has
	// no rounds.
	NoRate FailureKind = "no rate"
)

// Covariate is a kind of noise that is limited.
type Covariate string

// The covariates, as NoiseLimit has them.
const (
	ServerRunQueue Covariate = "server run queue"
	ClientRunQueue Covariate = "client run queue"
	CPUPressure    Covariate = "cpu pressure"
	ForeignCPU     Covariate = "foreign cpu"
)

// Excess is a limit on noise that a run was over. Share and Limit are shares as
// NoiseLimit has them. Folders of formats 1 and 2 have a sentence instead: it is
// read as the Detail.
type Excess struct {
	Noise  Covariate `json:"noise,omitempty"`
	Share  float64   `json:"share,omitempty"`
	Limit  float64   `json:"limit,omitempty"`
	Detail string    `json:"detail,omitempty"`
}

// UnmarshalJSON reads an excess of any format.
func (e *Excess) UnmarshalJSON(text []byte) error {
	type plain Excess
	return textOr(text, &e.Detail, (*plain)(e))
}

// Broken is a promise that a service did not keep in a run. ID is that of an
// invariant; without one, the service counted the breaks itself. Name says what
// was promised or what was seen.
type Broken struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Times is how often it was seen broken; 0: not known.
	Times int64 `json:"times,omitempty"`
	// Example is one of the breaks; of a folder of format 1 or 2, all that its
	// sentence said beside ID and Name.
	Example string `json:"example,omitempty"`
}

// Same reports whether two are about one promise.
func (b Broken) Same(other Broken) bool {
	if b.ID != "" || other.ID != "" {
		return b.ID == other.ID
	}
	return b.Name == other.Name
}

// UnmarshalJSON reads a break of any format: before format 3 it was a sentence,
// "I3: one answer: 2 times, such as: r1 won twice", or "sold twice: counted 12
// times by lotteryd".
func (b *Broken) UnmarshalJSON(text []byte) error {
	type plain Broken
	var sentence string
	if err := textOr(text, &sentence, (*plain)(b)); err != nil || sentence == "" {
		return err
	}
	*b = Broken{}
	rest := sentence
	if id, after, ok := strings.Cut(rest, ": "); ok && isInvariant(id) {
		b.ID, rest = id, after
	}
	name, details, _ := strings.Cut(rest, ": ")
	b.Name = name
	if n, example, ok := strings.Cut(details, " times, such as: "); ok && counts(n, &b.Times) {
		b.Example = example
	} else if n, ok := strings.CutSuffix(details, " times by lotteryd"); ok && counts(strings.TrimPrefix(n, "counted "), &b.Times) {
		return nil
	} else {
		b.Example = details
	}
	return nil
}

// isInvariant knows "I" and a number.
func isInvariant(id string) bool {
	var n int64
	return strings.HasPrefix(id, "I") && counts(id[1:], &n)
}

func counts(text string, n *int64) bool {
	_, err := fmt.Sscanf(text, "%d", n)
	return err == nil && fmt.Sprint(*n) == text
}

// textOr reads a JSON string into text, and anything else into value.
func textOr(data []byte, text *string, value any) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
		return json.Unmarshal(data, text)
	}
	return json.Unmarshal(data, value)
}
