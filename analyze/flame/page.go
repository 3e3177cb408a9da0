package flame

import (
	"io"
	"strings"
)

// PageOptions say how a picture is headed and drawn. The zero value is fine.
type PageOptions struct {
	// Title stands above the picture; "" is "Flame graph: cpu" or "What changed:
	// cpu". Subtitle is a line below it, such as where the profile is from.
	Title, Subtitle string
	// Flame puts the root at the bottom. By default it is on top (an icicle),
	// where reading begins. A reader of the page can switch.
	Flame bool
	// Width is that of the still picture in pixels, which is shown where scripts
	// do not run; 0 is 1200, less than 200 is 200. The page itself takes the
	// width of its window.
	Width int
}

func (o PageOptions) width() float64 {
	if o.Width == 0 {
		return 1200
	}
	return float64(max(o.Width, 200))
}

// WriteSVG writes t as a picture that is interactive where scripts run, and a
// still picture where they do not (an image in a README). It needs no network.
// Names cannot break out of it, whatever they hold.
func (t *Tree) WriteSVG(w io.Writer, o PageOptions) error { return writeSVG(w, t.scene(o)) }

// WriteHTML writes t as a page that needs nothing else: the interactive picture
// with a table of all functions. It needs no network.
func (t *Tree) WriteHTML(w io.Writer, o PageOptions) error { return writeHTML(w, t.scene(o)) }

// WriteSVG writes d as [Tree.WriteSVG] does: a frame is as wide as the mean of
// both sides, its colour says what changed.
func (d *Diff) WriteSVG(w io.Writer, o PageOptions) error { return writeSVG(w, d.scene(o)) }

// WriteHTML writes d as a page that needs nothing else, with a table of what
// changed.
func (d *Diff) WriteHTML(w io.Writer, o PageOptions) error { return writeHTML(w, d.scene(o)) }

// scene is what a picture shows, of a tree or of a diff.
type scene struct {
	title, subtitle string
	legend          string // of the still picture
	flame           bool
	width           float64 // of the still picture
	names           pageNames
	frames          []sceneFrame // in preorder
	paints          []paint      // what the frames are painted with
	// data adds what the script needs, members of a JSON object.
	data func(j *jsonText)
}

// sceneFrame is one frame of a picture. Weight is its width in any unit, and
// that of the frames right below it together is not more.
type sceneFrame struct {
	name       int32 // index into the scene's names; -1 for the root
	depth, end int32
	paint      int32 // index into the scene's paints
	weight     float64
	note       string // behind the name, if there is room
	hatched    bool   // no program has it, or the new side does not
}

// nameOf is what is written into a frame.
func (s *scene) nameOf(f sceneFrame) string {
	if f.name < 0 {
		return "all"
	}
	return s.names.list[f.name].short()
}

// text is the scene's head in one string, for people who hear pages.
func (s *scene) text() string { return strings.TrimSpace(s.title + " " + s.subtitle) }
