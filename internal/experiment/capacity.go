package experiment

import (
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// CapacityOptions say what is looked for: the highest rate of requests that
// come on a schedule of their own (open loop), at which 95 % of them are
// answered within the SLO and none fails. The zero value of each field is its
// default.
type CapacityOptions struct {
	// SLO is the longest p95, from the time requests were meant to be sent. By
	// default 10 ms.
	SLO time.Duration `json:"slo_ns"`
	// MinRate and MaxRate bound the search, per second. By default 20 and
	// 200,000.
	MinRate float64 `json:"min_rate"`
	MaxRate float64 `json:"max_rate"`
	// Probe is how long the rates that decide are tried; others get half of it.
	// By default 2 s.
	Probe time.Duration `json:"probe_ns"`
	// Precision is how close the highest rate that held and the lowest that did
	// not shall come: 0.05, the default, is 5 %.
	Precision float64 `json:"precision"`
	// Budget is about how long a search may take, starts not counted: it ends
	// the narrowing in time for the confirmation. When the machine or the
	// service changes meanwhile, it takes longer. By default 20 s.
	Budget time.Duration `json:"budget_ns"`
	// Statuses says which HTTP statuses are good answers. Nil: 1xx to 3xx.
	Statuses StatusSet `json:"-"`
}

// Quick returns the options of a search of about 8 s, for choosing a rate and
// not for reporting one. Probes that are shorter already stay so.
func (o CapacityOptions) Quick() CapacityOptions {
	o = o.withDefaults()
	o.Probe, o.Precision, o.Budget = min(o.Probe, 800*time.Millisecond), max(o.Precision, 0.15), min(o.Budget, 6*time.Second)
	return o
}

func (o CapacityOptions) withDefaults() CapacityOptions {
	for _, field := range []struct {
		value *float64
		usual float64
	}{{&o.MinRate, 20}, {&o.MaxRate, 200_000}, {&o.Precision, 0.05}} {
		if *field.value == 0 {
			*field.value = field.usual
		}
	}
	for _, field := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&o.SLO, 10 * time.Millisecond}, {&o.Probe, 2 * time.Second}, {&o.Budget, 20 * time.Second}} {
		if *field.value == 0 {
			*field.value = field.usual
		}
	}
	return o
}

func (o CapacityOptions) check() error {
	o = o.withDefaults()
	switch {
	case o.SLO < 0 || o.Probe < 0 || o.Budget < 0 || !(o.Precision > 0):
		return errors.New("SLO, probe time, budget and precision of a capacity search must be positive")
	case !(o.MinRate > 0) || !(o.MaxRate > o.MinRate) || o.MaxRate > loadgen.MaxRate:
		return fmt.Errorf("a capacity search needs a lowest rate above 0, and a highest above that and up to %d", loadgen.MaxRate)
	}
	return nil
}

// Capacity is what a search found. The interval is [Rate, Ceiling]; how much
// searches of an arm differ from one another, the rounds show.
type Capacity struct {
	// Rate is the highest rate per second that held, twice. 0: not even MinRate
	// did.
	Rate float64 `json:"rate"`
	// Ceiling is the lowest rate that did not hold, twice. 0: MaxRate held.
	Ceiling float64 `json:"ceiling,omitempty"`
	// Limit says why Ceiling did not hold.
	Limit string `json:"limit,omitempty"`
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
	// Why says what kept it from holding.
	Why string `json:"why,omitempty"`
	// GeneratorBound says that the generator did.
	GeneratorBound bool `json:"generator_bound,omitempty"`
	// GivenUp says that the probe ended early since it could not hold any more.
	GivenUp bool `json:"given_up,omitempty"`
}

// capacityLine is a line of capacity.jsonl.
type capacityLine struct {
	Round    int    `json:"round"`
	Arm      string `json:"arm"`
	Repeat   int    `json:"repeat,omitempty"`
	Repeated bool   `json:"repeated,omitempty"`
	Failure  string `json:"failure,omitempty"`
	*Capacity
}

func capacityLines(rounds []Round) []capacityLine {
	var lines []capacityLine
	for _, r := range rounds {
		if r.Capacity != nil {
			lines = append(lines, capacityLine{r.Round, r.Arm, r.Repeat, r.Repeated, r.Failure, r.Capacity})
		}
	}
	return lines
}
