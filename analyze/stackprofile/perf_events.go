package stackprofile

import (
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/perfline"
)

// perfSample is what a sample of perf is worth.
type perfSample struct {
	event  string
	period int64 // 0: the line had none
}

// typeEvents gives the samples of p their types. Of one event it is the number of
// samples, and the periods if every sample has one. Of several events each is a
// type of its own, and the first is looked at first: a sum of cycles and page
// faults is no number of anything.
func typeEvents(p *Profile, samples []perfSample) {
	names := eventNames(samples)
	if len(names) < 2 {
		typePeriods(p, samples, names)
		return
	}
	var types []ValueType
	column := map[string]int{}
	var known []string
	for _, s := range samples {
		if name := names[s.event]; !slices.Contains(known, name) {
			column[s.event] = len(types)
			known = append(known, name)
			types = append(types, ValueType{Name: name, Unit: "samples"})
			if allHavePeriods(samples, s.event) {
				types = append(types, ValueType{Name: name + ".period", Unit: periodUnit(name)})
			}
		}
	}
	values := make([]int64, len(samples)*len(types))
	for i, s := range samples {
		at := i*len(types) + column[s.event]
		values[at] = 1
		if c := column[s.event] + 1; c < len(types) && types[c].Name == names[s.event]+".period" {
			values[at+1] = s.period
		}
	}
	p.Types, p.values = types, values
	p.Notes = append(p.Notes, Note{Code: SeveralEvents, Text: types[0].Name, Known: known, Count: len(known)})
}

// typePeriods makes the periods of the only event a second type.
func typePeriods(p *Profile, samples []perfSample, names map[string]string) {
	event := samples[0].event
	if !allHavePeriods(samples, event) {
		return
	}
	values := make([]int64, 0, 2*len(samples))
	for _, s := range samples {
		values = append(values, 1, s.period)
	}
	name := names[event]
	if name == "" {
		name = "period"
	}
	p.Types, p.values = append(p.Types, ValueType{Name: name, Unit: periodUnit(name)}), values
}

func allHavePeriods(samples []perfSample, event string) bool {
	return !slices.ContainsFunc(samples, func(s perfSample) bool { return s.event == event && s.period == 0 })
}

func periodUnit(event string) string {
	if strings.HasPrefix(event, "cpu-clock") || strings.HasPrefix(event, "task-clock") {
		return "nanoseconds"
	}
	return "count"
}

// eventNames are the names of events without modifiers, cycles of "cycles:ppp",
// unless two differ only in them.
func eventNames(samples []perfSample) map[string]string {
	names, taken := map[string]string{}, map[string]int{}
	for _, s := range samples {
		if _, ok := names[s.event]; !ok {
			names[s.event] = withoutModifiers(s.event)
			taken[names[s.event]]++
		}
	}
	for event, name := range names {
		if taken[name] > 1 {
			names[event] = event
		}
	}
	return names
}

func withoutModifiers(event string) string {
	if base, modifiers, ok := strings.Cut(event, ":"); ok && strings.Trim(modifiers, perfline.Modifiers) == "" {
		return base
	}
	return event
}
