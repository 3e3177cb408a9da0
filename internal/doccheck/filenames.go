package doccheck

import (
	"go/build"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	fileName   = regexp.MustCompile(`[\w./*{}…<>-]*\w\.(?:go|md|lua|sql)\b`)
	folderName = regexp.MustCompile("(?:^|[\\s`(\"'])((?:cmd|internal|analyze|loadgen|profiles|docs|\\.ci)/[\\w./*{}<>…-]*)")
)

// FileNames complains of each file or folder that a comment or a document names
// and that is not there. A name without a folder is one of the
// comment's own folder, or of any folder if a document names it. Not looked up
// are patterns, absolute paths, command lines and what stands in code blocks.
func FileNames(t *Tree) []string {
	var broken []string
	complain := func(l line, known func(string) bool) {
		if l.code {
			return
		}
		for _, name := range namesIn(l.text) {
			if !known(name) {
				broken = append(broken, l.complain("there is no %s", name))
			}
		}
	}
	for _, file := range t.goFiles {
		for _, line := range file.comments() {
			complain(line, func(name string) bool { return t.holds(file.folder(), name) })
		}
	}
	for _, document := range t.documents {
		for _, line := range document.prose() {
			complain(line, func(name string) bool {
				return t.holds(path.Dir(document.name), name) || !strings.Contains(name, "/") && t.holdsAnywhere(name)
			})
		}
	}
	return sorted(broken)
}

var (
	address    = regexp.MustCompile(`\w+://\S+`)
	inlineCode = regexp.MustCompile("`[^`]*`")
)

func namesIn(text string) []string {
	text = inlineCode.ReplaceAllStringFunc(address.ReplaceAllString(text, ""), func(code string) string {
		if strings.Contains(code, " ") {
			return "" // a command line
		}
		return code
	})
	names := fileName.FindAllString(text, -1)
	for _, match := range folderName.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	var plain []string
	for _, name := range names {
		name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(name, ".-"), "/..."), "/")
		if !strings.ContainsAny(name, "*{}<>…") && !strings.HasPrefix(name, "/") {
			plain = append(plain, name)
		}
	}
	return plain
}

// holds reports whether the name is a file or folder seen from the folder, or
// from one around it; or, with a slash in it, of Go's own source.
func (t *Tree) holds(folder, name string) bool {
	for {
		if t.paths[path.Join(folder, name)] {
			return true
		}
		if !strings.Contains(name, "/") || folder == "." {
			break
		}
		folder = path.Dir(folder)
	}
	if !strings.Contains(name, "/") {
		return false
	}
	// internal/lottery.Engine names a declaration.
	if dir, base := path.Split(name); strings.Contains(base, ".") {
		pkg, _, _ := strings.Cut(base, ".")
		if t.paths[path.Join(dir, pkg)] {
			return true
		}
	}
	_, err := os.Stat(filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(name)))
	return err == nil
}

// holdsAnywhere reports whether some folder holds a file of that name.
func (t *Tree) holdsAnywhere(name string) bool {
	for known := range t.paths {
		if path.Base(known) == name {
			return true
		}
	}
	return false
}
