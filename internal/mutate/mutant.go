package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one operator that was replaced.
type mutant struct {
	file     string // from the root of the repository, with slashes
	line     int
	function string // "" outside of functions
	text     string // the line, with [old|new] where the operator was
	source   []byte // the whole file, changed
	outcome  outcome
}

// String is how the report and the list of survivors name a mutant. There is no
// number of a line in it, so that an edit elsewhere does not change it.
func (m mutant) String() string {
	return fmt.Sprintf("%s %s: %s", m.file, m.function, m.text)
}

// outcome is what became of a mutant.
type outcome string

// The outcomes.
const (
	killed     outcome = "killed"
	lived      outcome = "lived"
	timedOut   outcome = "timed out" // its tests did not end; it counts neither way
	notViable  outcome = "not viable"
	notCovered outcome = "not covered"
)

// listing is what gremlins writes about a package.
type listing struct {
	Files []struct {
		Name    string `json:"file_name"`
		Mutants []struct {
			Type, Status string
			Line, Column int
		} `json:"mutations"`
	}
}

// list asks gremlins for the mutants of a room and makes them. Mutants that
// come to the same change are one.
func list(ctx context.Context, gremlins string, r room) ([]mutant, error) {
	out, err := os.CreateTemp("", "mutants-*.json")
	if err != nil {
		return nil, err
	}
	out.Close()
	defer os.Remove(out.Name())
	// -count=1: the time of tests that were not run says nothing.
	cmd := exec.CommandContext(ctx, "go", "run", gremlins, "unleash", "--dry-run", "--silent", "--output", out.Name(), "--exclude-files", "/", "./"+r.dir)
	cmd.Env = append(os.Environ(), "GOFLAGS=-vet=off -trimpath -count=1")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: gremlins: %w\n%s", r.dir, err, text)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		return nil, err
	}
	var l listing
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, fmt.Errorf("%s: what gremlins wrote is not understood: %w", r.dir, err)
	}
	return l.mutants(r)
}

func (l listing) mutants(r room) (all []mutant, err error) {
	for _, f := range l.Files {
		if len(r.files) > 0 && !slices.Contains(r.files, f.Name) {
			continue
		}
		path := filepath.ToSlash(filepath.Join(r.dir, f.Name))
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		code, err := parse(source)
		if err != nil {
			return nil, err
		}
		for _, g := range f.Mutants {
			m, err := mutate(source, g.Type, g.Line, g.Column)
			if err != nil {
				return nil, fmt.Errorf("%s:%d:%d: %w", path, g.Line, g.Column, err)
			}
			m.file, m.function = path, code.function(g.Line, g.Column)
			if g.Status == "NOT COVERED" && !code.uncounted(g.Line, g.Column) {
				m.outcome = notCovered
			}
			if !slices.ContainsFunc(all, func(o mutant) bool { return o.file == m.file && bytes.Equal(o.source, m.source) }) {
				all = append(all, m)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mutant) int {
		if a.file != b.file {
			return strings.Compare(a.file, b.file)
		}
		return a.line - b.line
	})
	return all, nil
}

// swaps says what each type of mutant, by the name gremlins gives it, makes of
// an operator.
func swaps(kind string) []string {
	switch kind {
	case "ARITHMETIC_BASE":
		return []string{"+", "-", "-", "+", "*", "/", "/", "*", "%", "*"}
	case "INVERT_NEGATIVES":
		return []string{"-", "+"}
	case "CONDITIONALS_BOUNDARY":
		return []string{"<=", "<", ">=", ">", "<", "<=", ">", ">="}
	case "CONDITIONALS_NEGATION":
		return []string{"==", "!=", "!=", "==", "<=", ">", ">=", "<", "<", ">=", ">", "<="}
	case "INCREMENT_DECREMENT":
		return []string{"++", "--", "--", "++"}
	}
	return nil
}

// mutate changes the operator at a position, both counted from 1.
func mutate(source []byte, kind string, line, column int) (mutant, error) {
	begin := 0
	for range line - 1 {
		begin += bytes.IndexByte(source[begin:], '\n') + 1
	}
	text, _, _ := bytes.Cut(source[begin:], []byte("\n"))
	if column > len(text) {
		return mutant{}, fmt.Errorf("the line has no column %d", column)
	}
	before, after := text[:column-1], text[column-1:]
	pairs := swaps(kind)
	for i := 0; i < len(pairs); i += 2 {
		old, new := pairs[i], pairs[i+1]
		rest, ok := bytes.CutPrefix(after, []byte(old))
		if !ok {
			continue
		}
		at := begin + column - 1
		return mutant{
			line:   line,
			text:   strings.TrimSpace(fmt.Sprintf("%s[%s|%s]%s", before, old, new, rest)),
			source: slices.Concat(source[:at], []byte(new), source[at+len(old):]),
		}, nil
	}
	return mutant{}, fmt.Errorf("there is no operator for %s", kind)
}

// code is a parsed file.
type code struct {
	set  *token.FileSet
	file *ast.File
}

func parse(source []byte) (code, error) {
	c := code{set: token.NewFileSet()}
	var err error
	c.file, err = parser.ParseFile(c.set, "", source, parser.SkipObjectResolution)
	return c, err
}

// holds reports whether a position is in a node.
func (c code) holds(n ast.Node, line, column int) bool {
	begin, end := c.set.Position(n.Pos()), c.set.Position(n.End())
	return (begin.Line < line || begin.Line == line && begin.Column <= column) &&
		(line < end.Line || line == end.Line && column < end.Column)
}

// function names the function that a position is in, "" outside of functions.
func (c code) function(line, column int) string {
	for _, d := range c.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && c.holds(f, line, column) {
			return f.Name.Name
		}
	}
	return ""
}

// uncounted reports whether a position is where a coverage profile counts
// nothing although the program passes: in the condition of a case, or outside of
// functions. Mutants there are tried too.
func (c code) uncounted(line, column int) bool {
	if c.function(line, column) == "" {
		return true
	}
	found := false
	ast.Inspect(c.file, func(n ast.Node) bool {
		if clause, ok := n.(*ast.CaseClause); ok {
			for _, e := range clause.List {
				found = found || c.holds(e, line, column)
			}
		}
		return !found
	})
	return found
}
