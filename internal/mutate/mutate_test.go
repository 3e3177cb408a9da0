package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMutateChangesOneOperator(t *testing.T) {
	const source = "package p\n\nfunc f(a, b int) bool {\n\tb -= -a\n\treturn a <= b\n}\n"
	for _, row := range []struct {
		kind         string
		line, column int
		text         string
	}{
		{"CONDITIONALS_BOUNDARY", 5, 11, "return a [<=|<] b"},
		{"CONDITIONALS_NEGATION", 5, 11, "return a [<=|>] b"},
		{"INVERT_NEGATIVES", 4, 7, "b -= [-|+]a"},
		{"ARITHMETIC_BASE", 4, 7, "b -= [-|+]a"},
	} {
		m, err := mutate([]byte(source), row.kind, row.line, row.column)
		if err != nil || m.text != row.text {
			t.Errorf("%s at %d:%d: %q, %v; want %q", row.kind, row.line, row.column, m.text, err, row.text)
		}
		old, new, _ := strings.Cut(strings.Trim(row.text[strings.Index(row.text, "["):strings.Index(row.text, "]")], "[]"), "|")
		lines := strings.Split(source, "\n")
		before := lines[row.line-1]
		lines[row.line-1] = before[:row.column-1] + new + before[row.column-1+len(old):]
		if got := string(m.source); got != strings.Join(lines, "\n") {
			t.Errorf("%s: the file became\n%s", row.text, got)
		}
	}
	for _, row := range []struct {
		kind         string
		line, column int
	}{{"CONDITIONALS_BOUNDARY", 5, 10}, {"CONDITIONALS_BOUNDARY", 5, 99}, {"NEW_IN_GREMLINS", 5, 11}} {
		if m, err := mutate([]byte(source), row.kind, row.line, row.column); err == nil {
			t.Errorf("%s at %d:%d was made: %s", row.kind, row.line, row.column, m.text)
		}
	}
}

