package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// runDiff compares two sides.
func (o *flameOptions) runDiff(ctx context.Context, env environment, args []string) error {
	before, after, err := o.sides(args)
	if err != nil {
		return err
	}
	d, err := o.compare(ctx, env, before, after)
	if err != nil {
		return err
	}
	if o.format != "top" { // which has the notes itself
		noteTo(env.stderr, d.Notes)
	}
	return o.write(ctx, env, func(w io.Writer) error { return o.renderDiff(w, d, joinPaths(before), joinPaths(after)) })
}

// sides are the arguments of either side.
func (o *flameOptions) sides(args []string) (before, after []string, err error) {
	switch len(args) {
	case 0:
		return o.old, o.new, nil
	case 2:
		return args[:1], args[1:], nil
	}
	first, second, err := runfolder.TwoArms(args[0])
	if err != nil {
		return nil, nil, sayChoice(err)
	}
	return []string{args[0] + "@" + first}, []string{args[0] + "@" + second}, nil
}

func (o *flameOptions) compare(ctx context.Context, env environment, before, after []string) (*flame.Diff, error) {
	var sides [2][]flame.Input
	var notes []string
	for i, args := range [][]string{before, after} {
		sources, err := flameSources(args, o.kind)
		if err != nil {
			return nil, err
		}
		notes = append(notes, append(doubts(sources), repeated(sources)...)...)
		if sides[i], err = loadInputs(ctx, env, sources); err != nil {
			return nil, err
		}
		for j := range sides[i] {
			input := &sides[i][j]
			if _, err := input.Profile.TypeNamed(o.typ); err != nil {
				return nil, fmt.Errorf("--type: %s: %w", sources[j].name, err)
			}
			filtered, _ := input.Profile.Filter(o.filter)
			input.Profile = filtered
		}
	}
	options := flame.DefaultDiffOptions()
	options.Type, options.By, options.Basis, options.MinEffect = o.typ, o.grouping, o.wholeBasis, o.minEffect
	options.MinShare = o.shareOr(flame.DefaultMinShare)
	d, err := flame.Compare(sides[0], sides[1], options)
	if err != nil {
		return nil, fmt.Errorf("comparing %s with %s: %w", joinPaths(before), joinPaths(after), err)
	}
	d.Notes = append(notes, d.Notes...)
	if whole := d.Nodes[0].Total; whole.Old == 0 && whole.New == 0 {
		return nil, fmt.Errorf("%s and %s are both empty, or the filters leave nothing of them: there is nothing to compare", joinPaths(before), joinPaths(after))
	}
	return d, nil
}

func (o *flameOptions) renderDiff(w io.Writer, d *flame.Diff, before, after string) error {
	page := flame.PageOptions{Title: cmp.Or(o.title, "What changed: "+before+" → "+after), Flame: o.flameUp}
	switch o.format {
	case "svg":
		return d.WriteSVG(w, page)
	case "html":
		return d.WriteHTML(w, page)
	case "json":
		return d.WriteJSON(w)
	case "folded":
		return d.WriteFolded(w)
	}
	lines := o.lines
	if lines == 0 {
		lines = len(d.Functions)
	}
	return d.WriteText(w, lines)
}
