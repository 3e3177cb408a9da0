package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// profileOptions are the flags of profile, as given.
type profileOptions struct {
	targets    []string // [name=]URL
	headers    []string
	insecure   bool
	metricsURL string

	duration      time.Duration
	kinds         string
	trace         bool
	traceDuration time.Duration
	timeout       time.Duration

	name, out string
	json      bool
}

func newProfileCmd(env environment) *cobra.Command {
	o := &profileOptions{}
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Take all profiles of a running Go service in one window",
		Long: `Take all profiles of a running Go service in one window and write a bundle.

The service needs net/http/pprof; --target is where it is. CPU, allocations,
waiting and locks are those of the window, heap and goroutines are taken at both
its ends, and the runtime metrics (/metrics of Prometheus or /debug/vars of expvar)
every second. --trace adds an execution trace of a shorter time inside. Several
targets are captured together: the bundle has their sum, and each by itself.

What fails is said, in the table and in profile.json, and loses nothing else.
The service's garbage collector runs once before and once after the window.
Redirects to other hosts are not followed, and headers go to the target alone.

The bundle is described in docs/profile-bundle.md.

Exit codes: 0 captured, 1 nothing could be captured, 2 usage or input error,
130 after Ctrl-C, which keeps what was captured.`,
		Example: `  lotteryctl profile --target http://127.0.0.1:6060
  lotteryctl profile --target http://127.0.0.1:6060 --duration 10s --trace --kinds cpu,heap,allocs
  lotteryctl profile --target web1=https://10.0.0.1:6060 --target web2=https://10.0.0.2:6060 \
      --header 'Authorization: Bearer …' --out profiles/before`,
		Args: noArgs,
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
	f.StringArrayVar(&o.targets, "target", nil, "[name=]URL of a service with net/http/pprof; may be repeated")
	f.StringArrayVar(&o.headers, "header", nil, "request header 'Name: value' for the targets; may be repeated")
	f.BoolVar(&o.insecure, "insecure", false, "do not check the certificates of https targets")
	f.StringVar(&o.metricsURL, "metrics-url", "", "where the target shows its runtime metrics, or none (default: look at /metrics and /debug/vars)")
	f.DurationVar(&o.duration, "duration", profiles.DefaultDuration, "the window, in whole seconds")
	f.StringVar(&o.kinds, "kinds", "all", "profiles to take, separated by commas: cpu, heap, allocs, block, mutex, goroutine, threadcreate")
	f.BoolVar(&o.trace, "trace", false, "take an execution trace too")
	f.DurationVar(&o.traceDuration, "trace-duration", profiles.DefaultTraceDuration, "with --trace: its length, at most that of the window")
	f.DurationVar(&o.timeout, "timeout", profiles.DefaultTimeout, "longest wait for each answer, on top of the time profiled")
	f.StringVar(&o.name, "name", "", "name of the bundle (default: the target's host)")
	f.StringVar(&o.out, "out", "", "bundle to write; must not exist (default runs/<time>-profile-<name>)")
	f.BoolVar(&o.json, "json", false, "print the manifest (format version 1, see docs/profile-bundle.md)")
}

// runProfile chooses by what is profiled.
func runProfile(cmd *cobra.Command, env environment, o *profileOptions) error {
	if len(o.targets) == 0 {
		return usageErrorf(cmd, "name a service that has net/http/pprof: --target http://host:port")
	}
	return profileTargets(cmd, env, o)
}
