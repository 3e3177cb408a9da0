package main

import (
	"cmp"
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// treeShare is the least share of a line of --format tree.
const treeShare = 0.01

// prepare filters p and says on stderr what its reader should know.
// why is what is known of why it may be empty.
func (o *flameOptions) prepare(env environment, p *flame.Profile, name, why string) (*flame.Profile, error) {
	if _, err := p.TypeNamed(o.typ); err != nil {
		return nil, fmt.Errorf("--type: %s: %w", name, err)
	}
	filtered, kept := p.Filter(o.filter)
	noteTo(env.stderr, filtered.Notes)
	switch {
	case kept.OfSamples == 0:
		return nil, fmt.Errorf("%s: the profile is empty: %s", name, cmp.Or(why, "nothing was sampled"))
	case kept.Samples == 0:
		return nil, fmt.Errorf("%s: the filters leave none of its %d stacks", name, kept.OfSamples)
	}
	return filtered, nil
}

// render writes p in the format asked for.
func (o *flameOptions) render(w io.Writer, p *flame.Profile, name string) error {
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
		top, err := p.Top(t, o.grouping)
		if err != nil {
			return err
		}
		return flame.WriteTop(w, top, p.Types[t], p.Total(t), o.lines)
	}
	return o.renderTree(w, p, t, name)
}

func (o *flameOptions) renderTree(w io.Writer, p *flame.Profile, valueType int, name string) error {
	share := o.shareOr(flame.DefaultMinShare)
	if o.format == "tree" {
		share = o.shareOr(treeShare)
	}
	tree, err := p.Fold(flame.FoldOptions{Type: valueType, By: o.grouping, MinShare: share})
	if err != nil {
		return err
	}
	switch o.format {
	case "tree":
		return tree.WriteText(w, flame.TextOptions{MinShare: share, MaxLines: o.lines})
	case "json":
		return tree.WriteJSON(w)
	case "svg":
		return tree.WriteSVG(w, o.page(name))
	}
	return tree.WriteHTML(w, o.page(name))
}

func (o *flameOptions) page(name string) flame.PageOptions {
	return flame.PageOptions{Title: cmp.Or(o.title, "Flame graph: "+name), Flame: o.flameUp}
}
