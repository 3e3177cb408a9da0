package layering_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/internal/layering"
)

// tree makes a file system of paths and texts, given in turn.
func tree(pairs ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		files[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return files
}

// cyclesIn returns what CheckCycles says about every package of the tree.
func cyclesIn(t *testing.T, files fstest.MapFS, allowed map[string]int) []string {
	t.Helper()
	packages, err := layering.ReadPackages(files)
	if err != nil {
		t.Fatal(err)
	}
	checker := layering.NewChecker("example.org/us", packages)
	arrows := map[string][]layering.Arrow{}
	for _, pkg := range packages {
		arrows[pkg.Folder] = checker.Arrows(pkg.Folder)
	}
	return layering.CheckCycles(arrows, allowed)
}

func TestCyclesBetweenFiles(t *testing.T) {
	for _, row := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"files in layers", tree(
			"p/top.go", "package p\nfunc top() { middle(); bottom() }",
			"p/middle.go", "package p\nfunc middle() { bottom() }",
			"p/bottom.go", "package p\nfunc bottom() { bottom() }"), nil},
		{"two files", tree(
			"p/a.go", "package p\nfunc first() { second() }\nfunc third() {}",
			"p/b.go", "package p\nfunc second() { third() }"), []string{
			"p: 2 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(second)-> b.go -(third)-> a.go"}},
		{"three files, and one that only looks on", tree(
			"p/a.go", "package p\nfunc first() { second() }",
			"p/b.go", "package p\nfunc second() { third() }",
			"p/c.go", "package p\nfunc third() { first() }",
			"p/d.go", "package p\nfunc watch() { first(); third() }"), []string{
			"p: 3 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(second)-> b.go -(third)-> c.go -(first)-> a.go"}},
		{"over a method", tree(
			"p/a.go", "package p\ntype Thing struct{}\nfunc use() { new(Thing).grow() }",
			"p/b.go", "package p\nfunc (t *Thing) grow() {}"), []string{
			"p: 2 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(Thing.grow)-> b.go -(Thing)-> a.go"}},
		{"over a method of a generic type", tree(
			"p/a.go", "package p\nvar x Box[int]\nfunc use() { x.open() }\ntype lid int",
			"p/b.go", "package p\ntype Box[T any] struct{ lid lid }\nfunc (b Box[T]) open() {}"), []string{
			"p: 2 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(Box, Box.open)-> b.go -(lid)-> a.go"}},
		{"over a value that came out of a standard generic function", tree(
			"p/a.go", "package p\nimport \"slices\"\nfunc use(all []Thing) { for _, t := range slices.Clone(all) { t.grow() } }",
			"p/b.go", "package p\nfunc (t Thing) grow() { use(nil) }",
			"p/c.go", "package p\ntype Thing struct{}"), []string{
			"p: 2 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(Thing.grow)-> b.go -(use)-> a.go"}},
		{"over a value that came out of another room", tree(
			"q/q.go", "package q\nfunc Same[T any](t T) T { return t }",
			"p/a.go", "package p\nimport \"example.org/us/q\"\nfunc use(t Thing) { q.Same(t).grow() }",
			"p/b.go", "package p\nfunc (t Thing) grow() { use(t) }",
			"p/c.go", "package p\ntype Thing struct{}"), []string{
			"p: 2 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(Thing.grow)-> b.go -(use)-> a.go"}},
		{"within a function that is handed to an outside package", tree(
			"p/a.go", "package p\nimport \"example.org/them/v2\"\nfunc use() { them.Do(func() { second() }) }",
			"p/b.go", "package p\nfunc second() { use() }"), []string{
			"p: 2 arrows between files lie on cycles, allowed are 0; the shortest: a.go -(second)-> b.go -(use)-> a.go"}},
		{"of two cycles the shorter, of two as short the one that is less to cut", tree(
			"p/a.go", "package p\nfunc a() { b(); b2() }",
			"p/b.go", "package p\nfunc b() { a(); c() }\nfunc b2() {}",
			"p/c.go", "package p\nfunc c() { b() }"), []string{
			"p: 4 arrows between files lie on cycles, allowed are 0; the shortest: b.go -(c)-> c.go -(b)-> b.go"}},
		{"names that only look alike: locals, fields, another package's", tree(
			"q/q.go", "package q\nfunc First() {}",
			"p/a.go", "package p\nimport \"example.org/us/q\"\nfunc First() { second() }\nvar _ = q.First",
			"p/b.go", "package p\nimport \"example.org/us/q\"\nfunc second() { q.First(); First := 1; _ = First; _ = struct{ First int }{First: 2}.First }"), nil},
		{"tests, other systems and build tags are not looked at", tree(
			"p/a.go", "package p\nfunc first() { second() }\nfunc third() {}",
			"p/b.go", "package p\nfunc second() {}",
			"p/b_test.go", "package p\nfunc tested() { first(); third() }",
			"p/b_windows.go", "package p\nfunc windows() { third() }",
			"p/tagged.go", "//go:build fancy\n\npackage p\nfunc fancy() { third() }"), nil},
	} {
		if got := cyclesIn(t, row.files, nil); !slices.Equal(got, row.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", row.name, got, row.want)
		}
	}
}

