package loadcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/internal/workload"
)

// newProfileLoad has what bench's flags have when they are not given, for those
// that profile lacks.
func newProfileLoad() profileLoad {
	return profileLoad{bench: benchOptions{slo: defaultSLO, startTimeout: defaultStartTimeout, noiseLimit: "none"}}
}

// bindProfileLoadFlags binds the flags that are about the load.
func bindProfileLoadFlags(cmd *cobra.Command, p *profileLoad) {
	f := cmd.Flags()
	bindTargetFlags(cmd, &p.bench)
	bindRateFlags(cmd, &p.bench)
	f.IntVar(&p.bench.runs, "runs", 1, "number of captures, each with a fresh lotteryd; with 4 or more, a change can be distinguished from noise")
	f.StringVar(&p.steps, "steps", "all", "tuning steps of lotteryd to switch on: none, all, article, or a list such as 1,3,5")
	f.StringArrayVar(&p.override, "step", nil, "one switch of lotteryd, such as conn-pool=article; may be repeated")
	bindReferenceFlags(cmd, &p.bench)
	f.StringVar(&p.bench.expectStatus, "expect-status", "", "statuses that do not count as errors, such as 2xx,409 (default 1xx to 3xx)")
	f.BoolVar(&p.bench.strict, "strict", false, "exit with 3 if the rate was not reached, or was more than the service could take")
}

// checkNoLoad refuses flags of a load where none is made.
func (p *profileLoad) checkNoLoad(given func(string) bool) error {
	if given("header") {
		return errors.New("--header is for the requests of the load; use --profile-header for the requests for profiles")
	}
	for _, flag := range []string{
		"method", "body", "pid", "rate", "arrivals", "connections", "users", "warmup", "timeout", "seed", "runs", "strict",
		"steps", "step", "redis", "postgres", "lotteryd", "expect-status",
	} {
		if given(flag) {
			return fmt.Errorf("--%s needs a load, and --target without --url has none; add --url, or remove --target", flag)
		}
	}
	return nil
}

// newProfileRun checks the flags without touching the network.
func newProfileRun(cmd *cobra.Command, env cli.Env, o *profileOptions) (*benchRun, error) {
	given := func(flag string) bool { // but not those that are others in bench
		return flag != "steps" && flag != "step" && !strings.HasPrefix(flag, "profile-") && cmd.Flags().Changed(flag)
	}
	o.bench.duration = o.duration
	b := &benchRun{env: env, options: &o.bench, command: cli.RedactArgs(cmd), profileOnly: true}
	err := o.chooseSteps(cmd.Flags().Changed, b)
	if err == nil {
		err = b.readFlags(given)
	}
	if err != nil {
		return nil, err
	}
	plan, err := o.targetPlan(cmd, env)
	if err != nil {
		return nil, err
	}
	if b.subject.pprof = plan.Targets; len(b.subject.pprof) == 0 {
		if b.subject.pprof, err = o.bench.profiling.targets(); err != nil {
			return nil, err
		}
	}
	b.spec.Profile = &experiment.ProfileOptions{
		Rounds: o.bench.runs, Duration: plan.Duration, Kinds: plan.Kinds,
		Trace: plan.Trace, TraceDuration: plan.TraceDuration, Timeout: plan.Timeout,
	}
	return b, nil
}

// chooseSteps reads how lotteryd is to be started.
func (p *profileLoad) chooseSteps(given func(string) bool, b *benchRun) error {
	if p.bench.url == "" {
		if given("profile-header") {
			return errors.New("--profile-header requires --url or --target")
		}
		choice, err := steps.ParseChoice(p.steps, p.override)
		if err != nil {
			return fmt.Errorf("--steps: %w", err)
		}
		b.subject.chosen = &choice
		return nil
	}
	for _, flag := range []string{"steps", "step"} {
		if given(flag) {
			return fmt.Errorf("--%s is only for the reference service; remove --url", flag)
		}
	}
	return nil
}

// finishProfile gives the folder its name, prints what was measured and decides
// the exit code.
func (b *benchRun) finishProfile(ctx context.Context, w workload.Workload, folder *runfolder.Folder, runErr error) error {
	runs, interrupted := folder.Profiled(), ctx.Err() != nil
	if len(runs) == 0 {
		return b.finishEmpty(folder, interrupted, runErr)
	}
	reason := ""
	switch {
	case interrupted:
		reason = fmt.Sprintf("interrupted in or after run %d of %d", len(runs), b.spec.Profile.Rounds)
	case runErr != nil:
		reason = runErr.Error()
	}
	if err := folder.Close(reason); err != nil {
		return err
	}
	report := runreport.ProfileReport{Format: runreport.ProfileFormat, Folder: folder.Path(), Run: folder.Manifest(), Profiled: runs}
	if err := report.Print(b.env.Stdout, b.serviceText(w), b.options.json); err != nil {
		return err
	}
	switch {
	case interrupted:
		return cli.Interrupted(fmt.Errorf("%s; what was measured is in %s", reason, folder.Path()))
	case runErr != nil:
		return armFailed(fmt.Errorf("%w; what was measured is in %s", runErr, folder.Path()))
	}
	if err := runreport.JudgeProfiled(runs); err != nil {
		return err
	}
	for i, m := range report.Bundles {
		if err := judgeBundle(m, report.Dirs[i]); err != nil {
			return err
		}
	}
	rounds := make([]runfolder.Round, len(runs))
	for i := range runs {
		rounds[i] = runs[i].Round
	}
	return runreport.JudgeRounds(rounds, b.options.strict)
}
