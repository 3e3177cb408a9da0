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
	f.BoolVar(&o.check, "check", false, "after each run of the reference service, audit its data (default with --steps and --vary)")
	f.BoolVar(&o.noCheck, "no-check", false, "do not audit")
}

// bindReferenceFlags are for the reference service alone.
func bindReferenceFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.redis, "redis", "", "use this Redis instead of a private one; the activities of the runs stay in it")
	f.StringVar(&o.postgres, "postgres", "", "use this Postgres instead of a private one; the ledger rows of the runs stay in it")
	f.StringVar(&o.lotteryd, "lotteryd", "", "the lotteryd program to measure (default: in the folder of lotteryctl, then in PATH)")
}

func bindTargetFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "URL to load, instead of the reference service; path and query may contain placeholders")
	f.StringVar(&o.method, "method", "", "HTTP method (default GET, or POST with --body)")
	f.StringArrayVar(&o.headers, "header", nil, "request header 'Name: value'; may be repeated")
	f.StringVar(&o.body, "body", "", "request body, @FILE to read it from a file, @- from standard input")
	f.BoolVar(&o.insecure, "insecure", false, "do not verify the certificate of an https service")
	f.StringVar(&o.metricsURL, "metrics-url", "", "address of the service's runtime metrics, or none (default: try /metrics and /debug/vars)")
	f.IntVar(&o.pid, "pid", 0, "process id of the service, if it runs on this machine; measures its CPU and memory")
}

func bindComparisonFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.steps, "steps", "", "compare tuning steps of the reference service: ladder (one more in each arm), each (one alone), drop (all but one)")
	f.StringVar(&o.variant, "variant", "", "what 'on' means: article, best or both (default: ladder article, each both)")
	f.StringVar(&o.vary, "vary", "", "compare variants of one switch, all others best: json=before,article,best")
	f.StringSliceVar(&o.only, "only", nil, "with --steps: run only these arms, such as before,article,best")
	f.StringArrayVar(&o.arms, "arm", nil, "compare programs: name='command', twice or more; {{port}} in the command and in --url is replaced by a free port")
	f.StringArrayVar(&o.lotterydArms, "lotteryd-arm", nil, "compare the reference service with different flags: name='flags of lotteryd', twice or more")
	f.BoolVar(&o.calibrate, "calibrate", false, "run one program twice, as arms a and b, and print how much each metric changes\nalthough nothing changed: the reference service, --url, or one --arm")
	f.StringVar(&o.readyURL, "ready-url", "", "with --arm: wait until this URL answers with a success status (default: until the port accepts connections)")
	f.DurationVar(&o.startTimeout, "start-timeout", defaultStartTimeout, "with --arm: maximum time until a program is ready")
	f.BoolVar(&o.capacity, "capacity", false, "search for the highest rate of each arm that keeps p95 within --slo without errors")
	f.DurationVar(&o.slo, "slo", defaultSLO, "with --capacity: the limit for p95, from the planned send time")
	f.StringVar(&o.noiseLimit, "noise-limit", "", "repeat a round if other programs used the machine more than this: none, default, or limits\nsuch as foreign-cpu=10%,cpu-pressure=50% (default: \"default\" if arms are compared)")
	f.IntVar(&o.repeats, "repeats", experiment.DefaultRepeats, "maximum number of repeats of such a round")
	f.BoolVar(&o.keepGoing, "keep-going", false, "if an arm fails, continue with the others, and try it again in the next round")
}

func bindLoadFlags(cmd *cobra.Command, o *benchOptions) {
	bindRateFlags(cmd, o)
	f := cmd.Flags()
	f.DurationVar(&o.duration, "duration", loadgen.DefaultDuration, "measured time of each run; if not given, up to 1m where p95 needs that for 2,000 requests")
	f.IntVar(&o.runs, "runs", 10, "number of runs of each arm; benchstat needs 6 or more for intervals")
}

// bindRateFlags are what a load is, apart from its length.
func bindRateFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.Float64Var(&o.rate, "rate", 0, "requests per second (default 1200; with --url 100; with several arms 60 % of the slowest arm's highest rate)")
	f.StringVar(&o.arrivals, "arrivals", string(loadgen.Constant), "arrivals of requests: constant, poisson, or closed (as fast as --connections allow)")
	f.IntVar(&o.connections, "connections", 0, "maximum number of connections, 0 for no limit (default 64, and more if they bring more answers; closed: 64)")
	f.IntVar(&o.users, "users", loadgen.DefaultUsers, "number of different values of {{user}}")
	f.DurationVar(&o.warmup, "warmup", 0, "load before the measurement (default 2s, or a fifth of --duration if that is less)")
	f.DurationVar(&o.timeout, "timeout", loadgen.DefaultTimeout, "maximum time to wait for an answer")
	f.Uint64Var(&o.seed, "seed", 0, "seed of all random choices (default: a new one each time, recorded in run.json)")
}

func bindBenchProfileFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.BoolVar(&o.profile, "profile", false, "after the runs, run each arm once more and take its profiles; that run does not count in the statistics")
	f.IntVar(&o.profileRounds, "profile-rounds", 1, "with --profile: number of such runs; with 4 or more, a change can be distinguished from noise")
	f.StringVar(&o.profiling.kinds, "profile-kinds", "", "with --profile: the profiles to take, such as cpu,heap (default all)")
	f.DurationVar(&o.profileWindow, "profile-duration", 0, "with --profile: the length, in whole seconds (default --duration; the load lasts as long)")
	f.BoolVar(&o.profiling.trace, "profile-trace", false, "with --profile: also take an execution trace")
	f.StringArrayVar(&o.profiling.urls, "profile-url", nil, "with --profile: address of net/http/pprof, with {{port}} for --arm; repeat it for replicas\n(default: the host of --url)")
	bindProfileRequestFlags(cmd, o)
}

// bindProfileRequestFlags say how profiles are asked for, whatever the load.
func bindProfileRequestFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.DurationVar(&o.profiling.timeout, "profile-timeout", profiles.DefaultTimeout, "maximum time to wait for a profile, in addition to the profiled time")
	f.StringArrayVar(&o.profiling.headers, "profile-header", nil, "header 'Name: value' of the requests for profiles; may be repeated")
}

func bindOutputFlags(cmd *cobra.Command, o *benchOptions) {
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "name of the run, and of its arm if there is only one (default: what is measured)")
	f.StringVar(&o.out, "out", "", "run folder to write; must not exist (default runs/<time>-<name>)")
	f.StringVar(&o.resume, "resume", "", "continue this interrupted run folder; its flags are taken from it")
	f.StringVar(&o.expectStatus, "expect-status", "", "statuses that do not count as errors, such as 2xx,409 (default 1xx to 3xx)")
	f.BoolVar(&o.logAnswers, "log-answers", false, "write every exchange to answers.jsonl, for lotteryctl verify")
	f.BoolVar(&o.json, "json", false, "print JSON (format version 2, see docs/run-folder.md)")
	f.BoolVar(&o.strict, "strict", false, "exit with 3 if the rate was not reached, or was more than the service could take")
}