// TestPackagesThatImportEachOther: such a tree does not compile, and is judged
// all the same.
func TestPackagesThatImportEachOther(t *testing.T) {
	files := tree(
		"p/a.go", "package p\n\nimport \"example.org/us/q\"\n\nfunc first() { q.Second() }\n",
		"q/a.go", "package q\n\nimport \"example.org/us/p\"\n\nfunc Second() { p.First() }\n",
	)
	if got := cyclesIn(t, files, nil); got != nil {
		t.Errorf("got %q, want no cycle between files", got)
	}
}

func TestAllowances(t *testing.T) {
	files := tree(
		"p/a.go", "package p\nfunc first() { second() }\nfunc third() {}",
		"p/b.go", "package p\nfunc second() { third() }",
		"q/q.go", "package q")
	for _, row := range []struct {
		name    string
		allowed map[string]int
		want    string
	}{
		{"as many as there are", map[string]int{"p": 2}, ""},
		{"too low", map[string]int{"p": 1}, "p: 2 arrows between files lie on cycles, allowed are 1; "},
		{"too high", map[string]int{"p": 3}, "p: only 2 arrows between files lie on cycles, lower its allowance of 3"},
		{"none needed", map[string]int{"p": 2, "q": 1}, "q: only 0 arrows between files lie on cycles, lower its allowance of 1"},
		{"no such package", map[string]int{"p": 2, "r": 1}, "r: has an allowance and no Go files"},
	} {
		got := cyclesIn(t, files, row.allowed)
		if row.want == "" && got == nil || len(got) == 1 && row.want != "" && strings.HasPrefix(got[0], row.want) {
			continue
		}
		t.Errorf("%s: got %q, want %q", row.name, got, row.want)
	}
}

func TestSizes(t *testing.T) {
	text := func(lines int) string { return "package p\n" + strings.Repeat("\n", lines-1) }
	files := tree("big/test_test.go", text(5000), "long/long.go", text(401), "fits/fits.go", text(400))
	for _, name := range strings.Split("abcdefghijk", "") { // 11 files of 400 lines: 4400
		files["big/"+name+".go"] = &fstest.MapFile{Data: []byte(text(400))}
	}
	for _, name := range strings.Split("abcdefghij", "") { // exactly 4000
		files["fits/internal/p/"+name+".go"] = &fstest.MapFile{Data: []byte(text(400))}
	}
	packages, err := layering.ReadPackages(files)
	if err != nil {
		t.Fatal(err)
	}
	long := "long/long.go: 401 lines, a file has at most 400"
	for _, row := range []struct {
		name  string
		large map[string]string
		want  []string
	}{
		{"no reasons", nil, []string{"big: 4400 lines, a package has at most 4000 without a reason", long}},
		{"a reason", map[string]string{"big": "One idea."}, []string{long}},
		{"a reason too many", map[string]string{"big": "One idea.", "fits": "It is not."}, []string{"fits: has a reason to be large and is not: remove its row", long}},
	} {
		if got := layering.CheckSizes(packages, row.large); !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestFoldersDeclaring(t *testing.T) {
	packages, err := layering.ReadPackages(tree(
		"p/p.go", "package p\ntype (\n\tOther int\n\tVerdict int\n)",
		"q/q.go", "package q\nvar Verdict int\nfunc f() { type Verdict int }",
		"r/r.go", "package r\ntype Verdict = int"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := layering.FoldersDeclaring(packages, "Verdict"), []string{"p", "r"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExceptionsInTheDocument(t *testing.T) {
	const document = `
| package | arrows on cycles |
|---|---|
| ` + "`p`" + ` | 12 |
| ` + "`q/internal/r`" + ` | 3 |

| large package | why |
|---|---|
| ` + "`p`" + ` | It is one idea. |
`
	allowed, err := layering.ParseAllowances(document)
	if want := map[string]int{"p": 12, "q/internal/r": 3}; err != nil || !maps.Equal(allowed, want) {
		t.Errorf("allowances: got %v, %v, want %v", allowed, err, want)
	}
	large, err := layering.ParseLarge(document)
	if want := map[string]string{"p": "It is one idea."}; err != nil || !maps.Equal(large, want) {
		t.Errorf("large packages: got %v, %v, want %v", large, err, want)
	}
	for _, row := range []struct{ name, old, new, complaint string }{
		{"not a number", "| 12 |", "| many |", `"many" is not a number`},
		{"an allowance of none", "| 12 |", "| 0 |", `"0" is not a number above 0`},
		{"no backquotes", "| `p` | 12 |", "| p | 12 |", "not one `package`"},
		{"a package twice", "`q/internal/r`", "`p`", "p twice"},
		{"a cell too many", "| 12 |", "| 12 | 13 |", "3 cells"},
		{"no reason", "| It is one idea. |", "| |", "p: is large without a reason"},
	} {
		broken := strings.ReplaceAll(document, row.old, row.new)
		_, err := layering.ParseAllowances(broken)
		if _, other := layering.ParseLarge(broken); err == nil {
			err = other
		}
		if err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%s: got %v, want a complaint with %s", row.name, err, row.complaint)
		}
	}
	allowed, err = layering.ParseAllowances("# No tables\n")
	if err != nil || len(allowed) != 0 {
		t.Errorf("without a table: got %v, %v, want none", allowed, err)
	}
}
