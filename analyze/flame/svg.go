package flame

import (
	"embed"
	"io"
	"strconv"
)

// pageFiles are the style and the script of the pages.
//
//go:embed page
var pageFiles embed.FS

// scriptFiles are the parts of the script in the order in which they are read.
func scriptFiles() []string {
	return []string{"words.js", "model.js", "tree.js", "diff.js", "layout.js", "chart.js", "search.js", "table.js", "keys.js", "app.js"}
}

// writeSVG writes the still picture, and the script that replaces it.
func writeSVG(w io.Writer, s *scene) error {
	seen, depth := s.layout()
	height := stillHead + float64(depth+1)*rowHeight + stillFoot
	out := append([]byte(nil), `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<svg xmlns="http://www.w3.org/2000/svg" width="`...)
	out = appendPixels(out, s.width)
	out = append(out, `" height="`...)
	out = appendPixels(out, height)
	out = append(out, `" viewBox="0 0 `...)
	out = appendPixels(out, s.width)
	out = append(out, ' ')
	out = appendPixels(out, height)
	out = append(out, "\" role=\"img\">\n<title>"...)
	out = appendMarkup(out, s.text())
	out = append(out, "</title>\n<style>"...)
	out = s.stillStyle(out)
	out = append(out, "</style>\n<g class=\"still\">\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"...)
	columns := int((s.width - 20) / charWidth)
	out = appendText(out, 10, 20, "title", fitText(s.title, "", columns*4/5))
	out = appendText(out, 10, 38, "subtitle", fitText(s.subtitle, "", columns))
	out = s.still(out, seen, depth)
	out = append(out, "</g>\n</svg>\n"...)
	_, err := w.Write(out)
	return err
}

// stillStyle appends the style of the still picture: it has its own background,
// and follows the reader's choice of a light or a dark page.
func (s *scene) stillStyle(out []byte) []byte {
	out = append(out, ".still text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1b1f24;white-space:pre}\n"+
		".still .title{font-size:15px;font-weight:600}.still .subtitle{fill:#59636e}.still .page{fill:#fff}\n"...)
	for i, p := range s.paints {
		out = appendPaint(out, i, p.light)
	}
	out = append(out, "\n@media (prefers-color-scheme:dark){.still text{fill:#e6e9ed}.still .subtitle{fill:#9aa4af}.still .page{fill:#14181d}\n"...)
	for i, p := range s.paints {
		out = appendPaint(out, i, p.dark)
	}
	return append(out, "}\n"...)
}

func appendPaint(out []byte, i int, colour string) []byte {
	out = append(out, ".still .p"...)
	out = strconv.AppendInt(out, int64(i), 10)
	out = append(out, "{fill:"...)
	out = append(out, colour...)
	return append(out, '}')
}
