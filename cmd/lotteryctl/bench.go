package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// benchOptions are the flags of bench, as given.
type benchOptions struct {
	url, method, body string
	headers           []string
	insecure          bool
	metricsURL        string
	pid               int

	redis, postgres, lotteryd string

	rate        float64
	arrivals    string
	connections int
	users       int
	duration    time.Duration
	warmup      time.Duration
	timeout     time.Duration
	runs        int
	seed        uint64

	name, out    string
	expectStatus string
	logAnswers   bool
	json, strict bool
}

func newBenchCmd(env environment) *cobra.Command {
	o := &benchOptions{}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure a service under load: latency, CPU, memory, GC",
		Long: `Measure a service under load and write a run folder.

Alone, it measures the reference service: it starts a private Redis and Postgres,
and for each run a fresh lotteryd with a new activity in which about one draw in
ten wins. With --url it loads any HTTP service that is running already.

Requests are sent on a schedule that does not wait for answers, and latency counts
from the time a request was meant to be sent: a slow service cannot hide by slowing
the load down. Where the service shows Go runtime metrics (/metrics of Prometheus
or /debug/vars of expvar), their growth over the measured window is reported too.

` + placeholderHelp() + `
The run folder (docs/run-folder.md) holds bench.txt, which benchstat reads.

Exit codes: 0 measured, 1 every request failed or the service ended by itself,
2 usage or input error, 3 with --strict if the load was not as asked, 130 after
Ctrl-C, which keeps what was measured.`,
		Example: `  lotteryctl bench
  lotteryctl bench --runs 1 --duration 5s --rate 5000
  lotteryctl bench --url http://127.0.0.1:8080/search?q={{user}} --rate 500 --duration 30s
  lotteryctl bench --url https://host/orders --rate 200 --arrivals poisson \
      --header 'Content-Type: application/json' --body '{"id":"{{uuid}}","kind":"{{pick a b}}"}'
  lotteryctl bench --url http://127.0.0.1:8080/ --arrivals closed --connections 64 --runs 3 --json`,
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

func bindBenchFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.url, "url", "", "load this URL instead of the reference service; path and query may hold placeholders")
	f.StringVar(&o.method, "method", "", "HTTP method (default GET, or POST with --body)")
	f.StringArrayVar(&o.headers, "header", nil, "request header 'Name: value'; may be repeated")
	f.StringVar(&o.body, "body", "", "request body, @FILE to read it from a file, @- from standard input")
	f.BoolVar(&o.insecure, "insecure", false, "do not check the certificate of an https service")
	f.StringVar(&o.metricsURL, "metrics-url", "", "where the service shows its runtime metrics, or none (default: look at /metrics and /debug/vars)")
	f.IntVar(&o.pid, "pid", 0, "process id of the service, if it runs on this machine: its CPU and memory are measured")

	f.Float64Var(&o.rate, "rate", 0, "requests per second (default 1200; with --url 100)")
	f.StringVar(&o.arrivals, "arrivals", string(loadgen.Constant), "how requests come: constant, poisson, or closed (as fast as --connections allow)")
	f.IntVar(&o.connections, "connections", 0, "most connections at a time; 0 is as many as needed (closed: 64)")
	f.IntVar(&o.users, "users", loadgen.DefaultUsers, "how many different {{user}}s there are")
	f.DurationVar(&o.duration, "duration", loadgen.DefaultDuration, "measured time of each run")
	f.DurationVar(&o.warmup, "warmup", 0, "load before it that is not measured (default 2s, or a fifth of the duration if that is less)")
	f.DurationVar(&o.timeout, "timeout", loadgen.DefaultTimeout, "longest wait for an answer")
	f.IntVar(&o.runs, "runs", 10, "how often to measure; 6 or more let benchstat give intervals")
	f.Uint64Var(&o.seed, "seed", 0, "decides all random choices (default: another one each time, recorded in run.json)")

	f.StringVar(&o.name, "name", "", "name of the run and its arm (default: lotteryd, or the URL's host)")
	f.StringVar(&o.out, "out", "", "run folder to write; must not exist (default runs/<time>-<name>)")
	f.StringVar(&o.expectStatus, "expect-status", "", "statuses that are no errors, such as 2xx,409 (default 1xx to 3xx)")
	f.BoolVar(&o.logAnswers, "log-answers", false, "keep every exchange in answers.jsonl, for lotteryctl verify")
	f.BoolVar(&o.json, "json", false, "print JSON (format version 1, see docs/run-folder.md)")
	f.BoolVar(&o.strict, "strict", false, "exit 3 if the generator was the limit or the rate was not reached")

	f.StringVar(&o.redis, "redis", "", "use this Redis instead of a private one; the runs' activities stay in it")
	f.StringVar(&o.postgres, "postgres", "", "use this Postgres instead of a private one; the runs' ledger rows stay in it")
	f.StringVar(&o.lotteryd, "lotteryd", "", "the lotteryd program to measure (default: beside lotteryctl, then PATH)")
}

