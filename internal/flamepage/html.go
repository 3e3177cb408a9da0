package flamepage

import "io"

// pagePolicy forbids the page whatever it does not need: it cannot ask for
// anything over a network.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

// writeHTML writes the page. It is put together by hand, as the HTML of
// analyze/bench is: templates would add half to the size of the program.
func writeHTML(w io.Writer, s *scene) error {
	style, err := pageFiles.ReadFile("page/page.css")
	if err != nil {
		return err
	}
	out := append([]byte(nil), `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="`+pagePolicy+`">
<title>`...)
	out = appendMarkup(out, s.title)
	out = append(out, "</title>\n<style>\n"...)
	out = append(out, style...)
	if out, err = s.appStyle(out); err != nil {
		return err
	}
	out = append(out, "</style>\n</head>\n<body>\n<noscript>This page needs JavaScript to draw its picture.</noscript>\n<script type=\"application/json\">"...)
	out = s.json(out)
	out = append(out, "</script>\n<script>\n"...)
	if out, err = appendScript(out); err != nil {
		return err
	}
	out = append(out, "</script>\n</body>\n</html>\n"...)
	_, err = w.Write(out)
	return err
}
