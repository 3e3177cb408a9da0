package comparecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// benchText is the file of a run folder that holds its results.
const benchText = "bench.txt"

// material is what compare was given, read.
type material struct {
	set     *benchmarks.Set
	folders []runFolder // those inputs that are run folders
	inputs  int
}

type runFolder struct {
	path   string
	label  string // of its results
	run    runfolder.Manifest
	rounds []runfolder.Round
	broken []string // what runs of an arm broke, a sentence each
}

// readMaterial reads all inputs. Run folders are recognized by being folders.
func readMaterial(ctx context.Context, env cli.Env, args []string) (*material, error) {
	m := &material{inputs: len(args)}
	inputs := benchmarks.ParseInputs(args)
	var open []io.Closer
	defer func() {
		for _, file := range open {
			_ = file.Close() // only read from
		}
	}()
	for i := range inputs {
		in := &inputs[i]
		if in.Path == "-" {
			in.Reader = cli.NewStoppable(ctx, env.Stdin)
			continue
		}
		path, err := m.resolve(in)
		if err != nil {
			return nil, err
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, cli.FileError(err)
		}
		open = append(open, file)
		in.Path, in.Reader = path, cli.NewStoppable(ctx, file)
	}
	set, err := benchmarks.Read(inputs...)
	m.set = set
	if errors.Is(err, benchmarks.ErrNoResults) {
		m.report(env.Stderr) // says which lines were no results
	}
	return m, err
}

// resolve returns the file to read for an input.
func (m *material) resolve(in *benchmarks.Input) (string, error) {
	info, err := os.Stat(in.Path)
	if err != nil {
		return "", cli.FileError(err)
	}
	if !info.IsDir() {
		return in.Path, nil
	}
	run, rounds, skipped, err := runfolder.Read(os.DirFS(in.Path))
	if err != nil {
		return "", fmt.Errorf("%s: %w", in.Path, err)
	}
	if run.Rounds == 0 && run.Rules.Profile != nil {
		return "", fmt.Errorf("%s contains only profiles, no rounds that count; compare the profiles with lotteryctl flame --diff, or measure rounds with bench --profile", in.Path)
	}
	folder := runFolder{path: in.Path, label: in.Label, run: run, rounds: rounds, broken: brokenArms(rounds)}
	for _, line := range skipped {
		folder.broken = append(folder.broken, line.Error())
	}
	m.folders = append(m.folders, folder)
	return filepath.Join(in.Path, benchText), nil
}

// brokenArms says, in a sentence for each arm, which broke what they must keep.
// A fast arm that loses prizes is not fast.
func brokenArms(rounds []runfolder.Round) (texts []string) {
	count, first := make(map[string]int), make(map[string]string)
	var arms []string
	for _, r := range rounds {
		if len(r.Broken) == 0 {
			continue
		}
		if count[r.Arm]++; count[r.Arm] == 1 {
			arms = append(arms, r.Arm)
			first[r.Arm] = runreport.BrokenText(r.Broken[0])
		}
	}
	for _, arm := range arms {
		texts = append(texts, fmt.Sprintf("arm %s broke an invariant in %s: %s", arm, countedRuns(count[arm]), first[arm]))
	}
	return texts
}

func countedRuns(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs, for example", n)
}

// report tells of lines that could not be read.
func (m *material) report(stderr io.Writer) {
	for i, problem := range m.set.Problems {
		if i == 20 {
			fmt.Fprintf(stderr, "and %d more unusable lines or values\n", len(m.set.Problems)-i)
			return
		}
		fmt.Fprintln(stderr, problem)
	}
}

// tables arranges the results. Run folders are arranged by what they are:
// a single one by its arms, and several without regard to their configuration,
// which would put two hosts in two tables that nothing is compared in; doubts
// tells of such differences instead. Where each has one arm the names of the arms
// do not matter.
func (m *material) tables(cmd *cobra.Command, opts *compareOptions) (*benchmarks.Tables, error) {
	query := opts.query.Literally()
	chosen := cmd.Flags().Changed
	if len(m.folders) == m.inputs && !chosen("table") {
		query.Table = benchmarks.NoKeys
	}
	switch {
	case m.inputs == 1 && len(m.folders) == 1 && !chosen("col") && !chosen("row"):
		arms, err := m.armOrder(opts.base)
		if err != nil {
			return nil, err
		}
		query.Col = arms
	case opts.base == "" && m.onlyArms() && !chosen("col") && !chosen("row"):
		query.Row = ".name"
	case opts.base != "":
		return nil, cli.UsageErrorf(cmd, "--base selects an arm of a single run folder; give one run folder, and remove --row and --col")
	}
	tables, err := query.Tables(m.set)
	var bad *benchmarks.QueryError
	if errors.As(err, &bad) {
		return nil, cli.UsageErrorf(cmd, "--%s", bad)
	}
	if err == nil && len(tables.Tables) == 0 {
		return nil, fmt.Errorf("the filter %q excludes everything; use another filter", query.Filter)
	}
	if err == nil && !opts.calibrate && !comparesAnything(tables) && len(opts.slo) == 0 {
		return nil, errors.New("nothing to compare; give two inputs, or set --col to the key that distinguishes the arms")
	}
	return tables, err
}

// onlyArms says that each of several run folders has one arm, not all of the
// same name: of a service at two addresses, for instance. They are what is to be
// compared.
func (m *material) onlyArms() bool {
	names := map[string]bool{}
	for _, f := range m.folders {
		if len(f.run.Arms) != 1 {
			return false
		}
		names[f.run.Arms[0].Name] = true
	}
	return len(m.folders) == m.inputs && len(names) > 1
}

// armOrder is the projection that makes the arms of a run columns, base first.
func (m *material) armOrder(base string) (string, error) {
	run := m.folders[0].run
	var names []string
	for _, arm := range run.Arms {
		names = append(names, arm.Name)
	}
	if base != "" {
		at := slices.Index(names, base)
		if at < 0 {
			return "", fmt.Errorf("--base: %s has no arm %q; use %s", m.folders[0].path, base, strings.Join(names, ", "))
		}
		names = slices.Insert(slices.Delete(names, at, at+1), 0, base)
	}
	return study.Query(names).Col, nil
}

func comparesAnything(tables *benchmarks.Tables) bool {
	for _, t := range tables.Tables {
		if len(t.Cols) > 1 || t.Baseline < 0 {
			return true
		}
	}
	return false
}

// isAA refuses run folders that are no A/A run: what differs between their arms
// is not noise.
func (m *material) isAA() error {
	for _, f := range m.folders {
		arms := f.run.Arms
		if len(arms) > 2 {
			return fmt.Errorf("%s has %d arms; measure noise with one arm, or with one program twice: bench --calibrate", f.path, len(arms))
		}
		if len(arms) == 2 && (arms[0].Switches != arms[1].Switches || !slices.Equal(arms[0].Command, arms[1].Command)) {
			return fmt.Errorf("the arms %s and %s of %s are different programs; measure noise with one program twice: bench --calibrate",
				arms[0].Name, arms[1].Name, f.path)
		}
	}
	return nil
}

// exclusions are the results in the run folders on which no verdict can rest.
func (m *material) exclusions() (all []benchmarks.Exclusion) {
	for _, folder := range m.folders {
		for _, e := range study.Exclusions(folder.rounds) {
			e.Source = folder.label
			all = append(all, e)
		}
	}
	return all
}
