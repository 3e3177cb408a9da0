package loadcmd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// profileTargets captures services that run already.
func profileTargets(cmd *cobra.Command, env cli.Env, o *profileOptions) error {
	plan, err := o.targetPlan(cmd, env)
	if err != nil {
		return err
	}
	folder, err := newBundleFolder(o.bench.out, o.bundleName(plan.Targets[0]))
	if err != nil {
		return err
	}
	progress := newBenchProgress(env.Stderr, false)
	plan.Progress = func(p profiles.Progress) { progress.show(captureLine(p)) }
	m, err := profiles.Capture(cmd.Context(), plan, folder.working())
	progress.clear()
	return finishBundle(env, folder, m, err, o.bench.json)
}

// targetPlan makes the plan without asking anybody.
func (o *profileOptions) targetPlan(cmd *cobra.Command, env cli.Env) (profiles.Plan, error) {
	plan := profiles.Plan{
		Duration: o.duration, Trace: o.trace, Timeout: o.bench.profiling.timeout,
		Tool: "lotteryctl " + env.Version, Command: cli.RedactArgs(cmd),
	}
	if o.duration <= 0 || o.bench.profiling.timeout <= 0 || o.traceDuration <= 0 {
		return plan, errors.New("--duration, --trace-duration and --profile-timeout must be positive")
	}
	if cmd.Flags().Changed("trace-duration") {
		plan.TraceDuration = o.traceDuration
		if !o.trace {
			return plan, errors.New("--trace-duration requires --trace")
		}
	}
	var err error
	if plan.Kinds, err = profiles.ParseKinds(o.kinds); err != nil {
		return plan, fmt.Errorf("--kinds: %w", err)
	}
	if plan.Targets, err = o.parseTargets(); err != nil {
		return plan, err
	}
	return plan, checkedPlan(plan)
}

// checkedPlan checks a plan, also one whose target is not there yet.
func checkedPlan(plan profiles.Plan) error {
	if len(plan.Targets) == 0 {
		plan.Targets = []profiles.Target{{URL: "http://127.0.0.1"}}
	}
	return plan.Check()
}

// parseTargets gives all targets the same headers and TLS settings.
func (o *profileOptions) parseTargets() ([]profiles.Target, error) {
	header, err := parseHeaders("profile-header", o.bench.profiling.headers)
	if err != nil {
		return nil, err
	}
	if o.bench.metricsURL != "" && o.bench.metricsURL != profiles.NoMetrics && len(o.targets) > 1 {
		return nil, errors.New("--metrics-url is one address, but there are several targets; remove it, or set it to none")
	}
	var targets []profiles.Target
	for _, text := range o.targets {
		t := profiles.Target{URL: text, Header: header, MetricsURL: o.bench.metricsURL}
		if name, address, ok := strings.Cut(text, "="); ok && !strings.ContainsAny(name, ":/") {
			if t.Name, t.URL = name, address; name == "" {
				return nil, errors.New("--target has no name before '='; use name=URL, or only the URL")
			}
		}
		if o.bench.insecure {
			t.TLS = &tls.Config{InsecureSkipVerify: true}
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// bundleName is what the bundle is called when --out does not say it.
func (o *profileOptions) bundleName(first profiles.Target) string {
	switch {
	case o.bench.name != "":
		return o.bench.name
	case first.Name != "":
		return first.Name
	}
	return runfolder.CleanName(endpoint.Host(first.URL))
}

// captureLine is the progress of a capture.
func captureLine(p profiles.Progress) string {
	if p.Phase != profiles.Window {
		return words.Phase(p.Phase)
	}
	return fmt.Sprintf("%s, %s of %s", words.Phase(p.Phase), p.Elapsed.Round(time.Second), p.Window)
}
