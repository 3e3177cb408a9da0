package flamepage

import "strings"

// Options say how a picture is headed and drawn. The zero value is fine.
type Options struct {
	// Title stands above the picture; "" is "Flame graph: cpu" or "What changed:
	// cpu". Subtitle is a line below it, such as where the profile is from.
	Title, Subtitle string
	// Flame puts the root at the bottom. By default it is on top (an icicle),
	// where reading begins. A reader of the page can switch.
	Flame bool
	// Notes are doubts of the caller's, which stand before those of what is drawn.
	Notes []string
	// Width is that of the still picture in pixels, which is shown where scripts
	// do not run; 0 is 1200, less than 200 is 200. The page itself takes the
	// width of its window.
	Width int
}

func (o Options) width() float64 {
	if o.Width == 0 {
		return 1200
	}
	return float64(max(o.Width, 200))
}

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
