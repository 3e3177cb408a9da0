package flamepage

import "io"

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
	out = append(out, "\">\n<title>"...)
	out = appendMarkup(out, s.text())
	out = append(out, "</title>\n<style>\n"...)
	out = append(out, stillStyle...)
	out, err := s.appStyle(out)
	if err != nil {
		return err
	}
	out = append(out, "</style>\n"+stillHatch+"<g class=\"still\">\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"...)
	out = s.stillHeadings(out)
	out = s.still(out, seen, depth)
	out = append(out, "</g>\n<script type=\"application/json\">"...)
	out = s.json(out) // holds nothing with a meaning in XML
	out = append(out, "</script>\n<script><![CDATA[\n"...)
	if out, err = appendScript(out); err != nil {
		return err
	}
	out = append(out, "]]></script>\n</svg>\n"...)
	_, err = w.Write(out)
	return err
}

// stillHeadings appends what stands above the frames: the title in larger
// letters, and the legend beside it where there is room.
func (s *scene) stillHeadings(out []byte) []byte {
	const titleLetters = 1.25 // 15 pixels, not 12
	columns := int((s.width - 20) / charWidth)
	title := cutText(s.title, int(float64(columns)/titleLetters))
	out = appendText(out, 10, 20, "title", title)
	legend := textColumns(s.legend)
	if legend > 0 && int(float64(textColumns(title))*titleLetters)+2+legend <= columns {
		out = appendText(out, 10+float64(columns-legend)*charWidth, 20, "subtitle", s.legend)
	}
	return appendText(out, 10, 38, "subtitle", cutText(s.subtitle, columns))
}

// stillHatch is the pattern over hatched frames.
const stillHatch = `<defs><pattern id="still-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="2" height="6"/></pattern></defs>
`

// stillStyle is of the still picture: it has its own background, and follows
// the reader's choice of a light or a dark page.
const stillStyle = `.still text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1b1f24; white-space: pre; }
.still .title { font-size: 15px; font-weight: 600; }
.still .subtitle { fill: #59636e; }
.still .page { fill: #ffffff; }
.still .hatched { fill: url(#still-hatch); }
.stripe { fill: #1b1f24; opacity: .2; }
@media (prefers-color-scheme: dark) {
  .still text { fill: #e6e9ed; }
  .still .subtitle { fill: #9aa4af; }
  .still .page { fill: #14181d; }
  .stripe { fill: #e6e9ed; }
}
`
