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

// CheckCobra complains about Go files below the root of fsys, tests aside, that
// give cobra a template to execute: as with html/template, the linker then keeps
// every exported method of the program.
func CheckCobra(fsys fs.FS) (complaints []string, err error) {
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
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if selector, ok := node.(*ast.SelectorExpr); ok && isCobraTemplate(selector.Sel.Name) {
				complaints = append(complaints, fmt.Sprintf("%s: calls %s, and no template may be executed", name, selector.Sel.Name))
			}
			return true
		})
		return nil
	})
	return complaints, err
}

func isCobraTemplate(method string) bool {
	return slices.Contains([]string{"SetVersionTemplate", "SetUsageTemplate", "SetHelpTemplate"}, method)
}
