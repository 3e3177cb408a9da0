package loadcmd

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Defaults that help texts quote.
const (
	defaultSLO          = 10 * time.Millisecond
	defaultStartTimeout = 30 * time.Second
)

func bindBenchFlags(cmd *cobra.Command, o *benchOptions) {
	cmd.Flags().SortFlags = false
	bindTargetFlags(cmd, o)
	bindComparisonFlags(cmd, o)
	bindLoadFlags(cmd, o)
	bindBenchProfileFlags(cmd, o)
	bindOutputFlags(cmd, o)
	bindReferenceFlags(cmd, o)
	f := cmd.Flags()
	f.BoolVar(&o.check, "check", false, "after each run of the reference service, audit what it kept (default with --steps and --vary)")
	f.BoolVar(&o.noCheck, "no-check", false, "do not audit")
}

// bindReferenceFlags are for the reference service alone.
func bindReferenceFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.redis, "redis", "", "use this Redis instead of a private one; the runs' activities stay in it")
	f.StringVar(&o.postgres, "postgres", "", "use this Postgres instead of a private one; the runs' ledger rows stay in it")
	f.StringVar(&o.lotteryd, "lotteryd", "", "the lotteryd program to measure (default: beside lotteryctl, then PATH)")
}

func bindTargetFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "load this URL instead of the reference service; path and query may hold placeholders")
	f.StringVar(&o.method, "method", "", "HTTP method (default GET, or POST with --body)")
	f.StringArrayVar(&o.headers, "header", nil, "request header 'Name: value'; may be repeated")
	f.StringVar(&o.body, "body", "", "request body, @FILE to read it from a file, @- from standard input")
	f.BoolVar(&o.insecure, "insecure", false, "do not check the certificate of an https service")
	f.StringVar(&o.metricsURL, "metrics-url", "", "where the service shows its runtime metrics, or none (default: look at /metrics and /debug/vars)")
	f.IntVar(&o.pid, "pid", 0, "process id of the service, if it runs on this machine: its CPU and memory are measured")
}

func bindComparisonFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.steps, "steps", "", "compare tuning steps: ladder (one more in each arm), each (one alone), drop (all but one)")
	f.StringVar(&o.variant, "variant", "", "what 'on' means: article, best or both (default: ladder article, each both)")
	f.StringVar(&o.vary, "vary", "", "compare variants of one switch, all others best: json=before,article,best")
	f.StringSliceVar(&o.only, "only", nil, "of the arms of --steps only these: before,article,best")
	f.StringArrayVar(&o.arms, "arm", nil, "compare programs: name='command', twice or more, with {{port}} in command and --url")
	f.StringArrayVar(&o.lotterydArms, "lotteryd-arm", nil, "compare the reference service with itself under other flags: name='flags of lotteryd', twice or more")
	f.BoolVar(&o.calibrate, "calibrate", false, "run one and the same thing twice, as arms a and b, and print how much each metric moves\nthough nothing changed: alone, with --url, or with a single --arm")
	f.StringVar(&o.readyURL, "ready-url", "", "with --arm: wait until this URL answers well (default: until the port takes connections)")
	f.DurationVar(&o.startTimeout, "start-timeout", defaultStartTimeout, "with --arm: longest wait for that")
	f.BoolVar(&o.capacity, "capacity", false, "search the highest rate of each arm that keeps p95 under --slo without errors")
	f.DurationVar(&o.slo, "slo", defaultSLO, "with --capacity: the p95 to keep, from the time a request was meant to be sent")
	f.StringVar(&o.noiseLimit, "noise-limit", "", "repeat rounds in which others used the machine more than this: none, default, or covariates\nsuch as foreign-cpu=10%,cpu-pressure=50% (default: default when arms are compared)")
	f.IntVar(&o.repeats, "repeats", experiment.DefaultRepeats, "how often such a round is repeated at most")
	f.BoolVar(&o.keepGoing, "keep-going", false, "when an arm fails go on with the others, and try it again in the next round")
}

func bindLoadFlags(cmd *cobra.Command, o *benchOptions) {
	bindRateFlags(cmd, o)
	f := cmd.Flags()
	f.DurationVar(&o.duration, "duration", loadgen.DefaultDuration, "measured time of each run")
	f.IntVar(&o.runs, "runs", 10, "how often to measure each arm; 6 or more let benchstat give intervals")
}

// bindRateFlags are what a load is, apart from its length.
func bindRateFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.Float64Var(&o.rate, "rate", 0, "requests per second (default 1200; with --url 100; for several arms 60 % of what the slowest can do)")
	f.StringVar(&o.arrivals, "arrivals", string(loadgen.Constant), "how requests come: constant, poisson, or closed (as fast as --connections allow)")
	f.IntVar(&o.connections, "connections", 0, "most connections at a time; 0 is as many as needed (closed: 64)")
	f.IntVar(&o.users, "users", loadgen.DefaultUsers, "how many different {{user}}s there are")
	f.DurationVar(&o.warmup, "warmup", 0, "load before it that is not measured (default 2s, or a fifth of the duration if that is less)")
	f.DurationVar(&o.timeout, "timeout", loadgen.DefaultTimeout, "longest wait for an answer")
	f.Uint64Var(&o.seed, "seed", 0, "decides all random choices (default: another one each time, recorded in run.json)")
}

func bindBenchProfileFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.BoolVar(&o.profile, "profile", false, "after the runs, run each arm once more and take profiles of it, counted nowhere")
	f.IntVar(&o.profileRounds, "profile-rounds", 1, "how often to do so; several let a difference be told from noise")
	f.StringVar(&o.profiling.kinds, "profile-kinds", "", "which profiles, such as cpu,heap (default all)")
	f.DurationVar(&o.profileWindow, "profile-duration", 0, "for how long, in whole seconds (default --duration; the load lasts as long)")
	f.BoolVar(&o.profiling.trace, "profile-trace", false, "take an execution trace, too")
	f.StringArrayVar(&o.profiling.urls, "profile-url", nil, "where the service has net/http/pprof, with {{port}} for --arm; may be repeated for replicas\n(default: at the host of --url)")
	bindProfileRequestFlags(cmd, o)
}

// bindProfileRequestFlags say how profiles are asked for, whatever the load.
func bindProfileRequestFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.DurationVar(&o.profiling.timeout, "profile-timeout", profiles.DefaultTimeout, "longest wait for each profile, on top of the time profiled")
	f.StringArrayVar(&o.profiling.headers, "profile-header", nil, "header 'Name: value' of requests for profiles; may be repeated")
}

func bindOutputFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "name of the run, and of its arm if it is the only one (default: what is measured)")
	f.StringVar(&o.out, "out", "", "run folder to write; must not exist (default runs/<time>-<name>)")
	f.StringVar(&o.resume, "resume", "", "go on with this run folder, which was interrupted; its flags are taken from it")
	f.StringVar(&o.expectStatus, "expect-status", "", "statuses that are no errors, such as 2xx,409 (default 1xx to 3xx)")
	f.BoolVar(&o.logAnswers, "log-answers", false, "keep every exchange in answers.jsonl, for lotteryctl verify")
	f.BoolVar(&o.json, "json", false, "print JSON (format version 1, see docs/run-folder.md)")
	f.BoolVar(&o.strict, "strict", false, "exit 3 if the generator was the limit or the rate was not reached")
}