func TestCodeKnowsWhatAProfileDoesNotCount(t *testing.T) {
	c, err := parse([]byte("package p\n\nconst n = 1 + 2\n\nfunc f(a int) {\n\tswitch {\n\tcase a < 3:\n\t\ta++\n\t}\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		line, column int
		function     string
		uncounted    bool
	}{{3, 13, "", true}, {7, 9, "f", true}, {8, 4, "f", false}} {
		if f, u := c.function(row.line, row.column), c.uncounted(row.line, row.column); f != row.function || u != row.uncounted {
			t.Errorf("%d:%d: function %q, uncounted %v", row.line, row.column, f, u)
		}
	}
}

func TestListOfSurvivors(t *testing.T) {
	list, err := parseSurvivors("list", "# a comment\na/b.go f: x [<|<=] y\n\tno x is y,\n\tever\n\nc.go g: z\n\tthe same\n")
	if err != nil || len(list) != 2 || list[0] != (survivor{"a/b.go f: x [<|<=] y", "no x is y, ever"}) {
		t.Errorf("%+v, %v", list, err)
	}
	for text, want := range map[string]string{
		"\ta reason\n":           "list:1: a reason without a survivor; write the survivor above it, not indented",
		"one\ntwo\n\ta reason\n": "list:1: a survivor needs a reason; write it below, indented",
		"one\n\ta reason\ntwo":   "list:3: a survivor needs a reason; write it below, indented",
	} {
		if _, err := parseSurvivors("list", text); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
	if _, err := readSurvivors("survivors.txt"); err != nil {
		t.Error(err)
	}
}

// TestJudge plants each fault and sees it reported, and is silent without.
func TestJudge(t *testing.T) {
	r := room{dir: "a", bar: 75}
	mutants := func(outcomes string) (all []mutant) {
		names := map[byte]outcome{'k': killed, 'l': lived, 't': timedOut, 'n': notViable, 'c': notCovered}
		for i := range len(outcomes) {
			all = append(all, mutant{file: "a/f.go", function: "f", text: string(rune('A' + i)), outcome: names[outcomes[i]]})
		}
		return all
	}
	for _, row := range []struct {
		name, outcomes, listed string
		held                   bool
		want                   string
	}{
		{"at the bar", "kkkl", "", true, "75.0 % of 4 mutants killed"},
		{"below it", "kkll", "", false, "lived: a/f.go f: C"},
		{"listed ones do not count", "kklll", "CDE", true, "100.0 % of 2 mutants killed, the bar is 75 %: held (in addition 3 listed"},
		{"listed, but killed", "kkkk", "A", false, "listed in internal/mutate/survivors.txt, but killed: a/f.go f: A"},
		{"listed, but not there", "kkkk", "Z", false, "but is not in the code: a/f.go f: Z"},
		{"those that do not end count neither way", "kkkkkkt", "", true, "of 6 mutants killed"},
		{"too many of them", "kkktttt", "", false, "more than 15 % timed out"},
		{"nor do those that tests do not reach", "kkkcn", "", true, "0 timed out, 1 not covered, 1 not viable"},
		{"nothing at all", "", "", false, "0 mutants killed"},
	} {
		var list []survivor
		for _, name := range row.listed {
			list = append(list, survivor{"a/f.go f: " + string(name), "why"})
		}
		list = append(list, survivor{"b/g.go g: of another room", "why"})
		res := judge(r, mutants(row.outcomes), list)
		var text strings.Builder
		res.write(&text)
		if res.held() != row.held || !strings.Contains(text.String(), row.want) {
			t.Errorf("%s: held %v:\n%s", row.name, res.held(), text.String())
		}
	}
}

// TestTry runs a small module whose tests kill one mutant, miss one and never
// end with one.
func TestTry(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{
		"go.mod": "module planted\n\ngo 1.26\n",
		"p/p.go": "package p\n\nfunc less(a, b int) bool { return a < b }\n\nfunc down(n int) {\n\tfor n > 0 {\n\t\tn--\n\t}\n}\n",
		"p/p_test.go": `package p
import "testing"
func TestQuick(t *testing.T) { if !less(1, 2) { t.Fail() } }
func TestSlow(t *testing.T)  { down(3) }
`,
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source := []byte(files["p/p.go"])
	var mutants []mutant
	want := []outcome{killed, lived, timedOut, notViable, notCovered}
	for _, at := range []struct {
		kind         string
		line, column int
	}{{"CONDITIONALS_NEGATION", 3, 37}, {"CONDITIONALS_BOUNDARY", 3, 37}, {"INCREMENT_DECREMENT", 7, 4}, {"CONDITIONALS_BOUNDARY", 3, 37}, {"CONDITIONALS_BOUNDARY", 3, 37}} {
		m, err := mutate(source, at.kind, at.line, at.column)
		if err != nil {
			t.Fatal(err)
		}
		m.file = "p/p.go"
		mutants = append(mutants, m)
	}
	mutants[3].source = []byte("package p\n\nfunc less(")
	mutants[4].outcome = notCovered
	b := bench{room{dir: "p", quick: "Quick"}, t.TempDir()}
	if !b.build(t.Context(), "") {
		t.Fatal("the planted module cannot be built")
	}
	for i := range mutants[:4] {
		got, err := b.outcome(t.Context(), &mutants[i], []time.Duration{time.Second, time.Second})
		if err != nil || got != want[i] {
			t.Errorf("%s: %s, %v; want %s", mutants[i], got, err, want[i])
		}
	}
	if err := try(t.Context(), room{dir: "q"}, nil); err == nil || err.Error() != "q: its tests cannot be built" {
		t.Errorf("a room that is not there: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.outcome(cancelled, &mutants[0], []time.Duration{time.Second, time.Second}); err == nil {
		t.Error("a run that was interrupted reports an outcome")
	}
}
