package layering

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Templates complains about Go files below the root of fsys, tests aside, that
// import html/template or text/template, or give cobra a template to execute.
//
// A template calls methods by their names. Where one is executed the linker has
// to keep every exported method of the program, which makes lotteryctl half as
// large again. So our pages are written by hand, and so is --version.
func Templates(fsys fs.FS) (complaints []string, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && isIgnored(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		found, err := templatesIn(name, text)
		complaints = append(complaints, found...)
		return err
	})
	return complaints, err
}

func templatesIn(name string, text []byte) (complaints []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, spec := range file.Imports {
		if slices.Contains([]string{`"html/template"`, `"text/template"`}, spec.Path.Value) {
			complaints = append(complaints, fmt.Sprintf("%s: imports %s", name, spec.Path.Value))
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if ok && slices.Contains([]string{"SetVersionTemplate", "SetUsageTemplate", "SetHelpTemplate"}, selector.Sel.Name) {
			complaints = append(complaints, fmt.Sprintf("%s: calls %s", name, selector.Sel.Name))
		}
		return true
	})
	return complaints, nil
}
