package runfolder

// Profiled is one profiled run of one arm: a line of profiled.jsonl. Its
// figures are those of a service that was being profiled. Round counts the
// profiled rounds, from 1.
type Profiled struct {
	Round
	// Bundle is the folder of the profiles within the run folder, with slashes.
	// Empty: there is none, and Missing says why.
	Bundle string `json:"bundle,omitempty"`
	// From is where the profiles were taken, passwords hidden.
	From    []string `json:"profiled_from,omitempty"`
	Missing string   `json:"profiles_missing,omitempty"`
}

// whole says that the run is one to look at.
func (p *Profiled) whole() bool { return p.Round.whole() && p.Bundle != "" }
