package flame

import "io"

// writeHTML writes the page.
func writeHTML(w io.Writer, s *scene) error {
	return writeSVG(w, s)
}
