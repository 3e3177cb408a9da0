package flamepage

import "io"

// IndexLine is a line of an index: the first link in front, others behind it.
type IndexLine struct{ Links []Link }

// Link is a text that leads to an address on the same server.
type Link struct{ Text, Address string }

// WriteIndex writes a page that leads to others. Titles, texts and addresses
// mean themselves, whatever they hold.
func WriteIndex(w io.Writer, title string, lines []IndexLine) error {
	title = shownName(title)
	out := append([]byte(nil), `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>`...)
	out = appendMarkup(out, title)
	out = append(out, `</title>
<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:44rem;padding:0 1rem}</style>
<h1>`...)
	out = appendMarkup(out, title)
	out = append(out, "</h1>\n<ul>"...)
	for _, line := range lines {
		out = append(out, "\n<li>"...)
		for i, link := range line.Links {
			if i > 0 {
				out = append(out, " · "...)
			}
			out = append(out, `<a href="`...)
			out = appendMarkup(out, link.Address)
			out = append(out, `">`...)
			out = appendMarkup(out, shownName(link.Text))
			out = append(out, "</a>"...)
		}
		out = append(out, "</li>"...)
	}
	out = append(out, "\n</ul>\n</html>\n"...)
	_, err := w.Write(out)
	return err
}
