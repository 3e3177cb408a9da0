package doccheck_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/internal/doccheck"
)

const module = "example.org/us"

// healthy is a tree without a fault.
func healthy() map[string]string {
	return map[string]string{
		"core/core.go": `// Package core thinks; see [New], [Box.Open], [Box.Size] and [Lid], [fmt.Stringer],
// [other.Thing], [*Box] and [Box]; a list [low, high], text[Box], a [T] in [Box[T]].
// files.go has the rest, docs/guide.md the manual, internal/other the [pflag.Value].
package core

import (
	"fmt"

	"example.org/them/pflag"
	"example.org/us/internal/other"
)

// T is a letter. Box.Open opens it. Since Go 1.19 there are boxes; we need Go 1.26.
type T int

// Box holds [Box.Lid] and what that has, [Box.Shut].
type Box struct {
	Size int
	Lid
	_ pflag.Value
	_ other.Thing
}

// Mixed has members of outside types, [Mixed.String], which are not looked up.
type Mixed struct{ fmt.Stringer }

// Lid is over a [Box]. See fmt/print.go, which is Go's own.
type Lid interface{ Shut() }

// Open opens. In code blocks anything goes:
//
//	[Nothing] nowhere.go
func (b *Box) Open() {}

// New makes one.
func New() *Box { panic("it is good") }
`,
		"core/files.go":           "package core\n",
		"internal/other/other.go": "// Package other is [example.org/us/core]'s, see [core] and [net/http].\npackage other\n\n// Thing is one; core/files.go says more.\ntype Thing struct{}\n",
		"core/testdata/bad.go":    "package bad // [Nothing] nowhere.go\n",
		"README.md":               "# Us\n\nSee [the guide](docs/guide.md), [its end](docs/guide.md#the-end-of-it), [here](#us), [them](https://example.org/x#y).\n`core/core.go` and core.go; `us run internal/nothing`; cmd/... is a pattern, `core/*.go` too.\n\n    internal/nothing in an indented block\n",
		"docs/guide.md":           "# Guide\n\n## The *end*, of it\n\n[up](../README.md)\n\n```\n[nowhere](nowhere.md) Go 1.26\n```\n",
		"cmd/app/main.go":         "package main\n",
	}
}

func treeOf(t *testing.T, files map[string]string) *doccheck.Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := doccheck.ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// complaints runs all checks.
func complaints(t *testing.T, files map[string]string) []string {
	t.Helper()
	tree := treeOf(t, files)
	versions, err := doccheck.GoVersions(tree, "module example.org/us\n\ngo 1.26.0\n")
	if err != nil {
		t.Fatal(err)
	}
	words := doccheck.Words(tree, []doccheck.Replacement{{Instead: "may be nothing", Write: "not distinguishable from zero"}}, "docs/STYLE.md")
	return slices.Concat(doccheck.DocLinks(tree, module), doccheck.FileNames(tree),
		doccheck.MarkdownLinks(tree), doccheck.DocumentNames(tree, "CHANGELOG.md"), versions, words)
}

func TestHealthyTreeIsSilent(t *testing.T) {
	if got := complaints(t, healthy()); got != nil {
		t.Errorf("got %q, want silence", got)
	}
}

