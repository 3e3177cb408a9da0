package runfolder

import (
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// Rules are what was fixed before the first run and decides what a run is.
type Rules struct {
	NoiseLimit   NoiseLimit     `json:"noise_limit,omitzero"`
	Repeats      int            `json:"repeats,omitempty"`
	KeepGoing    bool           `json:"keep_going,omitempty"`
	Capacity     *CapacityRules `json:"capacity,omitempty"`
	CapacityOnly bool           `json:"capacity_only,omitempty"`
	Profile      *ProfileRules  `json:"profile,omitempty"`
}

// CapacityRules say how capacities were searched. All fields are set.
type CapacityRules struct {
	// SLO is the longest p95, from the time requests were meant to be sent.
	SLO time.Duration `json:"slo_ns"`
	// MinRate and MaxRate bound the search, per second.
	MinRate float64 `json:"min_rate"`
	MaxRate float64 `json:"max_rate"`
	// Probe is how long the rates that decide are tried.
	Probe time.Duration `json:"probe_ns"`
	// Precision is how close the highest rate that held and the lowest that did
	// not shall come: 0.05 is 5 %.
	Precision float64 `json:"precision"`
	// Budget is about how long a search may take.
	Budget time.Duration `json:"budget_ns"`
}

// ProfileRules say how arms were profiled under their load. A zero field is the
// default of package profiles, or of the experiment.
type ProfileRules struct {
	Rounds        int             `json:"rounds"`
	Duration      time.Duration   `json:"duration_ns,omitempty"`
	Kinds         []profiles.Kind `json:"kinds,omitempty"`
	Trace         bool            `json:"trace,omitempty"`
	TraceDuration time.Duration   `json:"trace_duration_ns,omitempty"`
	MaxTraceBytes int64           `json:"max_trace_bytes,omitempty"`
	Timeout       time.Duration   `json:"timeout_ns,omitempty"`
}

// NoiseLimit is fixed before an experiment and says how much noise a run may
// have. It looks at nothing that is compared: a limit on latency would throw
// out the slow runs and call what is left fast. Each field is a share of the
// measured time; 0 means no limit, and a covariate that is not known on a
// system is not limited.
type NoiseLimit struct {
	// ServerRunQueue and ClientRunQueue limit the waiting of the target's and
	// of our own threads, added up over threads, so they may exceed 1.
	ServerRunQueue float64 `json:"server_run_queue,omitempty"`
	ClientRunQueue float64 `json:"client_run_queue,omitempty"`
	// QueueForeign is how much processor time of others, as a share of one core,
	// it takes until the two limits above count: threads that wait while nobody
	// else works wait for the load itself. 0: they always count; they also do where
	// the time of others is not known.
	QueueForeign float64 `json:"queue_foreign_cpu,omitempty"`
	// CPUPressure limits the share of time in which anything waited.
	CPUPressure float64 `json:"cpu_pressure,omitempty"`
	// ForeignCPU limits the share of all processors that others used.
	ForeignCPU float64 `json:"foreign_cpu,omitempty"`
}
