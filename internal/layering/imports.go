package layering

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// ReadImports reads the imports of all Go files below the root of fsys, for
// every operating system and build tag. A file that imports nothing still
// yields one Import, of "unsafe", a package of the standard library: it makes
// its folder known. Folders that the go command ignores are left out.
func ReadImports(fsys fs.FS) ([]Import, error) {
	var imports []Import
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if isIgnored(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		found, err := importsOf(fsys, name)
		imports = append(imports, found...)
		return err
	})
	return imports, err
}

func isIgnored(folder string) bool {
	return folder == "testdata" || folder == "vendor" ||
		folder != "." && (strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_"))
}

func importsOf(fsys fs.FS, name string) ([]Import, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	imports := []Import{{File: name, Path: "unsafe"}}
	for _, spec := range file.Imports {
		pkg, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		imports = append(imports, Import{File: name, Path: pkg})
	}
	return imports, nil
}
