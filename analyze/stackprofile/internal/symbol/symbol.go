// Package symbol makes names that people know of the names that linkers have:
// "_ZN4core3fmt5write17h0123456789abcdefE" is core::fmt::write. The names are
// those of go tool pprof, which leaves out parameters and template arguments.
package symbol

import (
	"strings"

	"github.com/ianlancetaylor/demangle"
)

// Name is the name of a function whose profile calls it shown, and system for
// the linker; either may be empty. A name that the profile's writer has
// demangled, and which therefore differs from the linker's, stays as it is.
func Name(shown, system string) string {
	switch {
	case system == "":
		return Demangled(shown)
	case shown != "" && shown != system:
		return shown
	}
	if name, ok := demangled(system); ok {
		return name
	}
	if isCPlusPlus(system) {
		return without(without(system, '(', ')'), '<', '>')
	}
	return system
}

// mangled says by the beginning of a name whether it may be mangled.
func mangled(name string) bool {
	return strings.HasPrefix(name, "_Z") || strings.HasPrefix(name, "__Z") || strings.HasPrefix(name, "_R") || strings.HasPrefix(name, "__R")
}

// Demangled is the name that was mangled, or name as it is.
func Demangled(name string) string {
	if !mangled(name) {
		return name
	}
	if text, ok := demangled(name); ok {
		return text
	}
	return name
}

func demangled(name string) (string, bool) {
	for _, candidate := range []string{name, strings.TrimPrefix(name, "_")} { // macOS puts one more in front
		text := demangle.Filter(candidate, demangle.NoParams, demangle.NoEnclosingParams, demangle.NoTemplateParams)
		if text != candidate {
			return text, true
		}
	}
	return "", false
}

// isCPlusPlus guesses whether a name is a demangled one with its parameters.
// Names of Java such as "List.<init>", and of Go such as "pkg.(*Map[...]).Get",
// hold the same brackets.
func isCPlusPlus(name string) bool {
	if strings.Contains(name, ".<") || strings.Contains(name, "]).") {
		return false
	}
	return strings.Contains(name, "::") || strings.ContainsAny(name, "<>[]")
}

// without removes what is in brackets, nested ones included, up to the first that
// has no partner.
func without(name string, open, shut byte) string {
	var out strings.Builder
	depth, kept := 0, 0
	for i := range len(name) {
		switch name[i] {
		case open:
			if depth++; depth == 1 {
				out.WriteString(name[kept:i])
				kept = i
			}
		case shut:
			if depth--; depth < 0 {
				return out.String() + name[kept:]
			}
			if depth == 0 {
				kept = i + 1
			}
		}
	}
	return out.String() + name[kept:]
}
