package flame

import (
	"regexp"
	"slices"
	"strings"
)

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

// matches reports whether re is anywhere in what frame is called. Frames that
// no program has are matched by their name as well.
func (f Frame) matches(re *regexp.Regexp) bool {
	return re != nil && (re.MatchString(f.Function) || f.File != "" && re.MatchString(f.File) || f.Mapped != "" && re.MatchString(f.Mapped))
}

// isRuntime reports whether the frame belongs to Go's runtime.
func (f Frame) isRuntime() bool {
	pkg := f.Package()
	return pkg == "runtime" || strings.HasPrefix(pkg, "runtime/internal/") || strings.HasPrefix(pkg, "internal/runtime/")
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
