package doccheck

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Tree is what a repository holds.
type Tree struct {
	paths     map[string]bool // all files and folders below the root, with slashes
	goFiles   []goFile
	documents []document
}

// goFile is a parsed Go file.
type goFile struct {
	name   string
	fset   *token.FileSet
	syntax *ast.File
}

func (f goFile) folder() string { return path.Dir(f.name) }

// document is a Markdown file, as lines.
type document struct {
	name  string
	lines []string
}

// ReadTree reads the tree below the root of fsys. Documents are the Markdown
// files of the root and of docs. Hidden folders other than .ci are left out, and
// Go files below testdata.
func ReadTree(fsys fs.FS) (*Tree, error) {
	t := &Tree{paths: map[string]bool{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && name != ".ci" && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		}
		t.paths[name] = true
		if entry.IsDir() {
			return nil
		}
		return t.read(fsys, name)
	})
	return t, err
}

func (t *Tree) read(fsys fs.FS, name string) error {
	folder := path.Dir(name)
	isGo := path.Ext(name) == ".go" && !slices.Contains(strings.Split(folder, "/"), "testdata")
	isDocument := path.Ext(name) == ".md" && (folder == "." || folder == "docs")
	if !isGo && !isDocument {
		return nil
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if isDocument {
		t.documents = append(t.documents, document{name, strings.Split(string(text), "\n")})
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	t.goFiles = append(t.goFiles, goFile{name, fset, file})
	return err
}

// line is one line of prose.
type line struct {
	file   string
	number int
	text   string
	code   bool // within a code block
}

func (l line) complain(format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", l.file, l.number, fmt.Sprintf(format, args...))
}

// comments returns the lines of the file's comments, without the slashes.
func (f goFile) comments() []line {
	var lines []line
	for _, group := range f.syntax.Comments {
		for _, comment := range group.List {
			first := f.fset.Position(comment.Pos()).Line
			text := strings.TrimSuffix(strings.TrimPrefix(comment.Text, "/*"), "*/")
			for i, text := range strings.Split(text, "\n") {
				text = strings.TrimPrefix(text, "//")
				code := strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "     ")
				lines = append(lines, line{f.name, first + i, text, code})
			}
		}
	}
	return lines
}

// prose returns the document's lines.
func (d document) prose() []line {
	var lines []line
	fenced := false
	for i, text := range d.lines {
		fence := strings.HasPrefix(strings.TrimSpace(text), "```")
		indented := strings.HasPrefix(text, "    ")
		lines = append(lines, line{d.name, i + 1, text, fenced || fence || indented})
		fenced = fenced != fence
	}
	return lines
}

// sorted puts complaints in order, each once.
func sorted(complaints []string) []string {
	slices.Sort(complaints)
	return slices.Compact(complaints)
}
