package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// codesOf are the constants of a type in the source of a package: whoever adds
// one there fails a test here until it has a sentence.
func codesOf(t *testing.T, folder, typeName string) []string {
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
		file, err := parser.ParseFile(token.NewFileSet(), folder+"/"+entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if spec.Type == nil || types.ExprString(spec.Type) != typeName {
				return true
			}
			for _, value := range spec.Values {
				if literal, ok := value.(*ast.BasicLit); ok {
					code, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					codes = append(codes, code)
				}
			}
			return true
		})
	}
	if len(codes) == 0 {
		t.Fatalf("%s has no constants of type %s", folder, typeName)
	}
	return codes
}

// checkCodes finds each code in the rows of a table, and none that is not one.
func checkCodes(t *testing.T, folder, typeName string, rows []string) {
	t.Helper()
	codes := codesOf(t, folder, typeName)
	for _, code := range codes {
		if !slices.Contains(rows, code) {
			t.Errorf("%s: the code %q has no sentence in the table", typeName, code)
		}
	}
	for _, code := range rows {
		if !slices.Contains(codes, code) {
			t.Errorf("%s: there is no code %q", typeName, code)
		}
	}
}

// checkSentence compares one, which must be one line.
func checkSentence(t *testing.T, code, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got  %q\nwant %q", code, got, want)
	}
	if strings.ContainsAny(got, "\n") || got == "" {
		t.Errorf("%s: %q is not one line", code, got)
	}
}
