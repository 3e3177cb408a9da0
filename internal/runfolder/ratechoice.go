package runfolder

import "time"

// RateChoice is how a rate that all arms can bear was found.
type RateChoice struct {
	// Rate is Share of the capacity of the slowest arm, rounded down to two
	// digits.
	Rate    float64 `json:"rate"`
	Share   float64 `json:"share"`
	Slowest string  `json:"slowest"`
	// SLO is the longest that an arm needed; Asked is the one asked for.
	SLO   time.Duration `json:"slo_ns"`
	Asked time.Duration `json:"asked_slo_ns"`
	Arms  []ArmCapacity `json:"arms"`
}

// ArmCapacity is the capacity of one arm by a quick search.
type ArmCapacity struct {
	Name           string        `json:"arm"`
	Rate           float64       `json:"rate"`
	Ceiling        float64       `json:"ceiling,omitempty"`
	SLO            time.Duration `json:"slo_ns"`          // it was searched with
	Limit          *Miss         `json:"limit,omitempty"` // why Ceiling did not hold
	GeneratorBound bool          `json:"generator_bound,omitempty"`
}