func placeholderHelp() string {
	text := "Path, query, header values and body may hold placeholders:\n"
	for _, p := range loadgen.Placeholders() {
		text += fmt.Sprintf("  %-16s %s\n", p.Syntax, p.Meaning)
	}
	return text
}

// bench is one checked invocation.
type bench struct {
	env      environment
	options  *benchOptions
	name     string
	seed     uint64
	plan     loadgen.Plan // of the reference service still without a URL
	statuses experiment.StatusSet
	command  []string // as typed, secrets replaced
}

// workload is what is measured: the service behind --url or the reference.
type workload struct {
	arm       experiment.Arm
	manifest  experiment.ArmManifest
	benchmark string // first part of the names in bench.txt
	service   string // one line about what is measured, for the header
	close     func(context.Context) error
}

// run measures and reports. The folder is opened before the runs: that nothing
// can be written there should not be found out after them.
func (b *bench) run(ctx context.Context) (err error) {
	out := b.outPath()
	if err := experiment.CheckPath(out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	progress := newBenchProgress(b.env.stderr)
	defer progress.clear()
	w, err := b.open(ctx, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	folder, err := experiment.Create(out, b.manifest(w))
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	rounds, runErr := experiment.Run(ctx, experiment.Spec{
		Name: b.name, Benchmark: w.benchmark, Arms: []experiment.Arm{w.arm}, Rounds: b.options.runs, Seed: b.seed,
		Statuses: b.statuses, LogAnswers: b.options.logAnswers, Progress: progress.report(),
	}, folder)
	progress.clear()
	return b.finish(ctx, w, folder, rounds, runErr)
}

// finish gives the folder its name, prints what was measured and decides the
// exit code.
func (b *bench) finish(ctx context.Context, w *workload, folder *experiment.Folder, rounds []experiment.Round, runErr error) error {
	interrupted := ctx.Err() != nil
	if len(rounds) == 0 {
		if err := folder.Discard(); err != nil && !interrupted {
			return errors.Join(runErr, err)
		}
		if interrupted {
			return &exitError{codeInterrupted, errors.New("interrupted before anything was measured; nothing was written")}
		}
		return runErr
	}
	reason := ""
	switch {
	case interrupted:
		reason = fmt.Sprintf("interrupted in or after run %d of %d", len(rounds), b.options.runs)
	case runErr != nil:
		reason = runErr.Error()
	}
	if err := folder.Close(reason); err != nil {
		return errors.Join(runErr, err)
	}
	report := benchReport{Format: benchFormat, Folder: folder.Path(), Run: folder.Manifest(), Rounds: rounds}
	if err := report.print(b.env.stdout, w.service, b.options.json); err != nil {
		return err
	}
	switch {
	case interrupted:
		return &exitError{codeInterrupted, fmt.Errorf("%s; what was measured is in %s", reason, folder.Path())}
	case runErr != nil:
		return gateFailed(fmt.Errorf("run %d of %d: %w", len(rounds), b.options.runs, runErr))
	}
	return judgeRounds(rounds, b.options.strict)
}
