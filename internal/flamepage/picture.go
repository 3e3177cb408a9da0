package flamepage

import (
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// Picture is a tree or a diff that can be drawn.
type Picture struct{ scene func(o Options) *scene }

// Tree is the picture of a tree: a frame is as wide as its share of the total,
// its color says its package.
func Tree(t *flame.Tree) Picture {
	return Picture{func(o Options) *scene { return treeScene(t, o) }}
}

// Diff is the picture of a diff: a frame is as wide as the mean of both sides,
// its color says what changed.
func Diff(d *flame.Diff) Picture {
	return Picture{func(o Options) *scene { return diffScene(d, o) }}
}

// WriteSVG writes a picture that is interactive where scripts run, and a still
// picture where they do not (an image in a README). It needs no network. Names
// cannot break out of it, whatever they hold.
func (p Picture) WriteSVG(w io.Writer, o Options) error { return writeSVG(w, p.scene(o)) }

// WriteHTML writes a page that needs nothing else: the interactive picture with
// a table of all functions, or of what changed. It needs no network.
func (p Picture) WriteHTML(w io.Writer, o Options) error { return writeHTML(w, p.scene(o)) }
