package stackprofile

import (
	"regexp"
	"slices"
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
	// sizes are the same without the signs of values, which shares are of.
	sizes, ofSizes []float64
}

// Share is what was kept of a type's values, without their signs: 0.5 is half.
// It is 1 if there was nothing to keep.
func (k Kept) Share(valueType int) float64 {
	if k.ofSizes[valueType] == 0 {
		return 1
	}
	return k.sizes[valueType] / k.ofSizes[valueType]
}

// Filter returns a profile of what is left of p. It shares memory with p. If
// anything was dropped, or a label is asked for that no sample has, the
// profile's notes hold it.
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
		kept.sizes = append(kept.sizes, out.Size(t))
		kept.ofSizes = append(kept.ofSizes, p.Size(t))
	}
	if note, missing := p.missingLabels(f); missing {
		out.Notes = append(slices.Clip(out.Notes), note)
	}
	if kept.Samples < kept.OfSamples {
		out.Notes = append(slices.Clip(out.Notes), Note{Code: StacksFiltered, Count: kept.Samples, Of: kept.OfSamples,
			Share: kept.Share(p.DefaultType), Text: p.Types[p.DefaultType].Name})
	}
	return out, kept
}

// missingLabels notes which of the filter's labels no sample has: a typing
// error would otherwise look like an answer.
func (p *Profile) missingLabels(f Filter) (note Note, missing bool) {
	note.Code = LabelsMissing
	for _, set := range p.labelSets {
		for _, l := range set {
			note.Known = append(note.Known, l.Key)
		}
	}
	slices.Sort(note.Known)
	note.Known = slices.Compact(note.Known)
	asked := []string{}
	for _, l := range f.Labels {
		asked = append(asked, l.Key)
	}
	if f.LabelRoot != "" {
		asked = append(asked, f.LabelRoot)
	}
	for _, key := range asked {
		if !slices.Contains(note.Known, key) && !slices.Contains(note.Missing, key) {
			note.Missing = append(note.Missing, key)
		}
	}
	return note, len(note.Missing) > 0
}

// keepsAll reports whether the filter is the zero value.
func (f *Filter) keepsAll() bool {
	return len(f.Labels) == 0 && f.Focus == nil && f.Ignore == nil && f.Root == nil && f.Hide == nil && f.Show == nil &&
		!f.FoldRuntime && f.LabelRoot == ""
}

// runtimeFrame is what frames of Go's runtime are folded into.
const runtimeFrame = "[runtime]"

// frameClass is what the patterns of a filter say of a frame. Each frame is
// matched once, not each time that a stack has it.
type frameClass struct {
	focus, ignore, root, hidden, runtime bool
}

// filterWork is a filter at work.
type filterWork struct {
	filter  Filter
	in, out *Profile
	classes []frameClass
	// labelled says of each label set whether it matches, and which root it
	// asks for.
	labelled []bool
	roots    []FrameID
	runtime  FrameID
	stack    []FrameID
}

func newFilterWork(p *Profile, f Filter) *filterWork {
	out := *p
	out.stacks, out.ends, out.values = nil, nil, nil
	out.frames = slices.Clip(p.frames)
	if p.labels != nil {
		out.labels = []uint32{}
	}
	w := &filterWork{filter: f, in: p, out: &out, classes: make([]frameClass, len(p.frames))}
	for i, frame := range p.frames {
		w.classes[i] = f.classify(frame)
	}
	if f.FoldRuntime {
		w.runtime = w.make(runtimeFrame)
	}
	w.classifyLabels()
	return w
}

func (f *Filter) classify(frame Frame) frameClass {
	return frameClass{
		focus: f.Focus == nil || frame.matches(f.Focus), ignore: frame.matches(f.Ignore), root: frame.matches(f.Root),
		hidden:  !frame.Made && (frame.matches(f.Hide) || f.Show != nil && !frame.matches(f.Show)),
		runtime: f.FoldRuntime && frame.isRuntime(),
	}
}

// make adds a frame that no program has.
func (w *filterWork) make(name string) FrameID {
	w.out.frames = append(w.out.frames, Frame{Function: name, Made: true})
	return FrameID(len(w.out.frames) - 1)
}

// classifyLabels looks at each set of labels once.
func (w *filterWork) classifyLabels() {
	sets := w.in.labelSets
	if w.in.labels == nil {
		sets = [][]Label{nil}
	}
	made := map[string]FrameID{}
	for _, labels := range sets {
		w.labelled = append(w.labelled, w.filter.matchesLabels(labels))
		if w.filter.LabelRoot == "" {
			continue
		}
		name := w.filter.rootOf(labels)
		id, ok := made[name]
		if !ok {
			id = w.make(name)
			made[name] = id
		}
		w.roots = append(w.roots, id)
	}
}

func (f *Filter) matchesLabels(labels []Label) bool {
	for _, want := range f.Labels {
		if !slices.ContainsFunc(labels, func(l Label) bool { return l.Key == want.Key && want.Value.MatchString(l.Value()) }) {
			return false
		}
	}
	return true
}

// rootOf names the root of samples with these labels: the value of the label.
func (f *Filter) rootOf(labels []Label) string {
	for _, l := range labels {
		if l.Key == f.LabelRoot {
			return l.Value()
		}
	}
	return "[no " + f.LabelRoot + "]"
}

// sample adds what is left of sample i.
func (w *filterWork) sample(i int) {
	set := uint32(0)
	if w.in.labels != nil {
		set = w.in.labels[i]
	}
	stack := w.in.stack(i)
	if !w.labelled[set] || !w.focused(stack) {
		return
	}
	if w.filter.Root != nil {
		root := slices.IndexFunc(stack, func(id FrameID) bool { return w.classes[id].root })
		if root < 0 {
			return
		}
		stack = stack[root:]
	}
	left := w.keep(stack)
	if len(left) == 0 && len(stack) > 0 {
		return
	}
	if w.roots != nil {
		w.out.stacks = append(w.out.stacks, w.roots[set])
	}
	w.out.stacks = append(w.out.stacks, left...)
	w.out.ends = append(w.out.ends, uint32(len(w.out.stacks)))
	w.out.values = append(w.out.values, w.in.valuesOf(i)...)
	if w.in.labels != nil {
		w.out.labels = append(w.out.labels, set)
	}
}

func (w *filterWork) focused(stack []FrameID) bool {
	focused := w.filter.Focus == nil
	for _, id := range stack {
		if w.classes[id].ignore {
			return false
		}
		focused = focused || w.classes[id].focus
	}
	return focused
}

// keep returns the frames of a stack that stay, in memory that the next call
// uses again.
func (w *filterWork) keep(stack []FrameID) []FrameID {
	w.stack = w.stack[:0]
	for _, id := range stack {
		switch class := w.classes[id]; {
		case class.hidden:
		case !class.runtime:
			w.stack = append(w.stack, id)
		case len(w.stack) == 0 || w.stack[len(w.stack)-1] != w.runtime:
			w.stack = append(w.stack, w.runtime)
		}
	}
	return w.stack
}
