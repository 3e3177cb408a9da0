package loadcmd

import (
	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// NewProfile builds the command profile over the streams of env.
func NewProfile(env cli.Env) *cobra.Command {
	o := &profileOptions{profileLoad: newProfileLoad()}
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Take all profiles of a Go service in one window, under load",
		Long: `Take all profiles of a Go service in one window, under load.

Alone, it profiles the reference service: it starts a private Redis and Postgres
and a fresh lotteryd, whose tuning steps --steps chooses, loads it and profiles it
meanwhile. With --url it loads any HTTP service that is running already. Latency
and profiles are then of the same window, and the bundle knows how many requests
it was for. The result is a run folder (docs/run-folder.md) with a bundle in it.
With --target alone no load is made: the service has its own.

The service needs net/http/pprof; --target is where it is, if not at the host of
--url. CPU, allocations, waiting and locks are those of the window, heap and
goroutines are taken at both its ends, and the runtime metrics (/metrics of
Prometheus or /debug/vars of expvar) every second. --trace adds an execution trace
of a shorter time inside. Several targets are captured together: the bundle has
their sum, and each by itself.

What fails is said, in the table and in profile.json, and loses nothing else.
The service's garbage collector runs once before and once after the window.
Redirects to other hosts are not followed, and headers go to the target alone.

The bundle is described in docs/profile-bundle.md.

Exit codes: 0 captured, 1 nothing could be captured of a service or it went away
for good (what was captured is kept), or every request of the load failed, 2 usage
or input error, 3 with --strict if the load was not as asked, 130 after Ctrl-C, which
keeps what was captured.`,
		Example: `  lotteryctl profile --trace
  lotteryctl profile --steps none --rate 600 --duration 10s
  lotteryctl profile --url 'http://127.0.0.1:8080/search?q={{user}}' --rate 500 --target http://127.0.0.1:6060
  lotteryctl profile --target http://127.0.0.1:6060 --duration 10s --trace --kinds cpu,heap,allocs
  lotteryctl profile --target web1=https://10.0.0.1:6060 --target web2=https://10.0.0.2:6060 \
      --profile-header 'Authorization: Bearer …' --out profiles/before`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runProfile(cmd, env, o)
		},
	}
	bindProfileFlags(cmd, o)
	return cmd
}

func bindProfileFlags(cmd *cobra.Command, o *profileOptions) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringArrayVar(&o.targets, "target", nil, "[name=]URL of a service with net/http/pprof; may be repeated for replicas\n(default with --url: at its host)")
	f.DurationVar(&o.duration, "duration", profiles.DefaultDuration, "the window, in whole seconds")
	f.StringVar(&o.kinds, "kinds", "all", "profiles to take, separated by commas: cpu, heap, allocs, block, mutex, goroutine, threadcreate")
	f.BoolVar(&o.trace, "trace", false, "take an execution trace too")
	f.DurationVar(&o.traceDuration, "trace-duration", profiles.DefaultTraceDuration, "with --trace: its length, at most that of the window")
	bindProfileRequestFlags(cmd, &o.bench)
	bindProfileLoadFlags(cmd, &o.profileLoad)
	f.StringVar(&o.bench.name, "name", "", "name of the run or bundle (default: what is loaded or profiled)")
	f.StringVar(&o.bench.out, "out", "", "run folder or bundle to write; must not exist (default runs/<time>-profile-<name>)")
	f.BoolVar(&o.bench.json, "json", false, "print JSON (format version 1): of --target alone the manifest, see docs/profile-bundle.md;\nof a load see docs/run-folder.md")
}

// runProfile chooses by what is profiled.
func runProfile(cmd *cobra.Command, env cli.Env, o *profileOptions) error {
	given := cmd.Flags().Changed
	if len(o.targets) > 0 && !given("url") {
		if err := o.checkNoLoad(given); err != nil {
			return err
		}
		return profileTargets(cmd, env, o)
	}
	b, err := newProfileRun(cmd, env, o)
	if err != nil {
		return err
	}
	return b.run(cmd.Context())
}
