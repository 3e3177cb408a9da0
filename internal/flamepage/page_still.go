package flamepage

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The measures of a still picture in pixels.
const (
	rowHeight  = 18.0
	stillHead  = 52.0 // above the frames: title and subtitle
	stillFoot  = 10.0
	stillLeast = 0.8 // narrower frames are left out
	textLeast  = 30.0
	textMargin = 4.0
	charWidth  = 7.23 // of a monospaced font at 12 pixels; all common ones have it
)

// placed is a frame with its place in the still picture.
type placed struct {
	frame    *sceneFrame
	x, width float64
}

// layout places the frames that are wide enough to be seen, in preorder. It
// looks at none below one that is too narrow.
func (s *scene) layout() (seen []placed, depth int32) {
	scale := 0.0
	if root := s.frames[0].weight; root > 0 {
		scale = s.width / root
	}
	var left []float64 // where the next frame of each depth begins
	for i := 0; i < len(s.frames); {
		f := &s.frames[i]
		for int(f.depth)+1 >= len(left) {
			left = append(left, 0)
		}
		x, width := left[f.depth], f.weight*scale
		left[f.depth] += width
		if width < stillLeast && i > 0 {
			i = int(f.end)
			continue
		}
		left[f.depth+1] = x
		seen = append(seen, placed{f, x, width})
		depth = max(depth, f.depth)
		i++
	}
	return seen, depth
}

// still appends the frames as SVG: one path for each color, since a picture
// has thousands of frames, and a text for each frame that has room for one.
func (s *scene) still(out []byte, seen []placed, depth int32) []byte {
	top := func(f *sceneFrame) float64 {
		if s.flame {
			return stillHead + float64(depth-f.depth)*rowHeight
		}
		return stillHead + float64(f.depth)*rowHeight
	}
	byPaint := slices.Clone(seen)
	slices.SortStableFunc(byPaint, func(a, b placed) int { return int(a.frame.paint - b.frame.paint) })
	for len(byPaint) > 0 {
		n := 1
		for n < len(byPaint) && byPaint[n].frame.paint == byPaint[0].frame.paint {
			n++
		}
		out = append(out, `<path class="p`...)
		out = strconv.AppendInt(out, int64(byPaint[0].frame.paint), 10)
		out = append(out, `" d="`...)
		for _, p := range byPaint[:n] {
			out = appendBox(out, p.x, top(p.frame), p.width)
		}
		out = append(out, "\"/>\n"...)
		byPaint = byPaint[n:]
	}
	out = append(out, `<path class="hatched" d="`...)
	for _, p := range seen {
		if p.frame.hatched {
			out = appendBox(out, p.x, top(p.frame), p.width)
		}
	}
	out = append(out, "\"/>\n"...)
	for _, p := range seen {
		if p.width < textLeast {
			continue
		}
		label := fitText(s.nameOf(*p.frame), p.frame.note, int((p.width-2*textMargin)/charWidth))
		if label != "" {
			out = appendText(out, p.x+textMargin, top(p.frame)+rowHeight-5, "", label)
		}
	}
	return out
}

// appendBox appends a frame's outline to a path. A narrow frame gives less of
// its width to the gap between frames.
func appendBox(out []byte, x, y, width float64) []byte {
	width -= min(0.6, width/4)
	out = append(out, 'M')
	out = appendPixels(out, x)
	out = append(out, ' ')
	out = appendPixels(out, y)
	out = append(out, 'h')
	out = appendPixels(out, width)
	out = append(out, "v17h-"...)
	out = appendPixels(out, width)
	return append(out, 'z')
}

func appendText(out []byte, x, y float64, class, text string) []byte {
	out = append(out, `<text x="`...)
	out = appendPixels(out, x)
	out = append(out, `" y="`...)
	out = appendPixels(out, y)
	if class != "" {
		out = append(out, `" class="`...)
		out = append(out, class...)
	}
	out = append(out, `">`...)
	out = appendMarkup(out, text)
	return append(out, "</text>\n"...)
}

// appendPixels appends x >= 0 to a tenth.
func appendPixels(out []byte, x float64) []byte {
	tenths := int64(x*10 + 0.5)
	out = strconv.AppendInt(out, tenths/10, 10)
	if rest := tenths % 10; rest != 0 {
		out = append(out, '.', '0'+byte(rest))
	}
	return out
}

// appendMarkup appends text that means itself in XML, HTML and their quoted
// attributes. It must be a shown name or text of ours: control characters are
// not for XML.
func appendMarkup(out []byte, text string) []byte {
	for _, r := range text {
		switch r {
		case '<':
			out = append(out, "&lt;"...)
		case '>':
			out = append(out, "&gt;"...)
		case '&':
			out = append(out, "&amp;"...)
		case '"':
			out = append(out, "&quot;"...)
		case '\'':
			out = append(out, "&#39;"...)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// fitText adds note to name if both have room, and else leaves out the package
// and cuts name to the columns there are. It is "" if nothing worth reading has.
func fitText(name, note string, columns int) string {
	width := textColumns(name)
	switch {
	case note != "" && width+2+textColumns(note) <= columns:
		return name + "  " + note
	case width <= columns:
		return name
	case columns < 3:
		return ""
	}
	for _, shorter := range []string{bareName(name), methodName(name)} {
		if name = shorter; textColumns(name) <= columns {
			return name
		}
	}
	return cutText(name, columns)
}

// cutText is text, or as much of it as has room with an ellipsis.
func cutText(text string, columns int) string {
	if textColumns(text) <= columns {
		return text
	}
	used := 0
	for i, r := range text {
		used += runeColumns(r)
		if used > columns-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// bareName is a short name without its package, which the color says.
func bareName(name string) string {
	for i, r := range name {
		switch {
		case r == '.' && i > 0 && i+1 < len(name):
			return name[i+1:]
		case r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z'):
			return name
		}
	}
	return name
}

// methodName is also without the receiver: "serve" of "http.(*conn).serve".
func methodName(name string) string {
	name = bareName(name)
	if i := strings.Index(name, ")."); i > 0 && i+2 < len(name) {
		return name[i+2:]
	}
	return name
}

func textColumns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

// runeColumns is 2 for what is written as wide as it is high, as Chinese is.
func runeColumns(r rune) int {
	if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000) {
		return 2
	}
	return 1
}
