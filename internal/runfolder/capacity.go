package runfolder

import "time"

// Capacity is what a search found. The interval is [Rate, Ceiling]; how much
// searches of an arm differ from one another, the rounds show.
type Capacity struct {
	// Rate is the highest rate per second that held, twice. 0: not even MinRate
	// did.
	Rate float64 `json:"rate"`
	// Ceiling is the lowest rate that did not hold, twice. 0: MaxRate held.
	Ceiling float64 `json:"ceiling,omitempty"`
	// Limit says why Ceiling did not hold.
	Limit *Miss `json:"limit,omitempty"`
	// GeneratorBound says that at Ceiling it was the load generator that could
	// not keep up: the capacity is Rate or more.
	GeneratorBound bool `json:"generator_bound,omitempty"`
	// Start is that of the search, and Took its time without the start of the
	// arm.
	Start time.Time     `json:"start"`
	Took  time.Duration `json:"took_ns"`
	// Noise is that of the whole search. Its run-queue delays and pressure are
	// the search's own doing; foreign CPU is not.
	Noise Noise `json:"noise"`
	// Probes are all rates tried, in order; in the folder they have a file of
	// their own.
	Probes []Probe `json:"-"`
}

// Probe is one rate tried.
type Probe struct {
	Rate     float64        `json:"rate"`
	Window   time.Duration  `json:"window_ns"` // really measured
	Requests int64          `json:"requests"`
	Errors   int64          `json:"errors"`
	P95      *time.Duration `json:"p95_ns,omitempty"` // absent when nothing was answered
	Held     bool           `json:"held"`
	// Why says what kept it from holding; nil: it held.
	Why *Miss `json:"why,omitempty"`
	// GeneratorBound says that the generator did.
	GeneratorBound bool `json:"generator_bound,omitempty"`
	// GivenUp says that the probe ended early since it could not hold any more.
	GivenUp bool `json:"given_up,omitempty"`
}

// MissCode says in what a rate did not hold.
type MissCode string

// The codes, with the figures of a [Miss] that each has.
const (
	MissErrors     MissCode = "errors"     // Errors of Requests
	MissTooMany    MissCode = "too many"   // more than 5 % of the requests took longer than SLO; the probe was given up
	MissUnanswered MissCode = "unanswered" // nothing was answered
	MissP95        MissCode = "p95"        // P95 was longer than SLO
)

// Miss is why a rate did not hold. Folders of formats 1 and 2 have a sentence
// instead: it is read as the Detail of a miss without a code.
type Miss struct {
	Code     MissCode      `json:"code,omitempty"`
	Errors   int64         `json:"errors,omitempty"`
	Requests int64         `json:"requests,omitempty"`
	P95      time.Duration `json:"p95_ns,omitempty"`
	SLO      time.Duration `json:"slo_ns,omitempty"`
	Detail   string        `json:"detail,omitempty"`
}

// UnmarshalJSON reads a miss of any format.
func (m *Miss) UnmarshalJSON(text []byte) error {
	type plain Miss
	return textOr(text, &m.Detail, (*plain)(m))
}
