package doccheck

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"unicode"
)

var (
	// [text](target "title"), [name]: target, and HTML's href="target" and src="target".
	markdownLink = regexp.MustCompile(`\]\(<?([^)>\s]+)>?(?:\s+["'(][^)]*)?\)|^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)|(?:href|src)\s*=\s*["']([^"']+)["']`)
	heading      = regexp.MustCompile(`^#{1,6} +(.*?) *#*$`)
)

// MarkdownLinks complains of each link from a document to a file or heading of
// the repository that is not there.
func MarkdownLinks(t *Tree) []string {
	anchors := map[string]map[string]bool{}
	for _, document := range t.documents {
		anchors[document.name] = document.anchors()
	}
	var broken []string
	for _, document := range t.documents {
		for _, line := range document.prose() {
			if line.code {
				continue
			}
			for _, match := range markdownLink.FindAllStringSubmatch(inlineCode.ReplaceAllString(line.text, ""), -1) {
				link := cmp.Or(match[1:]...)
				target, anchor, _ := strings.Cut(link, "#")
				if strings.Contains(target, ":") {
					continue // another site
				}
				name := document.name
				if target != "" {
					name = path.Join(path.Dir(document.name), target)
				}
				switch {
				case !t.paths[name]:
					broken = append(broken, line.complain("there is no %s", link))
				case anchor != "" && anchors[name] != nil && !anchors[name][anchor]:
					broken = append(broken, line.complain("%s has no heading #%s", name, anchor))
				}
			}
		}
	}
	return sorted(broken)
}

// anchors are the names under which the headings can be linked to.
func (d document) anchors() map[string]bool {
	anchors := map[string]bool{}
	for _, line := range d.prose() {
		if match := heading.FindStringSubmatch(line.text); match != nil && !line.code {
			anchors[anchorOf(match[1])] = true
		}
	}
	return anchors
}

// anchorOf is GitHub's rule: small letters, digits, '-' and '_' stay, spaces
// become '-', everything else goes.
func anchorOf(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}
