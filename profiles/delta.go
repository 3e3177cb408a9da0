package profiles

import (
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// difference is what was added to a profile that only grows. Both stay as they
// are. backwards says that some stack has less than before, which means that
// the process is another one: then there is no difference.
//
// The runtime scales sampled values up and rounds them, so a stack may lose one
// without a restart; such a value counts as no change.
func difference(start, end *profile.Profile) (diff *profile.Profile, backwards bool, err error) {
	before := start.Copy()
	for _, sample := range before.Sample {
		for i := range sample.Value { // not Scale, which rounds through float64
			sample.Value[i] = -sample.Value[i]
		}
	}
	diff, err = profile.Merge([]*profile.Profile{before, end})
	if err != nil {
		return nil, false, err
	}
	for _, sample := range diff.Sample {
		if len(sample.Value) > 0 && sample.Value[0] < -1 {
			return nil, true, nil
		}
		for i := range sample.Value {
			sample.Value[i] = max(sample.Value[i], 0)
		}
	}
	diff.Sample = slices.DeleteFunc(diff.Sample, isZero)
	diff.DefaultSampleType = end.DefaultSampleType
	diff.TimeNanos, diff.DurationNanos = start.TimeNanos, max(end.TimeNanos-start.TimeNanos, 0)
	return diff.Compact(), false, nil
}

func isZero(s *profile.Sample) bool {
	return !slices.ContainsFunc(s.Value, func(v int64) bool { return v != 0 })
}

// onlyAllocs is a memory profile without what is in use. Of allocations the
// difference of two snapshots says what the window allocated; of memory in use
// it would be a change that may be negative, and heap has both ends of that.
func onlyAllocs(p *profile.Profile) *profile.Profile {
	p = p.Copy()
	var keep []int
	for i, t := range p.SampleType {
		if strings.HasPrefix(t.Type, "alloc_") {
			keep = append(keep, i)
		}
	}
	if len(keep) == 0 {
		return p
	}
	p.SampleType = pick(p.SampleType, keep)
	for _, sample := range p.Sample {
		sample.Value = pick(sample.Value, keep)
	}
	p.DefaultSampleType = p.SampleType[len(keep)-1].Type
	p.Sample = slices.DeleteFunc(p.Sample, isZero)
	return p
}

func pick[T any](from []T, indexes []int) []T {
	picked := make([]T, len(indexes))
	for i, index := range indexes {
		picked[i] = from[index]
	}
	return picked
}
