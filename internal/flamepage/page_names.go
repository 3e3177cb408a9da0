package flamepage

import (
	"strings"
	"unicode/utf8"
)

// pageNames are the names that a picture needs, in the order of first use: what
// is used most has the shortest number.
type pageNames struct {
	list  []pageName
	ids   []int32 // of each of the tree's names; 0: not used, else one more
	names []string
}

// pageName is a name and where in it the parts are that pictures use.
type pageName struct {
	text  string // as shown, see shownName
	start int    // where the short form begins: behind the package's path
	pkg   string // what it is colored by
}

func (n pageName) short() string { return n.text[n.start:] }

func newPageNames(names []string) pageNames {
	return pageNames{ids: make([]int32, len(names)), names: names}
}

// use is the number of the name that has number i in the tree.
func (p *pageNames) use(i int32) int32 {
	if i < 0 {
		return -1
	}
	if p.ids[i] == 0 {
		p.list = append(p.list, newPageName(p.names[i]))
		p.ids[i] = int32(len(p.list))
	}
	return p.ids[i] - 1
}

func newPageName(name string) pageName {
	text := shownName(name)
	start, dot := nameParts(text)
	return pageName{text: text, start: start, pkg: text[:dot]}
}

// nameParts finds the last element of a name's path, and the end of its
// package: 4 and 8 in "net/http.(*conn).serve". Of a file it is the folder, of
// what stands in brackets for code without a name all of it.
// Type arguments, receivers, and what follows a blank hold slashes and dots of
// their own.
func nameParts(name string) (start, pkgEnd int) {
	if strings.HasPrefix(name, "[") {
		return 0, len(name)
	}
	path := name
	if cut := strings.IndexAny(path, "[( "); cut > 0 {
		path = path[:cut]
	}
	start = strings.LastIndexByte(path, '/') + 1
	if start > 0 && strings.HasSuffix(path, ".go") {
		return start, start - 1
	}
	if strings.Contains(path, "::") {
		return start, strings.Index(path, "::")
	}
	dot := strings.IndexByte(path[start:], '.')
	if dot <= 0 || strings.Contains(path[start:], "@") {
		return start, len(path)
	}
	pkgEnd = start + dot
	if start > 1 && isMajorVersion(path[start:pkgEnd]) { // go-redis/v9, of which v9 says nothing
		start = strings.LastIndexByte(path[:start-1], '/') + 1
	}
	return start, pkgEnd
}

// isMajorVersion reports whether an element of an import path is v2, v3, …
func isMajorVersion(element string) bool {
	digits, ok := strings.CutPrefix(element, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// shownName is a name as people can see it, and as every kind of document can
// hold it: control characters have pictures, and what is no text, or would turn
// the direction of the text around it, is U+FFFD.
func shownName(name string) string {
	if isPlain(name) {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		b.WriteRune(shownRune(r))
	}
	return b.String()
}

func isPlain(name string) bool {
	for i := range len(name) {
		if name[i] < 0x20 || name[i] >= 0x7f {
			return false
		}
	}
	return true
}

func shownRune(r rune) rune {
	switch {
	case r < 0x20:
		return '␀' + r
	case r == 0x7f:
		return '␡'
	case r < 0xa0 && r > 0x7f, // C1 control characters
		r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
		r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef, r == 0xfeff:
		return utf8.RuneError
	}
	return r
}
