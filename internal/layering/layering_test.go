package layering_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/internal/layering"
)

const sampleTable = `
# A house

| room | sentence | imports | outside |
|---|---|---|---|
| ` + "`cmd/app`" + ` | Wires. | ` + "`core`, `store`, `cmd/app/internal/show`" + ` | ` + "`example.org/flags`" + ` |
| ` + "`store`" + ` | Keeps. | ` + "`core`" + ` | none |
| ` + "`core`" + ` | Thinks. | none | none |
| ` + "`kit`" + ` | Helps tests. | none | none |
| ` + "`cmd/app/internal/show`" + ` | Shows. | ` + "`core`" + ` | none |
| tests of any room | | ` + "`kit`" + ` | ` + "`example.org/compare`" + ` |

Text after the table.
| not | a | row | here |
`

func sample(t *testing.T) layering.Table {
	t.Helper()
	table, err := layering.ParseTable(sampleTable)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// healthy is a tree that keeps to the sample table.
func healthy() []layering.Import {
	return []layering.Import{
		{File: "cmd/app/main.go", Path: "example.org/us/core"},
		{File: "cmd/app/main.go", Path: "example.org/us/store"},
		{File: "cmd/app/main.go", Path: "example.org/flags/v2"},
		{File: "store/store.go", Path: "example.org/us/core"},
		{File: "store/store_test.go", Path: "example.org/us/kit"},
		{File: "store/store_test.go", Path: "example.org/us/store"},
		{File: "store/store_test.go", Path: "example.org/compare"},
		{File: "store/internal/page/page.go", Path: "example.org/us/core"},
		{File: "store/store.go", Path: "example.org/us/store/internal/page"},
		{File: "core/core.go", Path: "net/http"},
		{File: "kit/kit.go", Path: "os"},
		{File: "cmd/app/main.go", Path: "example.org/us/cmd/app/internal/show"},
		{File: "cmd/app/internal/show/show.go", Path: "example.org/us/core"},
		{File: "cmd/app/internal/show/internal/row/row.go", Path: "example.org/us/core"},
		{File: "cmd/app/internal/other/other.go", Path: "example.org/us/store"},
	}
}

func TestHealthyTreeIsSilent(t *testing.T) {
	if got := layering.Check(sample(t), "example.org/us", healthy()); got != nil {
		t.Errorf("got %q, want silence", got)
	}
}

func TestPlantedViolations(t *testing.T) {
	for _, row := range []struct {
		file, path, want string
	}{
		{"core/core.go", "example.org/us/store", "core/core.go: core may not import store"},
		{"core/core_test.go", "example.org/us/store", "core/core_test.go: core may not import store"},
		{"store/store.go", "example.org/us/kit", "store/store.go: store may not import kit"},
		{"store/internal/page/p.go", "example.org/us/kit", "store/internal/page/p.go: store may not import kit"},
		{"store/store.go", "example.org/compare", "store/store.go: store may not use example.org/compare"},
		{"cmd/app/main.go", "example.org/flagship", "cmd/app/main.go: cmd/app may not use example.org/flagship"},
		{"cmd/app/internal/show/show.go", "example.org/us/store", "cmd/app/internal/show/show.go: cmd/app/internal/show may not import store"},
		{"cmd/app/internal/show/show.go", "example.org/us/cmd/app/internal/other", "cmd/app/internal/show/show.go: cmd/app/internal/show may not import cmd/app"},
		{"cmd/app/internal/show/internal/row/row.go", "example.org/us/store", "cmd/app/internal/show/internal/row/row.go: cmd/app/internal/show may not import store"},
		{"store/store.go", "example.org/us/cmd/app/internal/show", "store/store.go: store may not import cmd/app/internal/show"},
		{"attic/attic.go", "os", "attic: the table names no such room"},
		{"core/core.go", "example.org/us/attic", "core/core.go: imports attic, a room that the table does not name"},
	} {
		tree := append(healthy(), layering.Import{File: row.file, Path: row.path})
		got := layering.Check(sample(t), "example.org/us", tree)
		if !slices.Equal(got, []string{row.want}) {
			t.Errorf("%s imports %s: got %q, want %q", row.file, row.path, got, row.want)
		}
	}
}

func TestEmptyRoomIsNamed(t *testing.T) {
	tree := slices.DeleteFunc(healthy(), func(i layering.Import) bool { return i.File == "kit/kit.go" })
	got := layering.Check(sample(t), "example.org/us", tree)
	if want := []string{"kit: the table names it, but it holds no Go files"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBrokenTables(t *testing.T) {
	for _, row := range []struct{ old, new, complaint string }{
		{"| room |", "| rooms |", "no table"},
		{"| Keeps. |", "| Keeps. | extra |", "5 cells"},
		{"| Thinks. | none | none |", "| Thinks. | nothing | none |", "nothing"},
		{"| Thinks. | none | none |", "| Thinks. | store | none |", "neither"},
		{"`kit` | Helps tests.", "kit | Helps tests.", "not one `room`"},
		{"`kit` | Helps tests.", "`core` | Helps tests.", "core twice"},
		{"`core`, `store`,", "`core`, `stores`,", "stores, which has no row"},
	} {
		broken := strings.ReplaceAll(sampleTable, row.old, row.new)
		_, err := layering.ParseTable(broken)
		if err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%q for %q: got %v, want a complaint with %s", row.new, row.old, err, row.complaint)
		}
	}
}

func TestReadImports(t *testing.T) {
	tree := fstest.MapFS{
		"core/core.go":             {Data: []byte("package core\nimport (\n\t\"os\"\n\tx \"example.org/us/store\"\n)\n")},
		"core/core_windows.go":     {Data: []byte("package core\nimport \"example.org/win\"\n")},
		"core/doc.go":              {Data: []byte("package core\n")},
		"core/testdata/ignored.go": {Data: []byte("package p\nimport \"example.org/no\"\n")},
		".git/hidden.go":           {Data: []byte("not go")},
		"core/readme.md":           {Data: []byte("import \"example.org/no\"")},
	}
	imports, err := layering.ReadImports(tree)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range imports {
		if i.Path != "unsafe" {
			got = append(got, i.File+" "+i.Path)
		}
	}
	want := []string{"core/core.go os", "core/core.go example.org/us/store", "core/core_windows.go example.org/win"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	tree["core/broken.go"] = &fstest.MapFile{Data: []byte("package")}
	if _, err := layering.ReadImports(tree); err == nil || !strings.Contains(err.Error(), "core/broken.go") {
		t.Errorf("broken file: got %v, want its name", err)
	}
}

func TestBannedPackages(t *testing.T) {
	banned := []string{"html/template"}
	tree := append(healthy(), layering.Import{File: "core/page.go", Path: "html/template"}, layering.Import{File: "kit/page_test.go", Path: "html/template"})
	for _, row := range []struct {
		name    string
		imports []layering.Import
		allowed []string
		want    []string
	}{
		{"healthy", healthy(), nil, nil},
		{"one file allowed", tree, []string{"core/page.go"}, []string{"kit/page_test.go: imports html/template, which no file may"}},
		{"both allowed", tree, []string{"core/page.go", "kit/page_test.go"}, nil},
		{"exception not needed", healthy(), []string{"core/page.go"}, []string{"core/page.go: may import what is banned and does not: remove its exception"}},
	} {
		if got := layering.CheckBanned(row.imports, banned, row.allowed); !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestImpurePackages(t *testing.T) {
	imports := []layering.Import{
		{File: "analyze/units/quantity.go", Path: "math"},
		{File: "analyze/units/quantity_test.go", Path: "os"},
		{File: "analyze/bench/internal/comparebench/main.go", Path: "os"},
		{File: "loadgen/run.go", Path: "net/http"},
	}
	if got := layering.CheckPure(imports, "analyze", []string{"net/http", "os"}); got != nil {
		t.Errorf("healthy: got %q", got)
	}
	imports = append(imports, layering.Import{File: "analyze/units/change.go", Path: "os"}, layering.Import{File: "analyze/bench/internal/lines/a.go", Path: "net/http"})
	want := []string{
		"analyze/units/change.go: imports os; rooms of analyze use no network, no environment and no files",
		"analyze/bench/internal/lines/a.go: imports net/http; rooms of analyze use no network, no environment and no files",
	}
	if got := layering.CheckPure(imports, "analyze", []string{"net/http", "os"}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
