package flamecmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// runDiff compares two sides.
func (o *flameOptions) runDiff(ctx context.Context, env cli.Env, args []string) error {
	before, after, err := o.sides(args)
	if err != nil {
		return err
	}
	d, notes, err := o.compare(ctx, env, before, after)
	if err != nil {
		return err
	}
	if o.format != "top" { // which has the notes itself
		noteTo(env.Stderr, slices.Concat(notes, flamepage.DiffNotes(d)))
	}
	return o.write(ctx, env, func(w io.Writer) error {
		return o.renderDiff(w, d, notes, profileinput.JoinPaths(before), profileinput.JoinPaths(after))
	})
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
		return nil, nil, profileinput.SayChoice(err)
	}
	return []string{args[0] + "@" + first}, []string{args[0] + "@" + second}, nil
}

// compare also returns what is doubtful about the profiles themselves.
func (o *flameOptions) compare(ctx context.Context, env cli.Env, before, after []string) (d *flame.Diff, notes []string, err error) {
	var sides [2][]flame.Input
	var all []**stackprofile.Profile
	module := ""
	for i, args := range [][]string{before, after} {
		sources, err := o.sources(args)
		if err != nil {
			return nil, nil, err
		}
		notes = append(notes, append(profileinput.Doubts(sources), profileinput.Repeated(sources)...)...)
		if sides[i], err = profileinput.LoadInputs(ctx, env, sources); err != nil {
			return nil, nil, err
		}
		for j := range sides[i] {
			input := &sides[i][j]
			if _, err := input.Profile.TypeNamed(o.typ); err != nil {
				return nil, nil, fmt.Errorf("--type: %s: %w", sources[j].Name, err)
			}
			filtered, _ := input.Profile.Filter(o.filter)
			input.Profile, all, module = filtered, append(all, &input.Profile), sources[j].Module
		}
	}
	if err := o.onlyOwn(env, all, profileinput.JoinPaths(slices.Concat(before, after)), module); err != nil {
		return nil, nil, err
	}
	options := flame.DiffOptions{Type: o.typ, By: o.grouping, Basis: o.wholeBasis, MinEffect: o.minEffect, MinShare: o.share}
	if options.MinEffect == 0 {
		options.MinEffect = -1 // any
	}
	d, err = flame.Compare(sides[0], sides[1], options)
	if err != nil {
		return nil, nil, fmt.Errorf("comparing %s with %s: %w", profileinput.JoinPaths(before), profileinput.JoinPaths(after), err)
	}
	if whole := d.Nodes[0].Total; whole.Old == 0 && whole.New == 0 {
		return nil, nil, fmt.Errorf("nothing to compare: %s and %s are both empty, or the filters exclude all of their stacks", profileinput.JoinPaths(before), profileinput.JoinPaths(after))
	}
	return d, notes, nil
}

func (o *flameOptions) renderDiff(w io.Writer, d *flame.Diff, notes []string, before, after string) error {
	page := flamepage.Options{Title: cmp.Or(o.title, "What changed: "+before+" → "+after), Flame: o.flameUp, Notes: notes}
	switch o.format {
	case "svg":
		return flamepage.Diff(d).WriteSVG(w, page)
	case "html":
		return flamepage.Diff(d).WriteHTML(w, page)
	case "json":
		return d.WriteJSON(w, slices.Concat(notes, flamepage.DiffNotes(d)))
	case "folded":
		return d.WriteFolded(w)
	}
	lines := o.lines
	if lines == 0 {
		lines = len(d.Functions)
	}
	return flamepage.WriteDiff(w, d, lines, notes...)
}
