package stackprofile

import (
	"fmt"
	"path"
)

// Grouping says what frames are told apart by. Frames of one stack that follow
// each other and are the same then count as one.
type Grouping int

// The groupings.
const (
	ByFunction Grouping = iota // every call counts, recursion too
	ByLine                     // function, file and line
	ByFile
	ByPackage
	ByModule // of Go code the module, of other code the library
)

// groupings are their names on a command line.
func groupings() map[string]Grouping {
	return map[string]Grouping{"function": ByFunction, "line": ByLine, "file": ByFile, "package": ByPackage, "module": ByModule}
}

// ParseGrouping reads function, line, file, package or module.
func ParseGrouping(text string) (Grouping, error) {
	g, ok := groupings()[text]
	if !ok {
		return 0, fmt.Errorf("unknown grouping %q; use function, line, file, package or module", text)
	}
	return g, nil
}

// String is what ParseGrouping reads.
func (g Grouping) String() string {
	for name, grouping := range groupings() {
		if grouping == g {
			return name
		}
	}
	return fmt.Sprintf("Grouping(%d)", int(g))
}

// name is what a frame is called under the grouping.
func (g Grouping) name(f Frame) string {
	if f.Made {
		return f.Function
	}
	switch g {
	case ByLine:
		if f.File != "" {
			return fmt.Sprintf("%s %s:%d", f.Function, path.Base(f.File), f.Line)
		}
	case ByFile:
		if f.File != "" {
			return f.File
		}
	case ByPackage:
		if pkg := f.Package(); pkg != "" {
			return pkg
		}
	case ByModule:
		if module := f.Module(); module != "" {
			return module
		}
	}
	return f.Function
}

// merges reports whether equal neighbors become one.
func (g Grouping) merges() bool { return g == ByFile || g == ByPackage || g == ByModule }
