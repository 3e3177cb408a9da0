package stackprofile

import (
	"path"
	"regexp"
	"strings"
)

// FrameID names a frame of a profile: an index into [Profile.Frames].
type FrameID uint32

// Frame is one line of code in a stack.
type Frame struct {
	// Function is its full name as the linker has it; for code without symbols
	// the address, or the file it is in, in brackets.
	Function string
	File     string // "" if unknown
	Line     int    // 0 if unknown
	// Mapped is the binary or library that the code is in; "" if unknown.
	Mapped string
	// Inlined says that the compiler put the function into its caller, which is
	// the frame before it.
	Inlined bool
	// Made marks a frame that no program has: it says something about the
	// stack, such as that it was cut.
	Made bool
}

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

// nameless stands for code without symbols, as go tool pprof writes it.
func nameless(mapped string) string {
	if mapped == "" {
		return "<unknown>"
	}
	return "[" + path.Base(strings.ReplaceAll(mapped, `\`, "/")) + "]"
}
