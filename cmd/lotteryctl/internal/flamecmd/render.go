package flamecmd

import (
	"cmp"
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
)

// treeShare is the least share of a line of --format tree.
const treeShare = 0.01

// prepare filters p and says on stderr what its reader should know.
// why is what is known of why it may be empty.
func (o *flameOptions) prepare(env cli.Env, p *stackprofile.Profile, name string, first profileinput.Source) (*stackprofile.Profile, error) {
	if _, err := p.TypeNamed(o.typ); err != nil {
		return nil, fmt.Errorf("--type: %s: %w", name, err)
	}
	filtered, kept := p.Filter(o.filter)
	noteTo(env.Stderr, flamepage.ProfileNotes(filtered.Notes))
	switch {
	case kept.OfSamples == 0:
		return nil, fmt.Errorf("%s: the profile is empty: %s", name, cmp.Or(first.Why, "nothing was sampled"))
	case kept.Samples == 0:
		return nil, fmt.Errorf("%s: the filters exclude all of its %d stacks", name, kept.OfSamples)
	}
	err := o.onlyOwn(env, []**stackprofile.Profile{&filtered}, name, first.Module)
	return filtered, err
}

// render writes p in the format asked for. requests were served while it was
// taken; 0: not known.
func (o *flameOptions) render(w io.Writer, p *stackprofile.Profile, name string, requests float64) error {
	t, err := p.TypeNamed(o.typ)
	if err != nil {
		return err
	}
	switch o.format {
	case "folded":
		return p.WriteFolded(w, t, o.grouping)
	case "speedscope":
		return p.WriteSpeedscope(w, t, o.grouping, cmp.Or(o.title, name))
	case "pprof":
		return p.WritePprof(w)
	case "top":
		return flamepage.WriteTop(w, p, t, o.grouping, o.lines, requests)
	}
	return o.renderTree(w, p, t, name)
}

func (o *flameOptions) renderTree(w io.Writer, p *stackprofile.Profile, valueType int, name string) error {
	share := o.share
	if o.format == "tree" {
		share = cmp.Or(share, treeShare)
	}
	tree, err := flame.Fold(p, valueType, flame.FoldOptions{By: o.grouping, MinShare: share})
	if err != nil {
		return err
	}
	switch o.format {
	case "tree":
		return flamepage.WriteTree(w, tree, flamepage.TextOptions{MinShare: share, MaxLines: o.lines})
	case "json":
		return tree.WriteJSON(w, flamepage.ProfileNotes(tree.Notes))
	case "svg":
		return flamepage.Tree(tree).WriteSVG(w, o.page(name))
	}
	return flamepage.Tree(tree).WriteHTML(w, o.page(name))
}

func (o *flameOptions) page(name string) flamepage.Options {
	return flamepage.Options{Title: cmp.Or(o.title, "Flame graph: "+name), Flame: o.flameUp}
}
