package flamecmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
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
	if len(args) == 1 && isFile(args[0]) {
		return o.runDiffOfOne(ctx, env, args[0])
	}
	before, after, err := o.sides(args)
	if err != nil {
		return err
	}
	sides, notes, err := o.load(ctx, env, before, after)
	if err != nil {
		return err
	}
	return o.showDiff(ctx, env, sides, notes, profileinput.JoinPaths(before), profileinput.JoinPaths(after))
}

// isFile reports whether an argument is one file, or stdin.
func isFile(arg string) bool {
	info, err := os.Stat(arg)
	return arg == "-" || err == nil && !info.IsDir()
}

// runDiffOfOne compares the two sides that one file holds.
func (o *flameOptions) runDiffOfOne(ctx context.Context, env cli.Env, arg string) error {
	sources, err := o.sources([]string{arg})
	if err != nil {
		return err
	}
	if err := o.keepInputs(env, []string{arg}, sources); err != nil {
		return err
	}
	p, err := profileinput.LoadMerged(ctx, env, sources)
	if err != nil {
		return err
	}
	old, now, ok := p.Sides()
	if !ok {
		return fmt.Errorf("%s is only one profile; give two to compare", arg)
	}
	var sides [2][]flame.Input
	var all []**stackprofile.Profile
	for i, side := range []*stackprofile.Profile{old, now} {
		filtered, _ := side.Filter(o.filter)
		sides[i] = []flame.Input{{Profile: filtered}}
		all = append(all, &sides[i][0].Profile)
	}
	name := profileinput.JoinPaths([]string{arg})
	if err := o.onlyOwn(env, all, name, ""); err != nil {
		return err
	}
	return o.showDiff(ctx, env, sides, nil, name+" (before)", name+" (after)")
}

// showDiff compares two sides, which people call before and after.
func (o *flameOptions) showDiff(ctx context.Context, env cli.Env, sides [2][]flame.Input, notes []string, before, after string) error {
	d, err := o.compare(sides, before, after)
	if err != nil {
		return err
	}
	if o.format != "top" { // which has the notes itself
		noteTo(env.Stderr, slices.Concat(notes, flamepage.DiffNotes(d)))
	}
	return o.write(ctx, env, func(w io.Writer) error {
		return o.renderDiff(w, d, notes, before, after)
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

// load reads both sides, and also returns what is doubtful about the profiles
// themselves.
func (o *flameOptions) load(ctx context.Context, env cli.Env, before, after []string) (sides [2][]flame.Input, notes []string, err error) {
	var all []**stackprofile.Profile
	module := ""
	for i, args := range [][]string{before, after} {
		sources, err := o.sources(args)
		if err != nil {
			return sides, nil, err
		}
		if err := o.keepInputs(env, args, sources); err != nil {
			return sides, nil, err
		}
		notes = append(notes, append(profileinput.Doubts(sources), profileinput.Repeated(sources)...)...)
		if sides[i], err = profileinput.LoadInputs(ctx, env, sources); err != nil {
			return sides, nil, err
		}
		for j := range sides[i] {
			input := &sides[i][j]
			if _, err := input.Profile.TypeNamed(o.typ); err != nil {
				return sides, nil, fmt.Errorf("--type: %s: %w", sources[j].Name, err)
			}
			filtered, _ := input.Profile.Filter(o.filter)
			input.Profile, all, module = filtered, append(all, &input.Profile), sources[j].Module
		}
	}
	if err := o.onlyOwn(env, all, profileinput.JoinPaths(slices.Concat(before, after)), module); err != nil {
		return sides, nil, err
	}
	return sides, notes, nil
}

func (o *flameOptions) compare(sides [2][]flame.Input, before, after string) (*flame.Diff, error) {
	options := flame.DiffOptions{Type: o.typ, By: o.grouping, Basis: o.wholeBasis, MinEffect: o.minEffect, MinShare: o.share}
	if options.MinEffect == 0 {
		options.MinEffect = -1 // any
	}
	d, err := flame.Compare(sides[0], sides[1], options)
	if err != nil {
		return nil, fmt.Errorf("comparing %s with %s: %w", before, after, err)
	}
	if whole := d.Nodes[0].Total; whole.Old == 0 && whole.New == 0 {
		return nil, fmt.Errorf("nothing to compare: %s and %s are both empty, or the filters exclude all of their stacks", before, after)
	}
	return d, nil
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
