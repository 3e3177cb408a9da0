package doccheck

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// goVersion finds versions of Go, but for those of a history: "since Go 1.20".
var goVersion = regexp.MustCompile(`(?i)(\w+)?\s*\bGo (1\.[0-9]+)`)

// isHistory reports whether a word before a version says that it is not ours.
func isHistory(word string) bool { return word == "before" || word == "since" || word == "until" }

// GoVersions complains of each version of Go, in a comment or a document, that
// is not go.mod's, the text of which is given.
func GoVersions(t *Tree, gomod string) ([]string, error) {
	match := regexp.MustCompile(`(?m)^go (1\.[0-9]+)`).FindStringSubmatch(gomod)
	if match == nil {
		return nil, fmt.Errorf("go.mod names no version of Go")
	}
	var broken []string
	for _, line := range t.allProse() {
		for _, found := range goVersion.FindAllStringSubmatch(line.text, -1) {
			if found[2] != match[1] && !isHistory(strings.ToLower(found[1])) {
				broken = append(broken, line.complain("names Go %s, go.mod says %s", found[2], match[1]))
			}
		}
	}
	return sorted(broken), nil
}

// Replacement is a row of the word list.
type Replacement struct {
	Instead string // the phrase that must not appear
	Write   string // what to write
}

// ParseWords reads the word list of the style guide: the table with the columns
// "instead of" and "write".
func ParseWords(style string) ([]Replacement, error) {
	_, table, found := strings.Cut("\n"+style, "\n| instead of | write |")
	if !found {
		return nil, fmt.Errorf("no table that begins with %q", "| instead of | write |")
	}
	var list []Replacement
	for _, row := range strings.Split(table, "\n")[1:] {
		if !strings.HasPrefix(row, "|") {
			break
		}
		if strings.HasPrefix(row, "|--") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
		if len(cells) != 2 || strings.TrimSpace(cells[0]) == "" {
			return nil, fmt.Errorf("not a row of two cells: %s", row)
		}
		list = append(list, Replacement{strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1])})
	}
	return list, nil
}

// Words complains of each phrase of the list in a document, or in a string of a
// Go file that is no test: there stand help and messages. Upper and lower case
// are the same. styleGuide, the document that holds the list, is left out.
func Words(t *Tree, list []Replacement, styleGuide string) []string {
	type rule struct {
		Replacement
		phrase *regexp.Regexp
	}
	var rules []rule
	for _, r := range list {
		rules = append(rules, rule{r, phraseOf(r.Instead)})
	}
	var broken []string
	lines := append(t.documentLines(styleGuide), t.messages()...)
	for i, line := range lines {
		text := line.text
		if i+1 < len(lines) && line.goesOn(lines[i+1]) {
			text += "\n" + lines[i+1].text // a phrase may go on there
		}
		for _, rule := range rules {
			if at := rule.phrase.FindStringIndex(text); at != nil && at[0] < len(line.text) {
				broken = append(broken, line.complain("says %q; write %q (docs/STYLE.md)", rule.Instead, rule.Write))
			}
		}
	}
	return sorted(broken)
}

// goesOn reports whether the next line belongs to the same text.
func (l line) goesOn(next line) bool {
	return l.file == next.file && next.number == l.number+1 && !l.code && !next.code
}

// phraseOf matches the words of a phrase, whatever white space is between them.
func phraseOf(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	pattern := strings.Join(words, `\s+`)
	if endsInWord(firstOf(text)) {
		pattern = `\b` + pattern
	}
	if endsInWord(text) {
		pattern += `\b`
	}
	return regexp.MustCompile(`(?i)` + pattern)
}

// allProse is every line of a comment or a document.
func (t *Tree) allProse() []line {
	lines := t.documentLines("")
	for _, file := range t.goFiles {
		lines = append(lines, file.comments()...)
	}
	return lines
}

func (t *Tree) documentLines(except string) []line {
	var lines []line
	for _, document := range t.documents {
		if document.name != except {
			lines = append(lines, document.prose()...)
		}
	}
	return lines
}

// messages are the strings of Go files, tests left out; a sum of strings is one.
func (t *Tree) messages() []line {
	var lines []line
	for _, file := range t.goFiles {
		if strings.HasSuffix(file.name, "_test.go") {
			continue
		}
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			if _, isImport := node.(*ast.ImportSpec); isImport {
				return false
			}
			expression, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			text, isText := constantText(expression)
			if isText {
				lines = append(lines, line{file.name, file.fset.Position(node.Pos()).Line, text, false})
			}
			return !isText
		})
	}
	return lines
}

// constantText is the value of a string literal or of a sum of them.
func constantText(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, ok1 := constantText(e.X)
		right, ok2 := constantText(e.Y)
		return left + right, e.Op == token.ADD && ok1 && ok2
	}
	return "", false
}
