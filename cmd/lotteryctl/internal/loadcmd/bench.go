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
		Short: "Measure a service under load, or which of several is faster",
		Long: `Measure a service under load and write a run folder.

Alone, it measures the reference service: it starts a private Redis and Postgres,
and for each run a fresh lotteryd with a new activity in which about one draw in
ten wins. With --url it loads any HTTP service that is running already.

It compares, too (docs/experiments.md). --steps and --vary measure what the tuning
steps of the reference service are worth (lotteryctl steps); --arm, twice or more,
compares any programs that serve HTTP, such as two builds of yours. In each round
every arm runs once, as a fresh process, in random order; the result says what
each change did, with an interval and a p-value. Without --rate a short search
finds what the slowest arm can do, and 60 % of that is the rate for all.
--capacity searches the highest rate of each arm instead. --calibrate runs one
thing twice and says how much the metrics move on this machine though nothing
changed, which compare --noise takes as the least effect. --profile runs each arm once more,
after the others and counted nowhere, and takes profiles of it under the same load.

Requests are sent on a schedule that does not wait for answers, and latency counts
from the time a request was meant to be sent: a slow service cannot hide by slowing
the load down. Where the service shows Go runtime metrics (/metrics of Prometheus
or /debug/vars of expvar), their growth over the measured window is reported too.

` + placeholderHelp() + `
The run folder (docs/run-folder.md) holds bench.txt, which benchstat reads.

Exit codes: 0 measured, 1 every request failed or a service did not start or ended
by itself, 2 usage or input error, 3 with --strict if the load was not as asked,
130 after Ctrl-C, which keeps what was measured; --resume goes on from there.`,
		Example: `  lotteryctl bench
  lotteryctl bench --runs 1 --duration 5s --rate 5000
  lotteryctl bench --url http://127.0.0.1:8080/search?q={{user}} --rate 500 --duration 30s
  lotteryctl bench --url https://host/orders --rate 200 --arrivals poisson \
      --header 'Content-Type: application/json' --body '{"id":"{{uuid}}","kind":"{{pick a b}}"}'
  lotteryctl bench --url http://127.0.0.1:8080/ --arrivals closed --connections 64 --runs 3 --json
  lotteryctl bench --steps ladder
  lotteryctl bench --vary json=before,article,best --capacity
  lotteryctl bench --arm old='./svc-old -port {{port}}' --arm new='./svc-new -port {{port}}' \
      --url http://127.0.0.1:{{port}}/items/{{user}}
  lotteryctl bench --calibrate --rate 1200
  lotteryctl bench --steps each --profile --profile-trace
  lotteryctl bench --url http://127.0.0.1:8080/ --profile --profile-url http://127.0.0.1:6060
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
	text := "Path, query, header values and body may hold placeholders:\n"
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
