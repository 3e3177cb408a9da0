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

With --url it sends load to a running HTTP service and profiles it at the same time.
Latency and profiles are then from the same window, and the bundle contains the
number of requests. The result is a run folder (docs/run-folder.md) with a bundle.
With --target and no --url it sends no load: use this if the service has its own.
Without --url or --target it profiles lotteryd: it starts a private Redis and
Postgres and a fresh lotteryd with the tuning steps of --steps, and sends it load.

The service must serve net/http/pprof. --target is its address if it is not at the
host of --url. CPU, allocations, waiting and locks cover the window. Heap and
goroutines are taken at its start and its end, and the runtime metrics (/metrics for
Prometheus, /debug/vars for expvar) every second. --trace adds an execution trace
of a shorter time within the window. With several targets, the bundle has their sum
and the profiles of each. docs/profile-bundle.md describes the bundle.

If a profile fails, the table and profile.json show the reason; the others are kept.
The service's garbage collector runs once before and once after the window.
Redirects to other hosts are not followed, and headers are sent only to the target.

Exit codes:
  0    captured
  1    nothing could be captured from a service, or it stopped answering (what was
       captured is kept), or every request of the load failed
  2    wrong usage or unusable input
  3    with --strict: the load was not as requested, or more than the service could take
  130  interrupted with Ctrl-C; what was captured is kept`,
		Example: `  lotteryctl profile --url 'http://127.0.0.1:8080/search?q={{user}}' --rate 500 --target http://127.0.0.1:6060
  lotteryctl profile --target http://127.0.0.1:6060 --duration 10s --trace --kinds cpu,heap,allocs
  lotteryctl profile --target web1=https://10.0.0.1:6060 --target web2=https://10.0.0.2:6060 \
      --profile-header 'Authorization: Bearer …' --out profiles/before
  lotteryctl profile --steps none --rate 600 --duration 10s    # lotteryd`,
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
	f.StringArrayVar(&o.targets, "target", nil, "[name=]URL of a service with net/http/pprof; repeat it for replicas\n(default with --url: the host of --url)")
	f.DurationVar(&o.duration, "duration", profiles.DefaultDuration, "length of the window, in whole seconds")
	f.StringVar(&o.kinds, "kinds", "all", "profiles to take, separated by commas: cpu, heap, allocs, block, mutex, goroutine, threadcreate")
	f.BoolVar(&o.trace, "trace", false, "also take an execution trace")
	f.DurationVar(&o.traceDuration, "trace-duration", profiles.DefaultTraceDuration, "with --trace: its length, at most the length of the window")
	bindProfileRequestFlags(cmd, &o.bench)
	bindProfileLoadFlags(cmd, &o.profileLoad)
	f.StringVar(&o.bench.name, "name", "", "name of the run or bundle (default: what is loaded or profiled)")
	f.StringVar(&o.bench.out, "out", "", "run folder or bundle to write; must not exist (default runs/<time>-profile-<name>)")
	f.BoolVar(&o.bench.json, "json", false, "print JSON (format version 1): without load the manifest, see docs/profile-bundle.md;\nwith load see docs/run-folder.md")
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