func TestPlantedFaults(t *testing.T) {
	for _, row := range []struct {
		name       string
		file, text string // replaces the file's text, or adds a file
		want       []string
	}{
		{"a name that is not declared", "core/files.go", "// [Nothing] is here.\npackage core\n", []string{"core/files.go:1: [Nothing] names nothing"}},
		{"a member that is not", "core/files.go", "package core\n\n// See [Box.Close],\n// and [Lid.Shut].\n", []string{"core/files.go:3: [Box.Close] names nothing"}},
		{"a member without brackets", "core/files.go", "// It is like Box.Close was; Somebody.Else is not ours.\npackage core\n", []string{"core/files.go:1: Box.Close: the type has no such member"}},
		{"a link with a letter behind it", "core/files.go", "// Many [Box]s, [Rug]s and Box[T]s.\npackage core\n", []string{"core/files.go:1: [Box] is no link, since a letter follows"}},
		{"a name of another room", "core/files.go", "// See [other.Nothing].\npackage core\n", []string{"core/files.go:1: [other.Nothing] names nothing"}},
		{"a name of the standard library", "core/files.go", "// See [fmt.Nothing] and [fmt.Stringer.Strings].\npackage core\n", []string{
			"core/files.go:1: [fmt.Nothing] names nothing", "core/files.go:1: [fmt.Stringer.Strings] names nothing"}},
		{"a package that is not", "core/files.go", "// See [nobody.Thing] and [net/nobody].\npackage core\n", []string{
			"core/files.go:1: [net/nobody] names nothing", "core/files.go:1: [nobody.Thing] names nothing"}},
		{"a file that is not", "core/files.go", "// See nowhere.go and main.go.\npackage core\n", []string{
			"core/files.go:1: there is no main.go", "core/files.go:1: there is no nowhere.go"}},
		{"a folder that is not", "core/files.go", "// See internal/nowhere.\npackage core\n", []string{
			"core/files.go:1: there is no internal/nowhere"}},
		{"a file that a document names", "docs/more.md", "`main.go` and `nowhere.go`, cmd/nowhere/main.go\n", []string{
			"docs/more.md:1: there is no cmd/nowhere/main.go", "docs/more.md:1: there is no nowhere.go"}},
		{"a name that a document has", "docs/more.md", "`core.Box.Open` and `core.Box.Shut()`; `core.Rug`, `other.Nothing{}`, `them.Other`\n", []string{
			"docs/more.md:1: core.Rug is not declared", "docs/more.md:1: other.Nothing is not declared"}},
		{"a name of the past", "CHANGELOG.md", "`core.Rug` is gone.\n", nil},
		{"a link to no file", "docs/more.md", "\n[a](nowhere.txt)\n", []string{"docs/more.md:2: there is no nowhere.txt"}},
		{"a link with a title, and one in pointed brackets", "docs/more.md", "[a](nowhere.txt \"here\") [b](<none.txt>)\n", []string{
			"docs/more.md:1: there is no none.txt", "docs/more.md:1: there is no nowhere.txt"}},
		{"the target of a reference", "docs/more.md", "[a][r] and [g]\n\n[r]: nowhere.txt\n[g]: guide.md\n[t]: https://example.org\n", []string{"docs/more.md:3: there is no nowhere.txt"}},
		{"a link and a picture in HTML", "docs/more.md", "<a href=\"nowhere.html\">a</a> <img src='guide.md'> <img src='no.png'>\n", []string{
			"docs/more.md:1: there is no no.png", "docs/more.md:1: there is no nowhere.html"}},
		{"a link to no heading", "docs/more.md", "[a](guide.md#start) [b](#more)\n", []string{
			"docs/more.md:1: docs/guide.md has no heading #start", "docs/more.md:1: docs/more.md has no heading #more"}},
		{"another version of Go, in a document", "docs/more.md", "You need Go 1.25 or newer.\n", []string{"docs/more.md:1: names Go 1.25, go.mod says 1.26"}},
		{"another version of Go, in a comment", "core/files.go", "// Needs Go 1.24.\npackage core\n", []string{"core/files.go:1: names Go 1.24, go.mod says 1.26"}},
		{"a phrase in a document", "docs/more.md", "It May be  nothing.\n", []string{
			`docs/more.md:1: says "may be nothing"; write "not distinguishable from zero" (docs/STYLE.md)`}},
		{"a phrase over two lines of a document", "docs/more.md", "All of it may\nbe nothing\n", []string{
			`docs/more.md:1: says "may be nothing"; write "not distinguishable from zero" (docs/STYLE.md)`}},
		{"no phrase: over two paragraphs", "docs/more.md", "It may\n\nbe nothing\n", nil},
		{"a phrase in a message, over two lines", "core/files.go", "package core\n\nconst a = \"it may\" +\n\t\" be nothing\"\n", []string{
			`core/files.go:3: says "may be nothing"; write "not distinguishable from zero" (docs/STYLE.md)`}},
		{"no phrase: part of a word, a comment, a test, the list itself", "docs/STYLE.md", "| may be nothing | x |\n", nil},
		{"no phrase: in a comment", "core/files.go", "// It may be nothing.\npackage core\n", nil},
		{"no phrase: in a test", "core/files_test.go", "package core\n\nconst a = \"may be nothing\"\n", nil},
		{"no phrase: part of a word", "docs/more.md", "It may be nothingness.\n", nil},
	} {
		files := healthy()
		files[row.file] = row.text
		if got := complaints(t, files); !slices.Equal(got, row.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", row.name, got, row.want)
		}
	}
}

func TestGoVersionsWithoutOne(t *testing.T) {
	if _, err := doccheck.GoVersions(treeOf(t, healthy()), "module example.org/us\n"); err == nil {
		t.Error("a go.mod without a version: got no error")
	}
}

func TestParseWords(t *testing.T) {
	const guide = "# Style\n\n| instead of | write |\n|---|---|\n| honest load | load on a fixed schedule |\n| may be nothing | not distinguishable from zero |\n\n| not | the list |\n"
	want := []doccheck.Replacement{{Instead: "honest load", Write: "load on a fixed schedule"}, {Instead: "may be nothing", Write: "not distinguishable from zero"}}
	if got, err := doccheck.ParseWords(guide); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, row := range []struct{ name, old, new, complaint string }{
		{"no list", "instead of", "in place of", "no table"},
		{"a cell too many", "| honest load |", "| honest | load |", "two cells"},
		{"no phrase", "| honest load |", "| |", "two cells"},
	} {
		_, err := doccheck.ParseWords(strings.Replace(guide, row.old, row.new, 1))
		if err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%s: got %v, want a complaint with %s", row.name, err, row.complaint)
		}
	}
}

func TestReadTreeNamesBrokenFiles(t *testing.T) {
	_, err := doccheck.ReadTree(fstest.MapFS{"core/broken.go": {Data: []byte("package")}})
	if err == nil || !strings.Contains(err.Error(), "core/broken.go") {
		t.Errorf("got %v, want the file's name", err)
	}
}
