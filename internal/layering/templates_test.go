package layering_test

import (
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/internal/layering"
)

func TestCobraHasNoTemplates(t *testing.T) {
	complaints, err := layering.CheckCobra(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	report(t, complaints)
}

func TestTemplatesOfCobraAreFound(t *testing.T) {
	const call = "package a\n\nfunc f(root interface{ SetVersionTemplate(string) }) { root.SetVersionTemplate(\"\") }\n"
	complaints, err := layering.CheckCobra(fstest.MapFS{
		"a/root.go":           {Data: []byte(call)},
		"a/some_test.go":      {Data: []byte(call)},
		"testdata/ignored.go": {Data: []byte(call)},
		"b/fine.go":           {Data: []byte("package b\n\nfunc SetVersionTemplate() {}\n")},
	})
	want := []string{"a/root.go: calls SetVersionTemplate, and no template may be executed"}
	if err != nil || !slices.Equal(complaints, want) {
		t.Errorf("got %q, %v; want %q", complaints, err, want)
	}
}
