package flamepage

import (
	"embed"
	"strconv"
)

// pageFiles are the style and the script of the pages.
//
//go:embed page
var pageFiles embed.FS

// scriptFiles are the parts of the script in the order in which they are read.
func scriptFiles() []string {
	return []string{"units.js", "words.js", "model.js", "tree.js", "diff.js", "layout.js", "chart.js", "search.js", "table.js", "keys.js", "app.js"}
}

// appendScript appends the script, as one function so that it leaves no names
// behind in the document. It holds no "]]>" and no "</script".
func appendScript(out []byte) ([]byte, error) {
	out = append(out, "(() => {\n\"use strict\";\n"...)
	for _, name := range scriptFiles() {
		text, err := pageFiles.ReadFile("page/" + name)
		if err != nil {
			return nil, err
		}
		out = append(out, text...)
	}
	return append(out, "})();\n"...), nil
}

// appStyle appends the style of the interactive part and the colors.
func (s *scene) appStyle(out []byte) ([]byte, error) {
	style, err := pageFiles.ReadFile("page/flame.css")
	if err != nil {
		return nil, err
	}
	out = append(out, style...)
	for i, p := range s.paints {
		out = appendPaint(out, i, p.light)
	}
	out = append(out, "\n@media (prefers-color-scheme: dark) {\n"...)
	for i, p := range s.paints {
		out = appendPaint(out, i, p.dark)
	}
	return append(out, "\n}\n"...), nil
}

func appendPaint(out []byte, i int, colour string) []byte {
	n := strconv.Itoa(i)
	return append(out, ".still .p"+n+", .flame .p"+n+" { fill: "+colour+"; background-color: "+colour+"; }\n"...)
}

// json appends what the script draws.
func (s *scene) json(out []byte) []byte {
	j := &jsonText{append(out, '{')}
	j.strMember("title", s.title)
	j.strMember("subtitle", s.subtitle)
	j.boolMember("flame", s.flame)
	j.ints("name", len(s.frames), func(i int) int64 { return int64(s.frames[i].name) })
	// Preorder and, for each node, how many of the nodes at hand end before it:
	// mostly none.
	j.ints("up", len(s.frames), func(i int) int64 {
		if i == 0 {
			return 0
		}
		return int64(s.frames[i-1].depth + 1 - s.frames[i].depth)
	})
	s.data(j)
	names := s.names.list // after data, which may use more
	j.list("names", len(names), func(i int) { j.str(names[i].text) })
	j.ints("start", len(names), func(i int) int64 { return int64(scriptLength(names[i].text[:names[i].start])) })
	j.ints("package", len(names), func(i int) int64 { return int64(scriptLength(names[i].pkg)) })
	return append(j.text, '}')
}

// scriptLength is the length of a text as scripts count it, in UTF-16.
func scriptLength(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}
