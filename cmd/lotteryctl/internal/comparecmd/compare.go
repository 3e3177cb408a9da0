// Package comparecmd is the command compare: it finds benchmark results in files
// and run folders (input.go), doubts folders that differ in more than the arm
// (folders.go), judges them with package bench, and adds what changed in the
// profiles (profiles.go).
package comparecmd

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

// New builds the command compare over the streams of env.
func New(env cli.Env) *cobra.Command {
	opts := &compareOptions{query: benchmarks.DefaultQuery()}
	cmd := &cobra.Command{
		Use:   "compare OLD [NEW...]",
		Short: "Show what got worse or better between runs, and how sure that is",
		Long: `Show what got worse or better between runs, and how sure that is.

OLD and NEW are run folders of bench, or files with Go benchmark results. "-" is
stdin, and label=path names a column. In a single run folder with several arms,
each arm is compared with the first one. See docs/compare.md.

Exit codes:
  0  no gate failed
  1  a gate failed
  2  wrong usage, or unusable inputs, gates or data
  3  with --strict: a gate is undecided, or without gates a verdict is inconclusive`,
		Example: `  lotteryctl compare old.txt new.txt
  lotteryctl compare --fail-on 'p95-latency>5%' --fail-on 'allocs/op>0' runs/old runs/new
  lotteryctl compare --base before --format markdown runs/ladder
  lotteryctl compare --calibrate --json --out noise.json runs/aa
  lotteryctl compare --noise noise.json --slo 'p99-latency<2ms' runs/old runs/new`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCompare(cmd, env, opts, args)
		},
	}
	opts.addFlags(cmd)
	return cmd
}

func (o *compareOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.query.Table, "table", o.query.Table, "split results into tables by this projection; run folders are split by unit only")
	f.StringVar(&o.query.Row, "row", o.query.Row, "split tables into rows by this projection")
	f.StringVar(&o.query.Col, "col", o.query.Col, "split tables into columns by this projection")
	f.StringVar(&o.query.Ignore, "ignore", o.query.Ignore, "ignore these keys")
	f.StringVar(&o.query.Filter, "filter", o.query.Filter, "use only results that match this filter")
	f.Float64Var(&o.query.Alpha, "alpha", o.query.Alpha, "largest corrected p-value at which a difference counts")
	f.Float64Var(&o.query.Confidence, "confidence", o.query.Confidence, "confidence level of all intervals")
	f.StringArrayVar(&o.failOn, "fail-on", nil, "METRIC[@NAME]>BOUND: fail if METRIC got worse by more than BOUND, such as 5%, 2ms, 1KiB; 0 means any change for the worse; may be repeated")
	f.StringArrayVar(&o.slo, "slo", nil, "METRIC[@NAME]<BOUND: fail if METRIC of a new arm is not within BOUND; may be repeated")
	f.BoolVar(&o.strict, "strict", false, "exit with 3 if a gate, or without gates a verdict, is undecided")
	f.Float64Var(&o.minEffect, "min-effect", 0.05, "minimum effect: the smallest relative change that counts")
	f.StringVar(&o.rounds, "rounds", string(benchmarks.PairAuto), "auto, paired (the n-th lines belong together) or unpaired")
	f.StringVar(&o.noise, "noise", "", "take the minimum effects from this calibration: JSON of --calibrate, or the run folder of an A/A run")
	f.StringVar(&o.base, "base", "", "in a single run folder: the arm that the others are compared with (default: the first)")
	f.BoolVar(&o.calibrate, "calibrate", false, "print how much each metric of an A/A run changes although nothing changed")
	f.StringVar(&o.format, "format", "text", "text, csv, markdown, json or html")
	f.BoolVar(&o.json, "json", false, "the same as --format json")
	f.StringVar(&o.out, "out", "", "write to this file instead of stdout")
}

func runCompare(cmd *cobra.Command, env cli.Env, opts *compareOptions, args []string) error {
	policy, err := opts.check(cmd, args)
	if err != nil {
		return err
	}
	if err := opts.keepInputs(env, args); err != nil {
		return err
	}
	// Reading a million lines leaves much garbage at once; collecting it more
	// often costs little time and nearly halves the memory.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	material, err := readMaterial(cmd.Context(), env, args)
	if err != nil {
		return err
	}
	material.report(env.Stderr)
	if policy.Noise, err = opts.readNoise(cmd.Context()); err != nil {
		return err
	}
	if policy.Noise != nil && cmd.Flags().Changed("min-effect") {
		policy.Noise.Raise(opts.minEffect)
	}
	tables, err := material.tables(cmd, opts)
	if err != nil {
		return err
	}
	if opts.calibrate {
		if err := material.isAA(); err != nil {
			return err
		}
		return opts.writeCalibration(env, material, tables)
	}
	var doubts []benchreport.Doubt
	if policy.Noise != nil {
		if doubts, err = material.checkNoise(policy.Noise, tables); err != nil {
			return err
		}
	}
	policy.Exclusions = material.exclusions()
	judgement, err := benchmarks.Judge(tables, policy)
	if errors.Is(err, benchmarks.ErrUnpairable) {
		return fmt.Errorf("%w; repair the inputs, or use --rounds auto", err)
	}
	if err != nil {
		return err
	}
	report := &benchreport.Report{
		Report: judgement, Doubts: append(material.doubts(), doubts...),
		Appendices: material.profileChanges(cmd.Context(), env, opts.base),
	}
	if report.Appendices, err = material.withFindings(report.Appendices); err != nil {
		return err
	}
	if err := opts.write(env, func(w io.Writer) error { return opts.print(w, env, report) }); err != nil {
		return err
	}
	if err := outcomeError(report, opts.strict); err != nil {
		return err
	}
	return nothingShared(report)
}

