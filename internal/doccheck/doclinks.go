package doccheck

import (
	"path"
	"regexp"
	"strconv"
	"strings"
)

var (
	bracketed = regexp.MustCompile(`\[\*?([A-Za-z][\w./-]*\w|[A-Z])\]`)
	ownName   = regexp.MustCompile(`^[A-Z]\w*(\.[A-Z]\w*)?$`)
	otherName = regexp.MustCompile(`^((?:[a-z][\w.-]*/)*[a-z]\w*)\.([A-Z]\w*(\.[A-Z]\w*)?)$`)
)

// DocLinks complains of each doc link in a Go comment that names nothing, and of
// each Type.Member without brackets whose type has no such member. module is the
// path of our own module. Names of outside modules are not looked up, nor is
// what stands in code blocks. Links look like these:
//
//	[Name] [Type.Member] [pkg.Name] [pkg.Type.Member] [import/path]
func DocLinks(t *Tree, module string) []string {
	resolver := newResolver(t, module)
	var broken []string
	for _, file := range t.goFiles {
		for _, line := range file.comments() {
			if line.code {
				continue
			}
			for _, name := range linksIn(line.text) {
				if !resolver.resolves(file, name) {
					broken = append(broken, line.complain("[%s] names nothing", name))
				}
			}
			for _, match := range plural.FindAllStringSubmatch(line.text, -1) {
				if resolver.own[file.folder()].has(match[1]) {
					broken = append(broken, line.complain("[%s] is no link, since a letter follows", match[1]))
				}
			}
			for _, name := range membersIn(line.text) {
				if !resolver.own[file.folder()].mayHave(name) {
					broken = append(broken, line.complain("%s: the type has no such member", name))
				}
			}
		}
	}
	return sorted(broken)
}

// linksIn returns what go doc would take for links: brackets with white space or
// punctuation around them.
func linksIn(text string) []string {
	var names []string
	for _, at := range bracketed.FindAllStringSubmatchIndex(text, -1) {
		before, after := text[:at[0]], text[at[1]:]
		if before != "" && strings.ContainsAny(before[len(before)-1:], "_`]\\") || endsInWord(before) {
			continue
		}
		if after != "" && strings.ContainsAny(after[:1], "_`[({:\\") || endsInWord(firstOf(after)) {
			continue
		}
		names = append(names, text[at[2]:at[3]])
	}
	return names
}

// plural is a name in brackets that go doc takes for text: [Name]s.
var plural = regexp.MustCompile(`(?:^|[\s(])\[\*?([A-Z][\w.]*)\][a-z]`)

var member = regexp.MustCompile(`(?:^|[\s(])([A-Z]\w*\.[A-Za-z]\w*)`)

// membersIn returns what looks like Type.Member.
func membersIn(text string) []string {
	var names []string
	for _, match := range member.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return names
}

func firstOf(text string) string { return text[:min(1, len(text))] }

// endsInWord reports whether the last byte is a letter or a digit.
func endsInWord(text string) bool {
	if text == "" {
		return false
	}
	c := text[len(text)-1]
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// resolver knows what is declared where.
type resolver struct {
	module   string
	own      map[string]*index            // by folder
	imports  map[string]map[string]string // folder -> name -> import path
	standard standard
}

func newResolver(t *Tree, module string) *resolver {
	r := &resolver{
		module: module, own: map[string]*index{}, imports: map[string]map[string]string{},
		standard: standard{read: map[string]*index{}},
	}
	for _, file := range t.goFiles {
		folder := file.folder()
		if r.own[folder] == nil {
			r.own[folder], r.imports[folder] = newIndex(), map[string]string{}
		}
		r.own[folder].add(file.syntax)
		for _, spec := range file.syntax.Imports {
			importPath, _ := strconv.Unquote(spec.Path.Value)
			name := packageName(importPath)
			if spec.Name != nil {
				name = spec.Name.Name
			}
			r.imports[folder][name] = importPath
		}
	}
	return r
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// packageName guesses the name of a package from its path.
func packageName(importPath string) string {
	return path.Base(majorVersion.ReplaceAllString(importPath, ""))
}

func (r *resolver) resolves(file goFile, name string) bool {
	if ownName.MatchString(name) {
		return r.own[file.folder()].has(name)
	}
	if match := otherName.FindStringSubmatch(name); match != nil {
		return r.declares(file, match[1], match[2])
	}
	// A package, if there is a slash; else words in brackets.
	return !strings.Contains(name, "/") || r.declares(file, name, "")
}

// declares reports whether the package, as the file calls it, declares the name;
// "" asks for the package alone.
func (r *resolver) declares(file goFile, pkg, name string) bool {
	importPath, imported := r.imports[file.folder()][pkg]
	if !imported {
		importPath = pkg
	}
	if folder, ours := strings.CutPrefix(importPath, r.module+"/"); ours {
		importPath = folder
	}
	declared := r.own[importPath]
	if declared == nil && pkg == file.syntax.Name.Name {
		declared = r.own[file.folder()]
	}
	if declared == nil {
		first, _, _ := strings.Cut(importPath, "/")
		if strings.Contains(first, ".") {
			return true // an outside module
		}
		declared = r.standard.find(importPath)
	}
	return declared != nil && (name == "" || declared.has(name))
}
