package profiles

import (
	"fmt"
	"maps"
	"slices"
)

// warnings are the doubts about a bundle.
func (c *capture) warnings(m *Manifest) []string {
	var all []string
	for i, s := range c.subjects {
		source := &m.Targets[i]
		if len(c.subjects) > 1 { // of one target the profiles themselves say it
			all = append(all, source.failures()...)
		}
		if source.Restarted {
			all = append(all, fmt.Sprintf("%s restarted within the window: its profiles are of more than one process", s.name))
		}
		all = append(all, s.offWarnings()...)
		if t := source.Trace; t != nil && t.Status == OK && t.Error != "" {
			all = append(all, fmt.Sprintf("the trace of %s was %s", s.name, t.Error))
		}
	}
	return all
}

// offWarnings says which rates are off on the target: the profile is empty at
// both ends of the window.
func (s *subject) offWarnings() []string {
	switchOn := map[Kind]string{
		Block: "runtime.SetBlockProfileRate(10_000)",
		Mutex: "runtime.SetMutexProfileFraction(100)",
	}
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(switchOn)) {
		e := s.snapshots[kind]
		if !s.wants(kind) || e.start == nil || e.end == nil {
			continue
		}
		empty := len(e.start.profile.Sample)+len(e.end.profile.Sample) == 0
		off := kind == Mutex && s.mutexFraction == 0
		if on := kind == Mutex && s.mutexFraction > 0; off || empty && !on {
			appears := "appears to be"
			if off {
				appears = "is"
			}
			all = append(all, fmt.Sprintf("%s profiling %s off on %s: call %s when the service starts", kind, appears, s.name, switchOn[kind]))
		}
	}
	return all
}
