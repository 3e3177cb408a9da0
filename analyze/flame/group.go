package flame

import (
	"fmt"
	"path"
	"strings"
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
		return 0, fmt.Errorf("there is no grouping %q; there are function, line, file, package and module", text)
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

// merges reports whether equal neighbours become one.
func (g Grouping) merges() bool { return g == ByFile || g == ByPackage || g == ByModule }

// Package is the import path of a Go function's package: "net/http" for
// "net/http.(*conn).serve". Of code that is not Go's it is the library, if
// known, else "".
func (f Frame) Package() string {
	name, _, _ := strings.Cut(f.Function, "[") // type arguments hold slashes and dots
	base := name[strings.LastIndexByte(name, '/')+1:]
	dot := strings.IndexByte(base, '.')
	if dot <= 0 || !f.isGo() {
		if f.Mapped != "" {
			return path.Base(f.Mapped)
		}
		return ""
	}
	pkg := name[:len(name)-len(base)+dot]
	return strings.ReplaceAll(pkg, "%2e", ".")
}

// isGo guesses by the file; without one, by the form of the name.
func (f Frame) isGo() bool {
	if f.File != "" {
		return strings.HasSuffix(f.File, ".go") || strings.HasSuffix(f.File, ".s") || strings.HasPrefix(f.File, "_cgo")
	}
	return !strings.Contains(f.Function, "::") && !strings.Contains(f.Function, " ")
}

// Module is the Go module of a function's file, such as
// "github.com/google/pprof@v1.2.3", "std" for the standard library; of code
// that is not Go's the binary it is in. "" if it cannot be told.
func (f Frame) Module() string {
	if !f.isGo() || f.File == "" {
		return path.Base(f.Mapped)
	}
	if at := strings.IndexByte(f.File, '@'); at >= 0 {
		end := strings.IndexByte(f.File[at:], '/')
		if end < 0 {
			end = len(f.File) - at
		}
		module := f.File[:at+end]
		if i := strings.LastIndex(module, "/pkg/mod/"); i >= 0 {
			module = module[i+len("/pkg/mod/"):]
		}
		return module
	}
	pkg := f.Package()
	first, _, _ := strings.Cut(pkg, "/")
	switch {
	case pkg == "":
		return ""
	case pkg == "main":
		return "main"
	case !strings.Contains(first, "."):
		return "std"
	}
	parts := strings.SplitN(pkg, "/", 4)
	return strings.Join(parts[:min(len(parts), 3)], "/")
}

// nameTable gives every name in a tree a number.
type nameTable struct {
	list []string
	made []bool
	ids  map[string]uint32
}

func newNameTable() *nameTable { return &nameTable{ids: map[string]uint32{}} }

func (t *nameTable) id(name string, made bool) uint32 {
	if id, ok := t.ids[name]; ok {
		return id
	}
	id := uint32(len(t.list))
	t.list, t.made = append(t.list, name), append(t.made, made)
	t.ids[name] = id
	return id
}

// source prepares p for a column of a tree.
func (p *Profile) source(valueType, column int, by Grouping, names *nameTable) source {
	s := source{stacks: p.stacks, ends: p.ends, keys: make([]frameKey, len(p.frames)), column: column}
	for i, f := range p.frames {
		s.keys[i] = frameKey(names.id(by.name(f), f.Made) << 1)
		if f.Inlined {
			s.keys[i]++
		}
	}
	s.values = make([]int64, len(p.ends))
	for i := range s.values {
		s.values[i] = p.values[i*len(p.Types)+valueType]
	}
	if by.merges() {
		s.mergeNeighbours()
	}
	return s
}

// mergeNeighbours makes one frame of those that follow each other with one key.
func (s *source) mergeNeighbours() {
	stacks := make([]FrameID, 0, len(s.stacks))
	ends := make([]uint32, len(s.ends))
	at := uint32(0)
	for i, end := range s.ends {
		begin := len(stacks)
		for _, frame := range s.stacks[at:end] {
			if len(stacks) > begin && s.keys[stacks[len(stacks)-1]].name() == s.keys[frame].name() {
				continue
			}
			stacks = append(stacks, frame)
		}
		ends[i], at = uint32(len(stacks)), end
	}
	s.stacks, s.ends = stacks, ends
}
