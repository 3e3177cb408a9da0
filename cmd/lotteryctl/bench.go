package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/internal/study"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// benchOptions are the flags of bench, as given.
type benchOptions struct {
	url, method, body string
	headers           []string
	insecure          bool
	metricsURL        string
	pid               int

	steps, variant, vary string
	only                 []string
	arms                 []string // name=command
	lotterydArms         []string // name=flags
	readyURL             string
	startTimeout         time.Duration

	redis, postgres, lotteryd string
	check, noCheck            bool

	rate        float64
	arrivals    string
	connections int
	users       int
	duration    time.Duration
	warmup      time.Duration
	timeout     time.Duration
	runs        int
	seed        uint64

	profile       bool
	profiling     profilingOptions
	profileRounds int
	profileWindow time.Duration

	capacity   bool
	calibrate  bool
	slo        time.Duration
	noiseLimit string
	repeats    int
	keepGoing  bool

	name, out    string
	resume       string
	expectStatus string
	logAnswers   bool
	json, strict bool
}

func newBenchCmd(env environment) *cobra.Command {
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
		Args: noArgs,
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

// benchRun is one checked invocation.
type benchRun struct {
	env      environment
	options  *benchOptions
	name     string
	seed     uint64
	plan     loadgen.Plan // still without a URL where there are several arms
	statuses experiment.StatusSet
	command  []string // as typed, secrets replaced

	design    *study.Design               // nil without --steps and --vary
	processes []experiment.ProcessArm     // of --arm
	lotteryds []configuration             // of --lotteryd-arm
	capacity  *experiment.CapacityOptions // nil without --capacity
	profile   *experiment.ProfileOptions  // nil without --profile
	pprof     []profiles.Target           // given; nil: where the workload has them
	chosen    *steps.Choice               // of a single lotteryd; nil: lotteryd's own defaults
	// profileOnly leaves the runs that count out.
	profileOnly bool
	noise       runfolder.NoiseLimit
	checked     bool        // audit each run of the reference service
	resumed     *resumption // nil without --resume
}

// compares says whether there is more than one arm.
func (b *benchRun) compares() bool {
	return b.design != nil || len(b.processes) > 0 || len(b.lotteryds) > 0 || b.options.calibrate
}

// searchesRate says whether the rate has to be found first.
func (b *benchRun) searchesRate() bool {
	return b.plan.Arrivals != loadgen.Closed && b.plan.Rate == 0 && b.capacity == nil
}

// workload is what is measured.
type workload struct {
	benchmark string // first part of the names in bench.txt
	service   string // one line about what is measured, for the header
	// arms and manifests describe the arms under the load of plan.
	arms      func(plan loadgen.Plan) []experiment.Arm
	manifests func(plan loadgen.Plan) []runfolder.ArmManifest
	close     func(context.Context) error
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
	progress := newBenchProgress(b.env.stderr, b.compares())
	defer progress.clear()
	w, err := b.open(ctx, progress)
	if err != nil && ctx.Err() != nil {
		return &exitError{codeInterrupted, errors.New("interrupted before anything was measured; nothing was written")}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	choice, err := b.chooseRate(ctx, w, progress)
	if err != nil {
		return err
	}
	folder, err := b.openFolder(out, b.manifest(w, choice))
	if err != nil {
		return err
	}
	spec := b.spec(w)
	spec.Progress = progress.report()
	rounds, runErr := experiment.Run(ctx, spec, folder)
	progress.clear()
	if b.profileOnly {
		return b.finishProfile(ctx, w, folder, runErr)
	}
	return b.finish(ctx, w, folder, rounds, runErr)
}

func (b *benchRun) spec(w *workload) experiment.Spec {
	return experiment.Spec{
		Name: b.name, Benchmark: w.benchmark, Arms: w.arms(b.plan), Rounds: b.rounds(), Seed: b.seed,
		Statuses: b.statuses, LogAnswers: b.options.logAnswers,
		NoiseLimit: b.noise, Repeats: b.options.repeats, KeepGoing: b.options.keepGoing,
		Capacity: b.capacity, CapacityOnly: b.capacity != nil, Profile: b.profile,
	}
}

// rounds are those that count.
func (b *benchRun) rounds() int {
	if b.profileOnly {
		return 0
	}
	return b.options.runs
}
