package stackprofile

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// OwnCode says which frames are code of the program itself, and not of the
// standard library or of a module that it uses. The zero value has none. Safe
// for concurrent use.
type OwnCode struct {
	prefixes []string // of import paths; empty: the files decide
	root     string   // folder of the main module, where it is in the module cache
	byFile   bool
}

// OwnPrefixes is the code whose packages have one of these import paths or are
// below one, such as "example.com/shop", and package main.
func OwnPrefixes(prefixes ...string) OwnCode {
	o := OwnCode{}
	for _, p := range prefixes {
		if p = strings.Trim(strings.TrimSuffix(p, "..."), "/"); p != "" {
			o.prefixes = append(o.prefixes, p)
		}
	}
	return o
}

// FindOwn finds out which code is the program's own. module is the path of its
// main module, as its build information has it; "" if that is not known. A
// module without any frame is not believed: it may be of another program. Then
// the files of the frames decide: own is package main, and what is neither in
// the standard library, nor in the module cache, nor vendored. Where package main
// itself is in the module cache (go install of a published program), own is what
// is in the same module.
func FindOwn(frames []Frame, module string) OwnCode {
	if known := OwnPrefixes(module); len(known.prefixes) > 0 &&
		slices.ContainsFunc(frames, func(f Frame) bool { return f.Package() != "main" && known.Has(f) }) {
		return known
	}
	o := OwnCode{byFile: true}
	for _, f := range frames {
		if f.Package() == "main" {
			o.root = cmp.Or(o.root, versionedRoot(f.File))
		}
	}
	return o
}

// Rule is how it was decided: the import paths, or "" for the files.
func (o OwnCode) Rule() string { return strings.Join(o.prefixes, ", ") }

// Has reports whether a frame is the program's own code.
func (o OwnCode) Has(f Frame) bool {
	if f.Made || !f.isGo() || !o.byFile && len(o.prefixes) == 0 {
		return false
	}
	pkg := f.Package()
	switch {
	case pkg == "":
		return false
	case pkg == "main":
		return true
	case !o.byFile:
		return slices.ContainsFunc(o.prefixes, func(p string) bool { return pkg == p || strings.HasPrefix(pkg, p+"/") })
	case strings.Contains(f.File, "/vendor/"), isStandard(f, pkg):
		return false
	case o.root != "":
		return strings.HasPrefix(f.File, o.root+"/")
	case f.File == "":
		first, _, _ := strings.Cut(pkg, "/")
		return !strings.Contains(first, ".") // of a path with a host nothing says whose it is
	}
	return versionedRoot(f.File) == "" && !strings.Contains(f.File, "/pkg/mod/")
}

// versionedRoot is the folder of the module in which a file of the module cache
// is: up to the part of the path with the version, "…/mux@v1.8.0". It is "" for
// other files.
func versionedRoot(file string) string {
	at := strings.Index(file, "@v")
	if at < 0 {
		return ""
	}
	if end := strings.IndexByte(file[at:], '/'); end >= 0 {
		return file[:at+end]
	}
	return ""
}

// isStandard reports whether a frame is of Go's standard library: its package has
// a name of there, and its file, if known, is in a folder of that name below
// "src", or below nothing where paths were trimmed.
func isStandard(f Frame, pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	if !slices.Contains(standardFolders(), first) {
		return false
	}
	dir := path.Dir(strings.ReplaceAll(f.File, `\`, "/"))
	return f.File == "" || !strings.Contains(f.File, "/") || dir == pkg || strings.HasSuffix(dir, "/src/"+pkg) || strings.HasPrefix(f.File, "_cgo")
}

// standardFolders are the first parts of the import paths of the standard
// library.
func standardFolders() []string {
	return []string{
		"archive", "arena", "bufio", "builtin", "bytes", "cmp", "compress", "container", "context", "crypto", "database", "debug",
		"embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image", "index", "internal", "io", "iter",
		"log", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime", "simd", "slices", "sort",
		"strconv", "strings", "structs", "sync", "syscall", "testing", "text", "time", "unicode", "unique", "unsafe", "vendor", "weak",
	}
}

// libraryFrame stands for what no code of the program is in the stack of.
const libraryFrame = "[not in the program's own code]"

// OnlyOwn returns p with the frames of the program's own code alone: what the
// libraries below a function cost counts as that function's. Stacks without such
// a frame are one frame that says so, so shares stay those of the whole. own is
// how many stacks have own code.
func (p *Profile) OnlyOwn(code OwnCode) (only *Profile, own int) {
	out := *p
	out.stacks, out.ends = nil, nil
	out.frames = append(slices.Clip(p.frames), Frame{Function: libraryFrame, Made: true})
	library := FrameID(len(p.frames))
	kept := make([]bool, len(p.frames))
	for i, f := range p.frames {
		kept[i] = f.Made || code.Has(f)
	}
	for i := range p.ends {
		begin := len(out.stacks)
		found := false
		for _, id := range p.stack(i) {
			if kept[id] {
				out.stacks = append(out.stacks, id)
				found = found || !p.frames[id].Made
			}
		}
		if found {
			own++
		} else {
			out.stacks = append(out.stacks[:begin], library)
		}
		out.ends = append(out.ends, uint32(len(out.stacks)))
	}
	return &out, own
}

// Binary is the path of the program that was profiled, as the profile has it; ""
// if it does not tell.
func (p *Profile) Binary() string { return p.binary }
