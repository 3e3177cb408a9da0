package layering_test

import (
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/internal/layering"
)

func TestNoTemplateIsExecuted(t *testing.T) {
	t.Parallel()
	complaints, err := layering.Templates(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range complaints {
		t.Errorf("%s: templates make the linker keep every method; write it by hand", complaint)
	}
}

func TestTemplatesAreFound(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("package a\n\n" + text)} }
	complaints, err := layering.Templates(fstest.MapFS{
		"a/page.go":           file("import \"html/template\"\n\nvar t template.Template\n"),
		"b/text.go":           file("import \"text/template\"\n\nvar t template.Template\n"),
		"c/root.go":           file("func f(root interface{ SetVersionTemplate(string) }) { root.SetVersionTemplate(\"\") }\n"),
		"d/fine.go":           file("import \"html\"\n\nvar s = html.EscapeString(\"template\")\n"),
		"d/some_test.go":      file("import \"text/template\"\n\nvar t template.Template\n"),
		"testdata/ignored.go": file("import \"text/template\"\n\nvar t template.Template\n"),
	})
	want := []string{`a/page.go: imports "html/template"`, `b/text.go: imports "text/template"`, "c/root.go: calls SetVersionTemplate"}
	if err != nil || !slices.Equal(complaints, want) {
		t.Errorf("got %q, %v; want %q", complaints, err, want)
	}
}
