package stackprofile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// pruner leaves out the frames that a profile asks to be left out: what is
// below a function that matches drop_frames and not keep_frames, such as the
// inside of an allocator. It does as google/pprof does, so that the numbers of
// go tool pprof are ours.
type pruner struct {
	drop, keep *regexp.Regexp
	functions  map[string]bool // whether to leave out, by name
	// matched is, for the first frame of each location, the place of the first
	// frame within the location that is to be left out; -1: none.
	matched []int
	pruned  int // samples
}

// newPruner returns nil if the profile asks for nothing.
func (d *decoder) newPruner() (*pruner, error) {
	drop, err := d.text(d.dropFrames)
	if err != nil || drop == "" {
		return nil, err
	}
	keep, err := d.text(d.keepFrames)
	if err != nil {
		return nil, err
	}
	pr := &pruner{functions: map[string]bool{}, matched: make([]int, len(d.expanded))}
	if pr.drop, err = compileWhole(drop); err != nil {
		return nil, err
	}
	if keep != "" {
		if pr.keep, err = compileWhole(keep); err != nil {
			return nil, err
		}
	}
	for _, run := range d.dense {
		pr.location(d, run)
	}
	for _, run := range d.sparse {
		pr.location(d, run)
	}
	return pr, nil
}

func compileWhole(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile("^(" + pattern + ")$")
	if err != nil {
		return nil, fmt.Errorf("it asks for frames to be left out by %q, which is not a regular expression", pattern)
	}
	return re, nil
}

func (pr *pruner) location(d *decoder, run frameRun) {
	if run.size == 0 {
		return
	}
	frames := d.expanded[run.begin : run.begin+run.size]
	pr.matched[run.begin] = slices.IndexFunc(frames, func(id FrameID) bool { return pr.matches(d.frames.list[id]) })
}

func (pr *pruner) matches(f Frame) bool {
	if f.Function == nameless(f.Mapped) {
		return false
	}
	gone, known := pr.functions[f.Function]
	if !known {
		name := withoutArguments(f.Function)
		gone = pr.drop.MatchString(name) && (pr.keep == nil || !pr.keep.MatchString(name))
		pr.functions[f.Function] = gone
	}
	return gone
}

// withoutArguments is the name of a C++ function without its arguments, which
// begin with the first parenthesis that is not part of a name.
func withoutArguments(name string) string {
	name = strings.TrimPrefix(name, ".") // of the PowerPC ABI
	for at := 0; at < len(name); {
		open := strings.IndexByte(name[at:], '(')
		if open < 0 {
			break
		}
		at += open
		switch {
		case strings.HasPrefix(name[at:], "(anonymous namespace)"):
			at += len("(anonymous namespace)")
		case strings.HasSuffix(name[:at], "operator") && strings.HasPrefix(name[at:], "()"):
			at += len("()")
		default:
			return name[:at]
		}
	}
	return name
}

// prune returns what stays of a stack of locations, leaf first, and how many
// frames that are. Frames before the first location without a match stay, so
// that something is left; but of a location in which a later frame matches, the
// frames from there on go in any case.
func (pr *pruner) prune(locations []frameRun) (left []frameRun, depth int) {
	found, from := false, 0
	for i := len(locations) - 1; i >= 0 && from == 0; i-- {
		matched := pr.matched[locations[i].begin]
		switch {
		case matched < 0:
			found = true
		case matched > 0:
			locations[i].size = uint32(matched)
			if found {
				from = i
			}
		case found:
			from = i + 1
		}
	}
	if from > 0 {
		pr.pruned++
	}
	for _, run := range locations[from:] {
		depth += int(run.size)
	}
	return locations[from:], depth
}

func (pr *pruner) note(p *Profile) {
	if pr != nil && pr.pruned > 0 {
		p.Notes = append(p.Notes, Note{Code: StacksPruned, Count: pr.pruned, Of: len(p.ends), Text: pr.drop.String()})
	}
}
