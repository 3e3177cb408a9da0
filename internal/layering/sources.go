package layering

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Package is one folder of Go files as Linux builds it, without its tests.
type Package struct {
	Folder string // below the root of the repository, with slashes
	// Lines counts each file, also those for other systems.
	Lines map[string]int
	files []*ast.File
	fset  *token.FileSet
}

// ReadPackages parses the packages below the root of fsys, ordered by folder.
// Files for other systems and files with build tags of their own are left out:
// two variants of one function would be declared twice.
func ReadPackages(fsys fs.FS) ([]Package, error) {
	var packages []Package
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			return nil
		}
		if isIgnored(entry.Name()) {
			return fs.SkipDir
		}
		pkg, err := readPackage(fsys, name)
		if len(pkg.files) > 0 {
			packages = append(packages, pkg)
		}
		return err
	})
	return packages, err
}

func readPackage(fsys fs.FS, folder string) (Package, error) {
	pkg := Package{Folder: folder, Lines: map[string]int{}, fset: token.NewFileSet()}
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return pkg, err
	}
	linux := build.Default
	linux.GOOS = "linux"
	linux.OpenFile = func(name string) (io.ReadCloser, error) { return fsys.Open(name) }
	linux.JoinPath = path.Join
	for _, entry := range entries {
		base := entry.Name()
		if entry.IsDir() || path.Ext(base) != ".go" || strings.HasSuffix(base, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(fsys, path.Join(folder, base))
		if err != nil {
			return pkg, err
		}
		pkg.Lines[base] = bytes.Count(text, []byte("\n"))
		applies, err := linux.MatchFile(folder, base)
		if err != nil {
			return pkg, fmt.Errorf("%s: %w", path.Join(folder, base), err)
		}
		if !applies {
			continue
		}
		file, err := parser.ParseFile(pkg.fset, base, text, parser.SkipObjectResolution)
		if err != nil {
			return pkg, fmt.Errorf("%s: %w", folder, err)
		}
		pkg.files = append(pkg.files, file)
	}
	return pkg, nil
}

// FoldersDeclaring returns the folders of the packages that declare a type of
// the given name.
func FoldersDeclaring(packages []Package, typeName string) []string {
	var folders []string
	for _, pkg := range packages {
		for _, file := range pkg.files {
			for _, declaration := range file.Decls {
				general, ok := declaration.(*ast.GenDecl)
				if !ok || general.Tok != token.TYPE {
					continue
				}
				for _, spec := range general.Specs {
					if spec.(*ast.TypeSpec).Name.Name == typeName {
						folders = append(folders, pkg.Folder)
					}
				}
			}
		}
	}
	return folders
}

// total is the number of lines of the package.
func (p Package) total() int {
	sum := 0
	for _, lines := range p.Lines {
		sum += lines
	}
	return sum
}

// longestFile is the file with the most lines.
func (p Package) longestFile() (name string, lines int) {
	for file, n := range p.Lines {
		if n > lines || n == lines && file < name {
			name, lines = file, n
		}
	}
	return name, lines
}

// MaxPackageLines and MaxFileLines are what a package and a file may have
// without a reason written in docs/ARCHITECTURE.md.
const (
	MaxPackageLines = 4000
	MaxFileLines    = 400
)

// CheckSizes returns a sentence for each package above [MaxPackageLines] that
// large, the reasons by folder, does not name, for each file above
// [MaxFileLines], and for each reason that is no longer needed.
func CheckSizes(packages []Package, large map[string]string) []string {
	var broken []string
	unused := map[string]bool{}
	for folder := range large {
		unused[folder] = true
	}
	for _, pkg := range packages {
		if name, lines := pkg.longestFile(); lines > MaxFileLines {
			broken = append(broken, fmt.Sprintf("%s: %d lines, a file has at most %d", path.Join(pkg.Folder, name), lines, MaxFileLines))
		}
		if pkg.total() <= MaxPackageLines {
			continue
		}
		if large[pkg.Folder] == "" {
			broken = append(broken, fmt.Sprintf("%s: %d lines, a package has at most %d without a reason", pkg.Folder, pkg.total(), MaxPackageLines))
		}
		delete(unused, pkg.Folder)
	}
	for folder := range unused {
		broken = append(broken, fmt.Sprintf("%s: has a reason to be large and is not: remove its row", folder))
	}
	slices.Sort(broken)
	return broken
}
