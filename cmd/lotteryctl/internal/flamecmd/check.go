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
		return cli.UsageErrorf(cmd, "--flame and --icicle contradict each other")
	case o.lines < 0:
		return cli.UsageErrorf(cmd, "--lines is %d; give 0 for all, or more", o.lines)
	case !(o.minEffect >= 0 && o.minEffect <= 10):
		return cli.UsageErrorf(cmd, "--min-effect is %v; give a share such as 0.05 for 5 %%", o.minEffect)
	case !slices.Contains(profiles.Kinds(), profiles.Kind(o.kind)):
		return cli.UsageErrorf(cmd, "--kind is %q; it must be one of %s", o.kind, joinKindNames())
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
		return cli.UsageErrorf(cmd, "--json and --format %s contradict each other", o.format)
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
		return cli.UsageErrorf(cmd, "--format is %q; it must be %s", o.format, strings.Join(o.formats(), ", "))
	}
	if o.open && o.format != "svg" && o.format != "html" {
		return cli.UsageErrorf(cmd, "--open shows svg and html, not %s", o.format)
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
	return "", fmt.Errorf("the name %s does not tell a format: say --format", filepath.Base(path))
}

func (o *flameOptions) checkMode(cmd *cobra.Command, args []string) error {
	sides := len(o.old) + len(o.new)
	given := cmd.Flags().Changed
	switch {
	case o.diff && o.goroutines, o.serve != "" && (o.diff || o.goroutines):
		return cli.UsageErrorf(cmd, "--diff, --goroutines and --serve are different things to do: give one of them")
	case o.serve != "" && (o.out != "" || o.open || o.formatGiven || o.json):
		return cli.UsageErrorf(cmd, "--serve shows pages: leave --out, --open and --format out")
	case o.public && o.serve == "":
		return cli.UsageErrorf(cmd, "--public belongs to --serve")
	case !o.diff && (sides > 0 || given("basis") || given("min-effect")):
		return cli.UsageErrorf(cmd, "--old, --new, --basis and --min-effect belong to --diff")
	case o.diff && sides > 0 && (len(args) > 0 || len(o.old) == 0 || len(o.new) == 0):
		return cli.UsageErrorf(cmd, "name both sides, either as --diff OLD NEW or with --old and --new")
	case o.diff && sides == 0 && len(args) != 1 && len(args) != 2:
		return cli.UsageErrorf(cmd, "--diff compares two: OLD and NEW, or one run with two arms; several rounds of a side go with --old and --new")
	case o.goroutines && len(args) != 1 && len(args) != 2:
		return cli.UsageErrorf(cmd, "--goroutines takes a dump, or an earlier and a later one")
	case !o.diff && len(args) == 0:
		return cli.UsageErrorf(cmd, "name a profile; - is stdin")
	case countOf(args, "-")+countOf(o.old, "-")+countOf(o.new, "-") > 1:
		return cli.UsageErrorf(cmd, "- was given twice; stdin can be read once")
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
		return cli.UsageErrorf(cmd, "--min-share is %q; give percent, from 0 up to, without, 100", o.minShare)
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
			return cli.UsageErrorf(cmd, "--%s is no regular expression: %v", pattern.flag, err)
		}
		*pattern.into = re
	}
	for _, text := range o.labels {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return cli.UsageErrorf(cmd, "--label is %q; it must be KEY=REGEXP", text)
		}
		re, err := regexp.Compile(value)
		if err != nil {
			return cli.UsageErrorf(cmd, "--label %s is no regular expression: %v", key, err)
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
