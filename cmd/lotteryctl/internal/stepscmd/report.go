package stepscmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// newStepsReportCmd makes docs/steps.md.
func newStepsReportCmd(env cli.Env) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report RUN...",
		Short: "Write a page with the measured effect of each step, from run folders",
		Long: `Write a Markdown page with the measured effect of each step: its verdict next to the
claim of the tuning article, and how it was measured. RUN is a run folder of
lotteryctl bench --steps or --vary, with or without --capacity. Only run.json and
rounds.jsonl are read.`,
		Example: `  lotteryctl steps report runs/20260102T030405Z-steps-each
  lotteryctl steps report --out docs/steps.md docs/runs/*`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.UsageErrorf(cmd, "no run folder given; name one or more")
			}
			if out != "" {
				if err := cli.KeepInputs(out, env.Stdin, args...); err != nil {
					return err
				}
			}
			page, err := stepsPage(args)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = fmt.Fprint(env.Stdout, page)
				return err
			}
			return cli.WriteOut(out, func(w io.Writer) error { _, err := io.WriteString(w, page); return err })
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write, replaced atomically (default: stdout)")
	return cmd
}

// stepsPage is the whole page. Run folders are named by their last element, and
// linked to as runs/NAME, where the page in docs has them.
func stepsPage(folders []string) (string, error) {
	var b strings.Builder
	b.WriteString(stepsPageHead)
	for _, folder := range folders {
		r, err := readReport(folder)
		if err != nil {
			return "", err
		}
		if r.Steps == nil && r.Capacities == nil {
			return "", fmt.Errorf("%s does not compare steps; use a run folder of `lotteryctl bench --steps` or --vary", folder)
		}
		r.WriteStepsSection(&b)
	}
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}

const stepsPageHead = `# The steps, measured

This page is written by ` + "`lotteryctl steps report`" + ` from the run folders that it names. To change it,
change the runs and write it again.

The steps come from an article about tuning Go services, on which lotteryd is based (see the
README). For all eight steps together, the tuning article claims: p95 from 12.3 to 0.8 ms, 1.4 to
0.11 MB per request, 3.2 times the capacity, at 1,200 requests/s. It did not measure any step alone.

How to read the tables:

- "change" is the ratio with/without of the metric that should change, with its 95 % interval (the
  Hodges-Lehmann estimate over rounds).
- "single p" is the p-value of the exact sign-flip test over rounds. "corrected p" is the same value,
  corrected by Holm for all questions of the table.
- A step **helps** or **harms** if the corrected p is at most 0.05, the interval excludes "no
  change", and the change is at least 5 %.
- **no measurable effect** means that the complete interval is within 5 %. **inconclusive** means that
  it is not, and that it includes "no change": there may be an effect or none.
- **not certain** means that the interval excludes "no change", but the corrected p is above 0.05.
- **too few requests** means that the metric is a percentile and a run has too few requests for one to be
  compared: p95 needs 2,000, p99 needs 10,000. The figures are shown all the same. Their p-values are
  corrected among such questions alone.
- Each step is compared with the arm that lacks it, and p is corrected for the steps. ` + "`lotteryctl compare`" + `
  on the same run folder compares all arms with the first one, in all metrics, so its figures differ.
- CPU is compared at equal machine speed: the part of a difference that the load generator's own CPU
  per request explains is removed. The generator does the same work in all arms.

How to do the same elsewhere: [experiments.md](experiments.md).
`

// readReport judges a finished run folder again.
func readReport(folder string) (runreport.Report, error) {
	run, rounds, skipped, err := runfolder.Read(os.DirFS(folder))
	switch {
	case err != nil:
		return runreport.Report{}, fmt.Errorf("%s: %w", folder, err)
	case len(skipped) > 0:
		return runreport.Report{}, fmt.Errorf("%s: %w; repair the run folder, or remove it from the arguments", folder, skipped[0])
	case len(rounds) == 0:
		return runreport.Report{}, fmt.Errorf("%s has no rounds that can be judged; give a run folder of `lotteryctl bench --steps` or --vary", folder)
	}
	r, err := runreport.New(folder, run, rounds)
	if err != nil {
		return r, fmt.Errorf("%s: %w", folder, err)
	}
	return r, nil
}
