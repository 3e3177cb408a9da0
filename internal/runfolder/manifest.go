package runfolder

import (
	"time"
)

// State says whether a run folder is whole.
type State string

// The states of a run. A folder found in state Running whose writer is gone
// was killed; its complete lines are good.
const (
	Running  State = "running"
	Complete State = "complete"
	Partial  State = "partial"
)

// Manifest is run.json: what was run, where, and how.
type Manifest struct {
	Format int   `json:"format"`
	State  State `json:"state"`
	// Reason is why it is partial, in the words of the program that wrote it: for
	// people, nothing parses it.
	Reason  string    `json:"reason,omitempty"`
	Tool    string    `json:"tool"`    // name and version of the writer
	Command []string  `json:"command"` // the command line, secrets replaced
	Name    string    `json:"name"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Host    Host      `json:"host"`
	Seed    uint64    `json:"seed"`
	// Benchmark, Service and Workload name the measurement in bench.txt.
	Benchmark string `json:"benchmark"`
	Service   string `json:"service"`
	Workload  string `json:"workload"`
	// Design says how the arms were chosen, when they follow a scheme: the
	// steps of a ladder, say. This package does not read it.
	Design string        `json:"design,omitempty"`
	Rounds int           `json:"rounds"` // planned
	Arms   []ArmManifest `json:"arms"`
	// Order lists, for each round, the arms as they were to run.
	Order [][]string `json:"order"`
	// Rules are those of the Spec; Run writes them.
	Rules Rules `json:"rules,omitzero"`
	// RateChoice is how the common rate was found, when it was not given.
	RateChoice *RateChoice `json:"rate_choice,omitempty"`
	// Resumed lists when an interrupted experiment was taken up again.
	Resumed []time.Time `json:"resumed,omitempty"`
}

// ArmManifest is an arm in run.json.
type ArmManifest struct {
	Name string `json:"name"`
	// FreshProcess says that each round started the program anew. Otherwise all
	// rounds loaded the same running one and are not independent: what one
	// round left behind, the next one met.
	FreshProcess bool     `json:"fresh_process"`
	Command      []string `json:"command,omitempty"` // secrets replaced
	// Switches says in which variants the arm's program runs, where it has any.
	Switches    string        `json:"switches,omitempty"`
	URL         string        `json:"url"`
	Method      string        `json:"method"`
	Headers     []string      `json:"headers,omitempty"` // names only
	BodyBytes   int           `json:"body_bytes,omitempty"`
	BodySHA256  string        `json:"body_sha256,omitempty"` // of the template
	Arrivals    string        `json:"arrivals"`
	Rate        float64       `json:"rate,omitempty"`
	Connections int           `json:"connections,omitempty"` // the cap; absent: the default of loadgen.Plan, -1: none
	DurationNS  time.Duration `json:"duration_ns"`
	WarmupNS    time.Duration `json:"warmup_ns"`
	TimeoutNS   time.Duration `json:"timeout_ns"`
	MetricsURL  string        `json:"metrics_url,omitempty"`
}

func namedOrder(m Manifest) [][]string {
	var named [][]string
	for _, round := range Order(m.Seed, m.Rounds, len(m.Arms)) {
		var names []string
		for _, arm := range round {
			names = append(names, m.Arms[arm].Name)
		}
		named = append(named, names)
	}
	return named
}
