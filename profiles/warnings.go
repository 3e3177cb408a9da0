package profiles

// warnings are the doubts about a bundle.
func (c *capture) warnings(m *Manifest) []Warning {
	var all []Warning
	for i, s := range c.subjects {
		source := &m.Targets[i]
		if len(c.subjects) > 1 { // of one target the profiles themselves say it
			all = append(all, source.failures()...)
		}
		if source.Restarted {
			all = append(all, Warning{Code: WarnRestarted, Target: s.name})
		}
		all = append(all, s.offWarnings()...)
		if t := source.Trace; t != nil && t.Status == OK && t.Failure != nil {
			all = append(all, Warning{Code: WarnTraceCut, Target: s.name, Failure: t.Failure})
		}
	}
	return all
}

// offWarnings says which rates are off on the target: the profile is empty at
// both ends of the window, or the mutex profile itself tells.
func (s *subject) offWarnings() []Warning {
	var all []Warning
	for _, kind := range []Kind{Block, Mutex} {
		e := s.snapshots[kind]
		if !s.wants(kind) || s.isOnDemand(kind) || e.start == nil || e.end == nil {
			continue
		}
		empty := len(e.start.profile.Sample)+len(e.end.profile.Sample) == 0
		off := kind == Mutex && s.mutexFraction == 0
		if on := kind == Mutex && s.mutexFraction > 0; off || empty && !on {
			all = append(all, Warning{Code: WarnProfilingOff, Target: s.name, Kind: kind, Certain: off})
		}
	}
	return all
}
