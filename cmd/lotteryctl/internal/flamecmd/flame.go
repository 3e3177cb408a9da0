// Package flamecmd is the command flame: one profile (render.go), the difference of
// two (diff.go), dumps of goroutines (goroutines.go), or pages in the browser
// (serve.go, open.go). check.go reads the flags.
package flamecmd

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
)

// New builds the command flame over the streams of env.
func New(env cli.Env) *cobra.Command {
	o := &flameOptions{}
	cmd := &cobra.Command{
		Use:   "flame FILE...",
		Short: "Show where a profile's time or memory goes, or what changed between two",
		Long: `Show where a profile's time or memory goes, or what changed between two.

FILE is one of:
  a profile of any kind that pprof reads, folded stacks, the output of perf script,
  or a goroutine dump; gzip or not. "-" is stdin. Several files are merged.
  a folder: a bundle of lotteryctl profile, a run of bench --profile, or a snapshot
  of a service's recorder (also as a zip file). --kind selects the profile, and
  RUN@ARM the arm of a run.

--diff compares two sides, each with one profile or several rounds. It shows what
grew, what shrank, and what is within the noise. --goroutines groups the goroutines
of a dump; with two dumps it shows the growth. See docs/flame.md.

Exit codes:
  0    shown
  2    wrong usage or unusable input`,
		Example: `  lotteryctl flame cpu.pb.gz
  lotteryctl flame --out cpu.svg cpu.pb.gz
  lotteryctl flame --kind heap --type inuse_space --format tree profiles/before
  lotteryctl flame --diff --out diff.html runs/old-new
  lotteryctl flame --diff runs/ladder@none runs/ladder@all
  lotteryctl flame --label route=/draw --fold-runtime --open cpu.pb.gz
  lotteryctl flame --goroutines goroutines-start.txt goroutines.txt
  lotteryctl flame --serve profiles/before`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return ignoreClosedPipe(runFlame(cmd, env, o, args))
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *flameOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.format, "format", "top", "svg, html, folded, speedscope, pprof, top, tree or json; without this flag, the name of --out sets it")
	f.StringVar(&o.out, "out", "", "write to this file instead of stdout")
	f.BoolVar(&o.json, "json", false, "the same as --format json")
	f.BoolVar(&o.open, "open", false, "open the page in the browser")
	f.StringVar(&o.serve, "serve", "", "serve pages for all profiles at this address (default 127.0.0.1:0), until Ctrl-C")
	f.Lookup("serve").NoOptDefVal = defaultServe
	f.BoolVar(&o.public, "public", false, "with --serve: allow an address that other hosts can reach")
	f.BoolVar(&o.diff, "diff", false, "compare: lotteryctl flame --diff OLD NEW")
	f.StringSliceVar(&o.old, "old", nil, "with --diff: profiles of the old side, one for each round; may be repeated")
	f.StringSliceVar(&o.new, "new", nil, "with --diff: profiles of the new side")
	f.StringVar(&o.basis, "basis", "auto", "with --diff: divide by request, second, typical, total or profile (docs/flame.md)")
	f.Float64Var(&o.minEffect, "min-effect", 0.01, "with --diff: smallest relative change that gets a verdict")
	f.BoolVar(&o.goroutines, "goroutines", false, "group the goroutines of a dump; with two dumps, show the growth")
	f.StringVar(&o.kind, "kind", "cpu", "which profile of a bundle: cpu, heap, allocs, block, mutex, goroutine or threadcreate")
	f.StringVar(&o.typ, "type", "", "sample type, such as alloc_space (default: the profile's own)")
	f.StringVar(&o.group, "group", "function", "show function, line, file, package or module")
	f.StringVar(&o.focus, "focus", "", "keep stacks with a frame that matches this regular expression (function, file or binary)")
	f.StringVar(&o.ignore, "ignore", "", "drop stacks with a frame that matches")
	f.StringVar(&o.hide, "hide", "", "remove matching frames from stacks; their callers get their values")
	f.StringVar(&o.show, "show", "", "remove all other frames from stacks")
	f.StringVar(&o.root, "root", "", "begin stacks at the outermost frame that matches; drop stacks without one")
	f.StringArrayVar(&o.labels, "label", nil, "keep samples whose label KEY matches: KEY=REGEXP; may be repeated")
	f.StringVar(&o.labelRoot, "label-root", "", "make the value of this label the root of its samples")
	f.BoolVar(&o.foldRuntime, "fold-runtime", false, "show adjacent frames of Go's runtime as one")
	f.StringVar(&o.own, "own", "", "show only the program's own code; --own=PATH names its module or packages, separated by commas")
	f.Lookup("own").NoOptDefVal = ownByItself
	f.BoolVar(&o.withProfiler, "with-profiler", false, "of a bundle, show also what taking the profiles cost (left out by default)")
	f.StringVar(&o.minShare, "min-share", "", "merge frames below this share of the total into their callers, in percent (default 0.01, tree 1)")
	f.IntVar(&o.lines, "lines", 40, "number of lines of top, tree and goroutines; 0 prints all")
	f.StringVar(&o.title, "title", "", "title of the page")
	f.BoolVar(&o.flameUp, "flame", false, "draw the root at the bottom")
	f.BoolVar(&o.icicle, "icicle", false, "draw the root at the top (the default)")
}

func runFlame(cmd *cobra.Command, env cli.Env, o *flameOptions, args []string) error {
	if cmd.Flags().Changed("own") && o.own == "" {
		return cli.UsageErrorf(cmd, "--own= names no module; use --own alone to find the program's own code, or --own=PATH")
	}
	if err := o.check(cmd, args); err != nil {
		return err
	}
	// A profile is few large pieces and then much garbage; collecting it more
	// often costs little time and saves a third of the memory.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	switch {
	case o.goroutines:
		return o.runGoroutines(cmd.Context(), env, args)
	case o.diff:
		return o.runDiff(cmd.Context(), env, args)
	case o.serve != "":
		return o.runServe(cmd.Context(), env, args)
	}
	return o.runProfile(cmd.Context(), env, args)
}

// runProfile shows one profile, merged of all arguments.
func (o *flameOptions) runProfile(ctx context.Context, env cli.Env, args []string) error {
	sources, err := o.sources(args)
	if err != nil {
		return err
	}
	if err := o.keepInputs(env, args, sources); err != nil {
		return err
	}
	noteTo(env.Stderr, append(profileinput.Doubts(sources), profileinput.Repeated(sources)...))
	p, err := profileinput.LoadMerged(ctx, env, sources)
	if err != nil {
		return err
	}
	p, err = o.prepare(env, p, profileinput.JoinPaths(args), sources[0])
	if err != nil {
		return err
	}
	return o.write(ctx, env, func(w io.Writer) error {
		return o.render(w, p, profileinput.JoinPaths(args), profileinput.Requests(sources))
	})
}

// ignoreClosedPipe takes a reader that has seen enough, such as head, for what
// it is.
func ignoreClosedPipe(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}
