package profiles

import (
	"github.com/google/pprof/profile"
)

// mergeProducts is the sum of one kind over several targets. What failed on some
// is said; what failed on all has failed.
func mergeProducts(parts []product, names []string) product {
	merged := product{entry: Profile{Kind: parts[0].entry.Kind, Status: parts[0].entry.Status, Delta: parts[0].entry.Delta}}
	var all []*profile.Profile
	var missing []string
	var failures []TargetFailure
	for i := range parts {
		switch part := &parts[i]; {
		case part.profile != nil:
			all = append(all, part.profile)
			merged.widen(part)
		case part.entry.Status == Failed:
			missing = append(missing, names[i])
			failures = append(failures, TargetFailure{names[i], *part.entry.Failure})
		}
	}
	if len(all) == 0 {
		if len(failures) > 0 {
			merged.entry.Failure = &Failure{Code: FailAllTargets, Targets: failures}
		}
		merged.start = sumStarts(parts, func(*product) bool { return true })
		return merged
	}
	sum, err := profile.Merge(all)
	if err != nil {
		return product{entry: Profile{Kind: merged.entry.Kind, Status: Failed, Delta: merged.entry.Delta,
			Failure: &Failure{Code: FailTargetsMismatch, Said: err.Error()}}}
	}
	merged.profile = sum
	merged.describe()
	merged.start = sumStarts(parts, func(p *product) bool { return p.profile != nil })
	if merged.entry.Kind == Mutex {
		merged.entry.Period = samePeriod(parts)
	}
	if merged.entry.Delta {
		merged.entry.Requests = between(merged.before, merged.after)
	}
	if len(missing) > 0 {
		merged.entry.Notes = Notes{{Code: NoteWithoutTargets, Targets: missing}}
	}
	return merged
}

// sumStarts is the sum of the heap at the start over the parts that count, if
// each of them has one: else the two ends would be of different targets.
func sumStarts(parts []product, counts func(*product) bool) *taken {
	var all []*profile.Profile
	for i := range parts {
		switch {
		case !counts(&parts[i]):
		case parts[i].start == nil:
			return nil
		default:
			all = append(all, parts[i].start.profile)
		}
	}
	sum, err := profile.Merge(all)
	if err != nil {
		return nil
	}
	return &taken{profile: sum}
}

// widen makes the window hold that of a part.
func (p *product) widen(part *product) {
	e, o := &p.entry, &part.entry
	if e.WindowStart.IsZero() || !o.WindowStart.IsZero() && o.WindowStart.Before(e.WindowStart) {
		e.WindowStart, p.before = o.WindowStart, part.before
	}
	if o.WindowEnd.After(e.WindowEnd) {
		e.WindowEnd, p.after = o.WindowEnd, part.after
	}
	e.DurationNS = max(e.DurationNS, o.DurationNS)
}

// samePeriod is the sampling rate that all parts have.
func samePeriod(parts []product) *Period {
	var same *Period
	for i := range parts {
		period := parts[i].entry.Period
		switch {
		case parts[i].profile == nil:
		case period == nil || same != nil && *same != *period:
			return nil
		default:
			same = period
		}
	}
	return same
}
