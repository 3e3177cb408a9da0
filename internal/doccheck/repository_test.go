package doccheck_test

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/doccheck"
)

const root = "../.."

// TestThisRepository is the purpose of the package.
func TestThisRepository(t *testing.T) {
	tree, err := doccheck.ReadTree(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	gomod := read(t, "go.mod")
	module := regexp.MustCompile(`(?m)^module (\S+)$`).FindStringSubmatch(gomod)
	if module == nil {
		t.Fatal("go.mod has no module line")
	}
	versions, err := doccheck.GoVersions(tree, gomod)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range []struct {
		name       string
		complaints []string
	}{
		{"doc links", doccheck.DocLinks(tree, module[1])},
		{"file names", doccheck.FileNames(tree)},
		{"names in documents", doccheck.DocumentNames(tree, "CHANGELOG.md")},
		{"links in documents", doccheck.MarkdownLinks(tree)},
		{"versions of Go", versions},
		{"words", wordsOf(t, tree)},
	} {
		t.Run(check.name, func(t *testing.T) {
			for _, complaint := range check.complaints {
				t.Error(complaint)
			}
		})
	}
}

// wordsOf holds the tree to the word list, if there is one.
func wordsOf(t *testing.T, tree *doccheck.Tree) []string {
	const guide = "docs/STYLE.md"
	style, err := os.ReadFile(root + "/" + guide)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := doccheck.ParseWords(string(style))
	if err != nil {
		t.Fatalf("%s: %v", guide, err)
	}
	return doccheck.Words(tree, list, guide)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(root + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
