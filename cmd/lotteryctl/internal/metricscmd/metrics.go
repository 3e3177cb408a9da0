// Package metricscmd is the command metrics: what the runtime of a service did over
// the window of a bundle. metrics.go finds the readings, window.go makes figures of
// them, print.go shows them.
package metricscmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// New builds the command metrics over the streams of env.
func New(env cli.Env) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "metrics FOLDER",
		Short: "Show what the runtime did over the window of a bundle: heap, goroutines, GC, scheduler",
		Long: `Show what the runtime did over the window of a bundle: the heap against its goal,
goroutines by state, the CPU of the garbage collector, and the latency of the scheduler.

FOLDER is a bundle of lotteryctl profile, a run of bench --profile (RUN@ARM chooses an
arm), or the file metrics.jsonl of a bundle. Each figure has its values at the start and
the end of the window, the lowest, the median and the highest, and its course over time.

What a service does not expose is named. With Prometheus' client, collectors.MetricsAll
exposes goroutines by state and the latency of the scheduler. docs/profile-bundle.md
describes the file and the JSON.

Exit codes:
  0    shown
  2    wrong usage or unusable input`,
		Example: `  lotteryctl metrics before
  lotteryctl metrics runs/pr@new
  lotteryctl metrics --json before`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.UsageErrorf(cmd, "metrics needs one bundle, not %d", len(args))
			}
			return run(env, args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON (format version 1, see docs/profile-bundle.md)")
	return cmd
}

// run shows each target by itself: their sum would be of no process.
func run(env cli.Env, arg string, asJSON bool) error {
	file, sources, err := find(arg)
	if err != nil {
		return err
	}
	moments, skipped, err := read(file)
	if err != nil {
		return fmt.Errorf("%s: %w; give a bundle of lotteryctl profile, or its metrics.jsonl", file, err)
	}
	if n := len(skipped); n > 0 {
		fmt.Fprintf(env.Stderr, "note: %s: %s no readings and skipped; the first is line %d\n", file, units.Counted(n, "line is", "lines are"), skipped[0])
	}
	windows := windowsOf(moments, sources)
	if asJSON {
		encoder := json.NewEncoder(env.Stdout)
		encoder.SetIndent("", " ")
		return encoder.Encode(map[string]any{"format": Format, "targets": windows})
	}
	var b strings.Builder
	for i, w := range windows {
		if i > 0 {
			b.WriteByte('\n')
		}
		w.print(&b)
	}
	_, err = io.WriteString(env.Stdout, b.String())
	return err
}

// find is the file with the readings that an argument stands for, and what the
// bundle says of its targets, if it is known.
func find(arg string) (file string, sources []profiles.Source, err error) {
	path, arm := runfolder.SplitArm(runfolder.BundleOf(arg))
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, cli.FileError(err)
	}
	if !info.IsDir() {
		return path, nil, nil
	}
	if _, target := runfolder.TargetFolder(path); target != nil && arm == "" {
		return filepath.Join(path, profiles.MetricsFile), []profiles.Source{*target}, missing(path, []profiles.Source{*target})
	}
	bundles, err := runfolder.ChooseBundles(path, arm)
	if err != nil {
		return "", nil, profileinput.SayChoice(err)
	}
	if len(bundles.Dirs) > 1 {
		return "", nil, fmt.Errorf("%s has %d bundles, each from a different process; name one, such as %s", arg, len(bundles.Dirs), bundles.Dirs[0])
	}
	dir := bundles.Dirs[0]
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", dir, err)
	}
	return filepath.Join(dir, profiles.MetricsFile), m.Targets, missing(dir, m.Targets)
}

// missing says why a bundle has no metrics; nil if some target has.
func missing(dir string, sources []profiles.Source) error {
	if slices.ContainsFunc(sources, func(s profiles.Source) bool { return s.Metrics != nil && s.Metrics.Status == profiles.OK }) {
		return nil
	}
	for _, s := range sources {
		if s.Metrics != nil && s.Metrics.Failure != nil {
			return fmt.Errorf("the bundle %s has no runtime metrics: %s", dir, words.Failure(s.Metrics.Failure))
		}
	}
	return fmt.Errorf("the bundle %s has no runtime metrics: none were found at /metrics or /debug/vars; name their address with profile --metrics-url", dir)
}

func read(file string) ([]runtimemetrics.Moment, []int, error) {
	f, err := os.Open(file)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, nil, err
	}
	defer f.Close()
	return runtimemetrics.ReadMoments(f)
}
