package flame

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Filter says which samples and which of their frames stay. The zero value
// keeps all. Patterns are matched as go tool pprof matches them: anywhere in a
// frame's function, its file, or the binary that it is in.
//
// The steps come in this order: samples by label, by Focus and Ignore on their
// whole stacks, Root, Hide and Show, FoldRuntime, LabelRoot. A sample of which
// no frame is left is dropped, and Kept tells.
type Filter struct {
	// Labels keeps the samples that have a matching label for each of them.
	Labels []LabelFilter
	// Focus keeps the samples with a matching frame, Ignore drops them.
	Focus, Ignore *regexp.Regexp
	// Root makes the outermost matching frame the root of its stack. Samples
	// without one are dropped.
	Root *regexp.Regexp
	// Hide takes matching frames out of stacks, Show all others. What was spent
	// in them counts as their caller's.
	Hide, Show *regexp.Regexp
	// FoldRuntime makes one frame "[runtime]" of frames of Go's runtime that
	// follow each other.
	FoldRuntime bool
	// LabelRoot puts a root below everything that is the value of this label:
	// "route" shows a flame graph for each route. "" does not.
	LabelRoot string
}

// LabelFilter matches samples by a label: its key, and a pattern for its value,
// which of numbers has their unit ("12bytes").
type LabelFilter struct {
	Key   string
	Value *regexp.Regexp
}

// Kept says how much of a profile a filter let through.
type Kept struct {
	Samples, OfSamples int
	Totals, OfTotals   []int64 // of each type
}

// Share is what was kept of a type's total: 0.5 is half. It is 1 if there was
// nothing to keep.
func (k Kept) Share(valueType int) float64 {
	if k.OfTotals[valueType] == 0 {
		return 1
	}
	return float64(k.Totals[valueType]) / float64(k.OfTotals[valueType])
}

// Filter returns a profile of what is left of p. It shares memory with p. If
// anything was dropped, or a label is asked for that no sample has, the
// profile's notes say so.
func (p *Profile) Filter(f Filter) (*Profile, Kept) {
	out := p
	if !f.keepsAll() { // a large profile is not copied for nothing
		w := newFilterWork(p, f)
		for i := range p.ends {
			w.sample(i)
		}
		out = w.out
	}
	kept := Kept{Samples: len(out.ends), OfSamples: len(p.ends)}
	for t := range p.Types {
		kept.Totals = append(kept.Totals, out.Total(t))
		kept.OfTotals = append(kept.OfTotals, p.Total(t))
	}
	if note := p.missingLabels(f); note != "" {
		out.Notes = append(slices.Clip(out.Notes), note)
	}
	if kept.Samples < kept.OfSamples {
		out.Notes = append(slices.Clip(out.Notes), fmt.Sprintf("the filters keep %d of %d stacks, %.3g %% of %s",
			kept.Samples, kept.OfSamples, 100*kept.Share(p.DefaultType), p.Types[p.DefaultType].Name))
	}
	return out, kept
}

// missingLabels says which of the filter's labels no sample has: a typing error
// would otherwise look like an answer.
func (p *Profile) missingLabels(f Filter) string {
	var keys, missing []string
	for _, set := range p.labelSets {
		for _, l := range set {
			keys = append(keys, l.Key)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	asked := []string{}
	for _, l := range f.Labels {
		asked = append(asked, l.Key)
	}
	if f.LabelRoot != "" {
		asked = append(asked, f.LabelRoot)
	}
	for _, key := range asked {
		if !slices.Contains(keys, key) && !slices.Contains(missing, key) {
			missing = append(missing, key)
		}
	}
	switch {
	case len(missing) == 0:
		return ""
	case len(keys) == 0:
		return fmt.Sprintf("no sample has a label %s, or any other", strings.Join(missing, ", "))
	}
	return fmt.Sprintf("no sample has a label %s; there are %s", strings.Join(missing, ", "), strings.Join(keys, ", "))
}

// keepsAll reports whether the filter is the zero value.
func (f *Filter) keepsAll() bool {
	return len(f.Labels) == 0 && f.Focus == nil && f.Ignore == nil && f.Root == nil && f.Hide == nil && f.Show == nil &&
		!f.FoldRuntime && f.LabelRoot == ""
}
