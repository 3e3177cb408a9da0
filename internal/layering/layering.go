// Package layering keeps the house to its plan, docs/ARCHITECTURE.md: the imports
// between rooms, the arrows between the files of a package, and the sizes.
//
//  1. [ParseTable] reads the table: rooms, what each may import of ours, which
//     outside modules it may use (table.go). [ParseAllowances] and [ParseLarge]
//     read what is allowed for a time, or for a reason (exceptions.go).
//  2. [ReadImports] reads the imports of every Go file of the tree, files for
//     other systems included (imports.go); [ReadPackages] parses the packages
//     (sources.go).
//  3. [Check], [CheckBanned] and [CheckPure] judge imports. [CheckCycles] judges the arrows
//     between files that a [Checker] finds: no two files of a package need each
//     other, directly or over others (arrows.go, cycles.go). [CheckSizes] judges
//     the sizes.
//
// The test of this package runs all of them over the repository. So a new edge
// begins in the document, where it has to be justified, and not in the code.
package layering

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Import is one import line of one file.
type Import struct {
	File string // path below the root of the repository, with slashes
	Path string // the import path
}

// inTest reports whether the import is that of a test file.
func (i Import) inTest() bool { return strings.HasSuffix(i.File, "_test.go") }

// Check returns a sentence for each import that the table does not allow, each
// folder with Go files that no room covers, and each room without any, sorted
// and without repetition. Nil means that table and tree agree. module is the
// path of our own module.
func Check(table Table, module string, imports []Import) []string {
	var broken []string
	inhabited := map[string]bool{}
	for _, imp := range imports {
		folder := path.Dir(imp.File)
		room, ok := table.roomOf(folder)
		if !ok {
			broken = append(broken, fmt.Sprintf("%s: the table names no such room", folder))
			continue
		}
		inhabited[room.Name] = true
		if complaint := table.checkImport(room, module, imp); complaint != "" {
			broken = append(broken, complaint)
		}
	}
	for _, room := range table.Rooms {
		if !inhabited[room.Name] {
			broken = append(broken, fmt.Sprintf("%s: the table names it, but it holds no Go files", room.Name))
		}
	}
	slices.Sort(broken)
	return slices.Compact(broken)
}

// checkImport is empty if the room may have the import. An import path whose
// first element has no dot belongs to the standard library, open to all.
func (t Table) checkImport(from Room, module string, imp Import) string {
	if folder, ok := strings.CutPrefix(imp.Path, module+"/"); ok {
		to, known := t.roomOf(folder)
		switch {
		case !known:
			return fmt.Sprintf("%s: imports %s, a room that the table does not name", imp.File, folder)
		case to.Name == from.Name || slices.Contains(from.Imports, to.Name):
			return ""
		case imp.inTest() && slices.Contains(t.Tests.Imports, to.Name):
			return ""
		}
		return fmt.Sprintf("%s: %s may not import %s", imp.File, from.Name, to.Name)
	}
	first, _, _ := strings.Cut(imp.Path, "/")
	if !strings.Contains(first, ".") || covers(from.Modules, imp.Path) {
		return ""
	}
	if imp.inTest() && covers(t.Tests.Modules, imp.Path) {
		return ""
	}
	return fmt.Sprintf("%s: %s may not use %s", imp.File, from.Name, imp.Path)
}

// CheckBanned returns a sentence for each import of a banned package in a file
// that allowed does not name, and for each file named there that has none.
func CheckBanned(imports []Import, banned, allowed []string) []string {
	var broken []string
	unused := slices.Clone(allowed)
	for _, imp := range imports {
		switch {
		case !slices.Contains(banned, imp.Path):
		case slices.Contains(allowed, imp.File):
			unused = slices.DeleteFunc(unused, func(file string) bool { return file == imp.File })
		default:
			broken = append(broken, fmt.Sprintf("%s: imports %s, which no file may", imp.File, imp.Path))
		}
	}
	for _, file := range unused {
		broken = append(broken, fmt.Sprintf("%s: may import what is banned and does not: remove its exception", file))
	}
	return broken
}

// CheckPure returns a sentence for each import of an impure package in the rooms
// below a folder. Tests and programs (a folder whose name ends in "bench" within
// an internal one) may have them.
func CheckPure(imports []Import, folder string, impure []string) []string {
	var broken []string
	for _, imp := range imports {
		at := path.Dir(imp.File)
		program := path.Base(path.Dir(at)) == "internal" && strings.HasSuffix(at, "bench")
		if strings.HasPrefix(imp.File, folder+"/") && !imp.inTest() && !program && slices.Contains(impure, imp.Path) {
			broken = append(broken, fmt.Sprintf("%s: imports %s; rooms of %s use no network, no environment and no files", imp.File, imp.Path, folder))
		}
	}
	return broken
}

// covers reports whether one of the modules holds the package.
func covers(modules []string, pkg string) bool {
	return slices.ContainsFunc(modules, func(module string) bool {
		return pkg == module || strings.HasPrefix(pkg, module+"/")
	})
}
