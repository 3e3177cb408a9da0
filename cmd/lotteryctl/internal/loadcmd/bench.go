// Package loadcmd holds the two commands that put load on a service: bench, which
// measures it, and profile, which profiles it meanwhile.
//
// Both read their flags into options (options.go, flags.go), check them before
// anything is started (input.go, plan.go, arms.go, profiling.go), choose what is
// measured (workload.go), run the experiment (bench.go, profileload.go), and end
// with a report and an exit code (finish.go). profile with a target alone makes no
// load (profiletarget.go).
package loadcmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// NewBench builds the command bench over the streams of env.
func NewBench(env cli.Env) *cobra.Command {
	o := &benchOptions{}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure a service under load, or compare builds of it",
		Long: `Measure a service under load and write a run folder.

With --url it loads a running HTTP service. With --arm, given twice or more, it
starts programs that serve HTTP, such as two builds of your service, and compares
them. Without --url and --arm it measures the reference service: it starts a private
Redis and Postgres, and for each run a fresh lotteryd with a new activity in which
about one draw in ten wins.

Requests are sent on a fixed schedule that does not wait for answers. Latency counts
from the time at which a request was planned to be sent: a slow service cannot hide
by slowing down the load. If the service exposes Go runtime metrics (/metrics for
Prometheus, /debug/vars for expvar), the report has their growth over the window.

Comparing (docs/experiments.md):
  In each round every arm runs once, as a fresh process, in random order. The result
  has an interval, a p-value and a verdict for each metric. Without --rate, a short
  search finds the highest rate of the slowest arm; all arms get 60 % of it.
  --arm        compares programs
  --steps      measures the tuning steps of the reference service, --vary one switch
  --capacity   searches for the highest rate of each arm instead
  --calibrate  runs one program twice and prints how much its metrics change although
               nothing changed; compare --noise uses that as the minimum effect
  --profile    runs each arm once more after the rounds, under the same load, and
               takes its profiles; these runs do not count in the statistics

` + placeholderHelp() + `
The run folder (docs/run-folder.md) contains bench.txt, which benchstat reads.

Exit codes:
  0    measured
  1    every request failed, or a service did not start, ended by itself or stopped answering
  2    wrong usage or unusable input
  3    with --strict: the load was not as requested, or more than the service could take
  130  interrupted with Ctrl-C; what was measured is kept, --resume continues`,
		Example: `  lotteryctl bench --url 'http://127.0.0.1:8080/search?q={{user}}' --rate 500 --duration 30s
  lotteryctl bench --url https://host/orders --rate 200 --arrivals poisson \
      --header 'Content-Type: application/json' --body '{"id":"{{uuid}}","kind":"{{pick a b}}"}'
  lotteryctl bench --url http://127.0.0.1:8080/ --arrivals closed --connections 64 --runs 3 --json
  lotteryctl bench --arm old='./svc-old -port {{port}}' --arm new='./svc-new -port {{port}}' \
      --url 'http://127.0.0.1:{{port}}/items/{{user}}'
  lotteryctl bench --url http://127.0.0.1:8080/ --profile --profile-url http://127.0.0.1:6060
  lotteryctl bench --calibrate --url http://127.0.0.1:8080/ --rate 500

  # the reference service
  lotteryctl bench
  lotteryctl bench --runs 1 --duration 5s --rate 5000
  lotteryctl bench --steps ladder
  lotteryctl bench --vary json=before,article,best --capacity
  lotteryctl bench --steps each --profile --profile-trace
  lotteryctl bench --resume runs/20260102T030405Z-steps-ladder`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := newBench(cmd, env, o)
			if err != nil {
				return err
			}
			return b.run(cmd.Context())
		},
	}
	bindBenchFlags(cmd, o)
	return cmd
}

func placeholderHelp() string {
	text := "Placeholders in the path, the query, header values and the body:\n"
	for _, p := range loadgen.Placeholders() {
		text += fmt.Sprintf("  %-16s %s\n", p.Syntax, p.Meaning)
	}
	return text
}

// run measures and reports. The folder is opened before the runs: that nothing
// can be written there should not be found out after them.
func (b *benchRun) run(ctx context.Context) (err error) {
	out := b.outPath()
	if b.resumed == nil {
		if err := runfolder.CheckPath(out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	progress := newBenchProgress(b.env.Stderr, b.compares())
	defer progress.clear()
	w, err := b.open(ctx, progress)
	if err != nil && ctx.Err() != nil {
		return cli.Interrupted(errors.New("interrupted before anything was measured; nothing was written"))
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close(context.WithoutCancel(ctx))) }()
	choice, err := b.chooseRate(ctx, w, progress)
	if err != nil {
		return err
	}
	if b.resumed == nil {
		b.writePlanNotes()
	}
	folder, err := b.openFolder(out, b.manifest(w, choice))
	if err != nil {
		return err
	}
	b.spec.Benchmark, b.spec.Arms, b.spec.Progress = w.Benchmark(), w.Arms(b.plan), progress.report()
	rounds, runErr := experiment.Run(ctx, b.spec, folder)
	progress.clear()
	if b.profileOnly {
		return b.finishProfile(ctx, w, folder, runErr)
	}
	return b.finish(ctx, w, folder, rounds, runErr)
}
