// Package owncode says which code of a profile is the program's own, and which is
// the standard library's or another module's.
//
// [Find] decides it for a program of which nobody said it, [Under] is what somebody
// said. Either is a [Code], which answers for each frame.
package owncode

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// Code says which frames are code of the program itself, and not of the
// standard library or of a module that it uses. The zero value has none. Safe
// for concurrent use.
type Code struct {
	prefixes []string // of import paths; empty: the files decide
	root     string   // folder of the main module, where it is in the module cache
	byFile   bool
}

// Under is the code whose packages have one of these import paths or are
// below one, such as "example.com/shop", and package main.
func Under(prefixes ...string) Code {
	o := Code{}
	for _, p := range prefixes {
		if p = strings.Trim(strings.TrimSuffix(p, "..."), "/"); p != "" {
			o.prefixes = append(o.prefixes, p)
		}
	}
	return o
}

// Find finds out which code is the program's own. module is the path of its
// main module, as its build information has it; "" if that is not known. A
// module without any frame is not believed: it may be of another program. Then
// the files of the frames decide: own is package main, and what is neither in
// the standard library, nor in the module cache, nor vendored. Where package main
// itself is in the module cache (go install of a published program), own is what
// is in the same module.
func Find(frames []stackprofile.Frame, module string) Code {
	if known := Under(module); len(known.prefixes) > 0 &&
		slices.ContainsFunc(frames, func(f stackprofile.Frame) bool { return f.Package() != "main" && known.Has(f) }) {
		return known
	}
	o := Code{byFile: true}
	for _, f := range frames {
		if f.Package() == "main" {
			o.root = cmp.Or(o.root, versionedRoot(f.File))
		}
	}
	return o
}

// Rule is how it was decided: the import paths, or "" for the files.
func (o Code) Rule() string { return strings.Join(o.prefixes, ", ") }

// Has reports whether a frame is the program's own code.
func (o Code) Has(f stackprofile.Frame) bool {
	if f.Made || !isGo(f) || !o.byFile && len(o.prefixes) == 0 {
		return false
	}
	pkg := f.Package()
	switch {
	case pkg == "", !strings.Contains(f.Function, "."):
		return false // such as memeqbody: only the runtime's assembly has no package in its names
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
// "src", or below nothing where paths were trimmed. Functions that the runtime has
// for other packages, such as time.Sleep, are in the runtime's folders.
func isStandard(f stackprofile.Frame, pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	if !slices.Contains(standardFolders(), first) {
		return false
	}
	dir := path.Dir(strings.ReplaceAll(f.File, `\`, "/"))
	if f.File == "" || !strings.Contains(f.File, "/") || dir == pkg || strings.HasSuffix(dir, "/src/"+pkg) {
		return true
	}
	if at := strings.LastIndex(dir, "/src/"); at >= 0 {
		dir = dir[at+len("/src/"):]
	}
	return dir == "runtime" || strings.HasPrefix(dir, "runtime/") || strings.HasPrefix(dir, "internal/runtime/")
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

// isGo guesses by the file; without one, by the form of the name.
func isGo(f stackprofile.Frame) bool {
	if f.File != "" {
		return strings.HasSuffix(f.File, ".go") || strings.HasSuffix(f.File, ".s")
	}
	return !strings.Contains(f.Function, "::") && !strings.Contains(f.Function, " ")
}
