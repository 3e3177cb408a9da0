// Package typedcodes finds the constants of a type in the source of a package,
// so that a test can fail for a code that has no sentence. It is for tests alone.
package typedcodes

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Of returns the values of the string constants that the Go files in folder
// declare with the type, in the order of the source. Test files and constants
// that are not a literal are left out; a folder without any fails the test.
func Of(t *testing.T, folder, typeName string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, entry.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, inFile(t, file, typeName)...)
	}
	if len(codes) == 0 {
		t.Fatalf("%s has no constants of type %s", folder, typeName)
	}
	return codes
}

func inFile(t *testing.T, file *ast.File, typeName string) (codes []string) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || types.ExprString(spec.Type) != typeName {
			return true
		}
		for _, value := range spec.Values {
			literal, ok := value.(*ast.BasicLit)
			if !ok {
				continue
			}
			code, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	return codes
}