// nothingShared is the error of inputs that have nothing in common: that nothing
// got worse would be true and misleading. Levels need no other side.
func nothingShared(report *benchreport.Report) error {
	for _, t := range report.Judged {
		for _, row := range t.Judgements {
			if slices.ContainsFunc(row, func(g *benchmarks.Judgement) bool { return g != nil && g.Old != nil }) {
				return nil
			}
		}
	}
	if slices.ContainsFunc(report.Gates, func(g benchmarks.GateResult) bool { return g.Gate.Kind == benchmarks.SLO }) {
		return nil
	}
	return errors.New("nothing was compared: old and new have no benchmark with the same name and metric in common; give results of the same benchmarks, or choose what to compare with --row and --col")
}

// check looks at what can be judged without reading any input.
func (o *compareOptions) check(cmd *cobra.Command, args []string) (benchmarks.Policy, error) {
	policy := benchmarks.Policy{MinEffect: o.minEffect, Pairing: benchmarks.Pairing(o.rounds)}
	if o.minEffect == 0 {
		policy.MinEffect = benchmarks.AnyEffect
	}
	if o.json {
		if cmd.Flags().Changed("format") && o.format != "json" {
			return policy, cli.UsageErrorf(cmd, "--json and --format %s cannot be combined", o.format)
		}
		o.format = "json"
	}
	stdins := 0
	for _, arg := range args {
		if _, path, labelled := strings.Cut(arg, "="); arg == "-" || labelled && path == "-" {
			stdins++
		}
	}
	switch {
	case len(args) == 0:
		return policy, cli.UsageErrorf(cmd, "nothing to compare; give two run folders or files, or one run folder with several arms")
	case stdins > 1:
		return policy, cli.UsageErrorf(cmd, "- was given twice; stdin can be read only once")
	case !(o.minEffect >= 0) || o.minEffect > 10:
		return policy, cli.UsageErrorf(cmd, "--min-effect is %v; use a share such as 0.05 for 5 %%", o.minEffect)
	case !slices.Contains(benchmarks.Pairings(), policy.Pairing):
		return policy, cli.UsageErrorf(cmd, "--rounds is %q; use auto, paired or unpaired", o.rounds)
	case !slices.Contains([]string{"text", "csv", "markdown", "json", "html"}, o.format):
		return policy, cli.UsageErrorf(cmd, "--format is %q; use text, csv, markdown, json or html", o.format)
	case o.calibrate && (len(o.failOn)+len(o.slo) > 0 || o.noise != ""):
		return policy, cli.UsageErrorf(cmd, "--calibrate measures noise and has no verdicts; remove --fail-on, --slo and --noise")
	case o.calibrate && o.format != "text" && o.format != "json":
		return policy, cli.UsageErrorf(cmd, "--calibrate prints text or json; %s is not possible", o.format)
	}
	return policy, o.parseGates(&policy)
}

func (o *compareOptions) parseGates(policy *benchmarks.Policy) error {
	for _, kind := range []struct {
		texts []string
		parse func(string) (benchmarks.Gate, error)
	}{{o.failOn, benchmarks.ParseFailOn}, {o.slo, benchmarks.ParseSLO}} {
		for _, text := range kind.texts {
			gate, err := kind.parse(text)
			if err != nil {
				return err
			}
			policy.Gates = append(policy.Gates, gate)
		}
	}
	return nil
}

func (o *compareOptions) print(w io.Writer, env cli.Env, report *benchreport.Report) error {
	switch o.format {
	case "csv":
		return report.WriteCSV(w, env.Stderr)
	case "markdown":
		return report.WriteMarkdown(w)
	case "json":
		return report.WriteJSON(w)
	case "html":
		return report.WriteHTML(w)
	}
	return report.WriteText(w)
}

// outcomeError gives the report's outcome its exit code.
func outcomeError(report *benchreport.Report, strict bool) error {
	outcome, cause := report.Outcome(strict)
	why := benchreport.Why(cause)
	switch outcome {
	case benchmarks.Failed:
		return cli.GateFailed(errors.New(why))
	case benchmarks.Undecided:
		return cli.Inconclusive(errors.New(why))
	case benchmarks.Unusable:
		return errors.New(why)
	}
	return nil
}
