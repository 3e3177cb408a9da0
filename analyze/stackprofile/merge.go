package stackprofile

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Merge returns one profile with the samples of all, labels included. All must
// have the same sample types in the same order.
//
// Durations are added, as if the profiles had been taken one after the other:
// of replicas profiled at the same time, a rate per second is then that of one
// replica. Start is the earliest. A period that is not the same in all becomes
// unknown, and a note says so.
func Merge(profiles ...*Profile) (*Profile, error) {
	if len(profiles) == 0 {
		return nil, errors.New("no profile to merge")
	}
	if len(profiles) == 1 {
		return profiles[0], nil
	}
	if err := mergeable(profiles); err != nil {
		return nil, err
	}
	profiles, err := oneScale(profiles)
	if err != nil {
		return nil, err
	}
	out := mergedHeader(profiles)
	frames := newFrameTable()
	labelled := slices.ContainsFunc(profiles, func(p *Profile) bool { return p.labels != nil })
	if labelled {
		out.labelSets = [][]Label{nil}
	}
	for _, p := range profiles {
		out.append(p, frames, labelled)
	}
	out.frames = frames.list
	return out, out.checkTotals()
}

func mergeable(profiles []*Profile) error {
	first, size := profiles[0], 0
	for i, p := range profiles {
		if !slices.EqualFunc(p.Types, first.Types, ValueType.Same) {
			return fmt.Errorf("profile 1 has the sample types %s, profile %d has %s; only profiles of the same kind can be merged",
				typeNames(first.Types), i+1, typeNames(p.Types))
		}
		size += len(p.stacks)
	}
	if size > math.MaxUint32 {
		return fmt.Errorf("the stacks of all profiles have %d frames in total, which is too many to merge", size)
	}
	return nil
}

// oneScale are the profiles with the largest scale of each type.
func oneScale(profiles []*Profile) ([]*Profile, error) {
	types := slices.Clone(profiles[0].Types)
	differ := false
	for _, p := range profiles {
		for i, t := range p.Types {
			differ = differ || t.Scale != types[i].Scale
			types[i].Scale = max(types[i].Scale, t.Scale)
		}
	}
	if !differ {
		return profiles, nil
	}
	scaled := make([]*Profile, len(profiles))
	for n, p := range profiles {
		out := *p
		out.Types, out.values = types, slices.Clone(p.values)
		for i, t := range types {
			factor := max(t.Scale, 1) / max(p.Types[i].Scale, 1)
			if out.Size(i) >= math.MaxInt64/float64(factor) {
				return nil, fmt.Errorf("the values of profile %d are too large to be added to those of the others, which have decimals", n+1)
			}
			for at := i; at < len(out.values); at += len(types) {
				out.values[at] *= factor
			}
		}
		scaled[n] = &out
	}
	return scaled, nil
}

func typeNames(types []ValueType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	return joinWords(names)
}

func mergedHeader(profiles []*Profile) *Profile {
	first := profiles[0]
	out := &Profile{
		Types: first.Types, DefaultType: first.DefaultType, Period: first.Period, PeriodType: first.PeriodType,
		Start: first.Start, Comments: slices.Clone(first.Comments), binary: first.binary,
	}
	differ := false
	for i, p := range profiles {
		out.Duration += p.Duration
		if !p.Start.IsZero() && (out.Start.IsZero() || p.Start.Before(out.Start)) {
			out.Start = p.Start
		}
		differ = differ || p.Period != first.Period || p.PeriodType != first.PeriodType
		if i > 0 {
			addOnce(&out.Comments, p.Comments, func(a, b string) bool { return a == b })
		}
		addOnce(&out.Notes, p.Notes, Note.Equal)
	}
	if differ {
		out.Period = 0
		out.Notes = append(out.Notes, Note{Code: RatesDiffer})
	}
	return out
}

// addOnce appends those that are not there yet.
func addOnce[T any](list *[]T, more []T, equal func(a, b T) bool) {
	for _, one := range more {
		if !slices.ContainsFunc(*list, func(there T) bool { return equal(there, one) }) {
			*list = append(*list, one)
		}
	}
}

// append adds the samples of another profile with the same types.
func (p *Profile) append(other *Profile, frames *frameTable, labelled bool) {
	ids := make([]FrameID, len(other.frames))
	for i, f := range other.frames {
		ids[i] = frames.id(f)
	}
	begin := uint32(len(p.stacks))
	for _, id := range other.stacks {
		p.stacks = append(p.stacks, ids[id])
	}
	for _, end := range other.ends {
		p.ends = append(p.ends, begin+end)
	}
	p.values = append(p.values, other.values...)
	if !labelled {
		return
	}
	sets := uint32(len(p.labelSets))
	p.labelSets = append(p.labelSets, other.labelSets...)
	for i := range other.ends {
		set := uint32(0)
		if other.labels != nil {
			set = sets + other.labels[i]
		}
		p.labels = append(p.labels, set)
	}
}
