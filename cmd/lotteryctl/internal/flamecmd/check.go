package flamecmd

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// check looks at what can be judged without reading any profile.
func (o *flameOptions) check(cmd *cobra.Command, args []string) error {
	o.formatGiven = cmd.Flags().Changed("format")
	if err := o.checkFormat(cmd); err != nil {
		return err
	}
	if err := o.checkMode(cmd, args); err != nil {
		return err
	}
	switch {
	case o.flameUp && o.icicle:
		return cli.UsageErrorf(cmd, "--flame and --icicle cannot be combined")
	case o.lines < 0:
		return cli.UsageErrorf(cmd, "--lines is %d; use 1 or more, or 0 for all", o.lines)
	case !(o.minEffect >= 0 && o.minEffect <= 10):
		return cli.UsageErrorf(cmd, "--min-effect is %v; use a share such as 0.05 for 5 %%", o.minEffect)
	case !slices.Contains(profiles.Kinds(), profiles.Kind(o.kind)):
		return cli.UsageErrorf(cmd, "--kind is %q; use one of %s", o.kind, joinKindNames())
	}
	if err := o.checkShare(cmd); err != nil {
		return err
	}
	var err error
	if o.grouping, err = stackprofile.ParseGrouping(o.group); err != nil {
		return cli.UsageErrorf(cmd, "--group: %v", err)
	}
	if cmd.Flags().Changed("basis") && o.basis != "auto" {
		basis, err := flame.ParseBasis(o.basis)
		if err != nil {
			return cli.UsageErrorf(cmd, "--basis: %v", err)
		}
		o.wholeBasis = basis
	}
	return o.compileFilter(cmd)
}

// formats are those that a mode writes.
func (o *flameOptions) formats() []string {
	switch {
	case o.goroutines:
		return []string{"top", "json"}
	case o.diff:
		return []string{"svg", "html", "folded", "top", "json"}
	}
	return []string{"svg", "html", "folded", "speedscope", "pprof", "top", "tree", "json"}
}

// checkFormat finds the format: what was asked for, else by the name of --out,
// else what the mode shows by itself.
func (o *flameOptions) checkFormat(cmd *cobra.Command) error {
	switch {
	case o.json && o.formatGiven && o.format != "json":
		return cli.UsageErrorf(cmd, "--json and --format %s cannot be combined", o.format)
	case o.json:
		o.format = "json"
	case !o.formatGiven && o.out != "":
		format, err := formatOf(o.out)
		if err != nil {
			return cli.UsageErrorf(cmd, "%v", err)
		}
		o.format = format
	case !o.formatGiven && o.open:
		o.format = "html"
	}
	if !slices.Contains(o.formats(), o.format) {
		return cli.UsageErrorf(cmd, "--format is %q; use %s", o.format, strings.Join(o.formats(), ", "))
	}
	if o.open && o.format != "svg" && o.format != "html" {
		return cli.UsageErrorf(cmd, "--open can show svg and html, not %s; change --format", o.format)
	}
	return nil
}

// formatOf guesses the format by the name of a file.
func formatOf(path string) (string, error) {
	name := strings.ToLower(filepath.Base(path))
	for _, known := range []struct{ ending, format string }{
		{".speedscope.json", "speedscope"}, {".speedscope", "speedscope"}, {".json", "json"}, {".svg", "svg"}, {".html", "html"}, {".htm", "html"},
		{".folded", "folded"}, {".collapsed", "folded"}, {".pb.gz", "pprof"}, {".pb", "pprof"}, {".pprof", "pprof"}, {".txt", "top"},
	} {
		if strings.HasSuffix(name, known.ending) {
			return known.format, nil
		}
	}
	return "", fmt.Errorf("cannot infer the format from the name %s; set --format", filepath.Base(path))
}

func (o *flameOptions) checkMode(cmd *cobra.Command, args []string) error {
	sides := len(o.old) + len(o.new)
	given := cmd.Flags().Changed
	switch {
	case o.diff && o.goroutines, o.serve != "" && (o.diff || o.goroutines):
		return cli.UsageErrorf(cmd, "--diff, --goroutines and --serve cannot be combined; use one of them")
	case o.serve != "" && (o.out != "" || o.open || o.formatGiven || o.json):
		return cli.UsageErrorf(cmd, "--serve serves pages; remove --out, --open and --format")
	case o.public && o.serve == "":
		return cli.UsageErrorf(cmd, "--public requires --serve")
	case !o.diff && (sides > 0 || given("basis") || given("min-effect")):
		return cli.UsageErrorf(cmd, "--old, --new, --basis and --min-effect require --diff")
	case o.diff && sides > 0 && (len(args) > 0 || len(o.old) == 0 || len(o.new) == 0):
		return cli.UsageErrorf(cmd, "--diff needs two sides; give --diff OLD NEW, or both --old and --new")
	case o.diff && sides == 0 && len(args) != 1 && len(args) != 2:
		return cli.UsageErrorf(cmd, "--diff compares two sides; give OLD and NEW, or one run with two arms, or several rounds per side with --old and --new")
	case o.goroutines && len(args) != 1 && len(args) != 2:
		return cli.UsageErrorf(cmd, "--goroutines needs one dump, or an earlier and a later one")
	case !o.diff && len(args) == 0:
		return cli.UsageErrorf(cmd, "no profile given; name a file or a folder, or - for stdin")
	case countOf(args, "-")+countOf(o.old, "-")+countOf(o.new, "-") > 1:
		return cli.UsageErrorf(cmd, "- was given twice; stdin can be read only once")
	}
	return nil
}

func countOf(args []string, arg string) (n int) {
	for _, a := range args {
		if a == arg {
			n++
		}
	}
	return n
}

// checkShare reads --min-share, such as "0.5" or "0.5%".
func (o *flameOptions) checkShare(cmd *cobra.Command) error {
	if o.minShare == "" {
		return nil
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(o.minShare), "%"), 64)
	if err != nil || !(percent >= 0 && percent < 100) || math.IsInf(percent, 0) {
		return cli.UsageErrorf(cmd, "--min-share is %q; use a value from 0 to less than 100", o.minShare)
	}
	if o.share = percent / 100; percent == 0 {
		o.share = -1
	}
	return nil
}

func (o *flameOptions) compileFilter(cmd *cobra.Command) error {
	f := stackprofile.Filter{FoldRuntime: o.foldRuntime, LabelRoot: o.labelRoot}
	for _, pattern := range []struct {
		flag, text string
		into       **regexp.Regexp
	}{
		{"focus", o.focus, &f.Focus}, {"ignore", o.ignore, &f.Ignore}, {"hide", o.hide, &f.Hide}, {"show", o.show, &f.Show}, {"root", o.root, &f.Root},
	} {
		if pattern.text == "" {
			continue
		}
		re, err := regexp.Compile(pattern.text)
		if err != nil {
			return cli.UsageErrorf(cmd, "--%s is not a regular expression: %v", pattern.flag, err)
		}
		*pattern.into = re
	}
	for _, text := range o.labels {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return cli.UsageErrorf(cmd, "--label is %q; use KEY=REGEXP", text)
		}
		re, err := regexp.Compile(value)
		if err != nil {
			return cli.UsageErrorf(cmd, "--label %s is not a regular expression: %v", key, err)
		}
		f.Labels = append(f.Labels, stackprofile.LabelFilter{Key: key, Value: re})
	}
	o.filter = f
	return nil
}

func joinKindNames() string {
	var names []string
	for _, k := range profiles.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}
