package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// startTimeout bounds the start of a lotteryd, its migration included.
const startTimeout = 60 * time.Second

// reference starts the reference service: for each run a fresh lotteryd on
// fresh data with an activity of its own, over one Redis and one Postgres.
type reference struct {
	program string
	data    *freshData
	prefix  string // of activity names; new for each invocation
	checked bool
	sampled []string // lotteryd's flags in profiled runs
	starts  int      // so far; makes names unique. Arms start one after another.
}

// referenceArm is one configuration of the reference service under one load.
type referenceArm struct {
	*reference
	flags  []string // of lotteryd, beyond what all arms have
	random bool     // the activity's dice are random, not committed
	plan   loadgen.Plan
}

// openReference finds lotteryd and starts the servers that were not given.
func (b *benchRun) openReference(ctx context.Context, progress *benchProgress) (*workload, error) {
	program, err := findLotteryd(b.options.lotteryd)
	if err != nil {
		return nil, err
	}
	data, err := openData(ctx, b.options.redis, b.options.postgres, progress)
	if err != nil {
		return nil, err
	}
	r := &reference{program: program, data: data, prefix: fmt.Sprintf("bench-%x", time.Now().UnixMicro()), checked: b.checked, sampled: samplingFlags(b.profile)}
	return &workload{
		benchmark: "Draw", service: "lotteryd with " + data.text(), close: data.close,
		arms: func(plan loadgen.Plan) []experiment.Arm {
			var arms []experiment.Arm
			for _, c := range b.configurations() {
				arm := referenceArm{reference: r, flags: c.flags, random: c.random, plan: drawPlan(plan)}
				arms = append(arms, experiment.Arm{Name: c.name, Start: arm.start})
			}
			return arms
		},
		manifests: func(plan loadgen.Plan) []runfolder.ArmManifest {
			var manifests []runfolder.ArmManifest
			for _, c := range b.configurations() {
				m := armManifest(c.name, drawPlan(plan))
				m.FreshProcess = true
				m.Command = append([]string{"lotteryd", "serve", "--migrate"}, c.flags...)
				m.Switches = c.switches
				manifests = append(manifests, m)
			}
			return manifests
		},
	}, nil
}

// configuration is what one arm of the reference service is started with.
type configuration struct {
	name     string
	flags    []string
	switches string // all of them, for run.json
	random   bool
}

// configurations are the arms: those of the design, or lotteryd as it is.
//
// Committed dice are what the best variant of the switch "dice" is about. The
// others replace the source of random words, so their activities must ask it.
func (b *benchRun) configurations() []configuration {
	var all []configuration
	if c := b.chosen; c != nil {
		return append(all, configuration{b.name, c.Flags(), c.String(), c.Variant("dice") != "best"})
	}
	if len(b.lotteryds) > 0 {
		return b.lotteryds
	}
	if b.design == nil {
		for _, name := range b.armNames() {
			all = append(all, configuration{name: name})
		}
		return all
	}
	for _, arm := range b.design.Arms {
		all = append(all, configuration{arm.Name, arm.Choice.Flags(), arm.Choice.String(), arm.Choice.Variant("dice") != "best"})
	}
	return all
}

// drawPlan is plan as draws. Its URL names what the target's has in its place.
func drawPlan(plan loadgen.Plan) loadgen.Plan {
	plan.Method = http.MethodPost
	plan.Header = http.Header{"Content-Type": {"application/json"}}
	plan.Body = `{"user":"{{user}}","request":"{{uuid}}"}`
	plan.URL = "http://127.0.0.1/v1/activities/<run>/draws"
	return plan
}

// findLotteryd looks beside this program first: the two are built together.
func findLotteryd(asked string) (string, error) {
	if asked != "" {
		path, err := exec.LookPath(asked)
		if err != nil {
			return "", fmt.Errorf("--lotteryd: %w", err)
		}
		return filepath.Abs(path)
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "lotteryd")
		if path, err := exec.LookPath(beside); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath("lotteryd"); err == nil {
		return filepath.Abs(path)
	}
	return "", errors.New("there is no lotteryd beside lotteryctl or in PATH: run `make build`, or say where it is with --lotteryd")
}

// start brings up one lotteryd with one activity on fresh data.
func (r *referenceArm) start(ctx context.Context, lap experiment.Lap) (*experiment.Target, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	r.starts++
	stores, err := r.data.fresh(ctx, r.starts)
	if err != nil {
		return nil, err
	}
	target, err := r.startOn(ctx, lap, stores)
	if err != nil {
		return nil, errors.Join(err, stores.drop(context.WithoutCancel(ctx)))
	}
	stop := target.Stop
	target.Stop = func(ctx context.Context) error { return errors.Join(stop(ctx), stores.drop(ctx)) }
	return target, nil
}

func (r *referenceArm) startOn(ctx context.Context, lap experiment.Lap, stores stores) (*experiment.Target, error) {
	args := []string{r.program, "serve", "--migrate", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
		"--log-format", "json", "--drain-delay", "0s"} // no load balancer has to notice its end
	args = append(args, r.flags...)
	if lap.Profile > 0 {
		args = append(args, r.sampled...)
	}
	process, err := experiment.StartProcess(args,
		// In the environment, since everyone may read command lines.
		[]string{"LOTTERYD_REDIS_URL=" + stores.redis, "LOTTERYD_POSTGRES_URL=" + stores.postgres, "LOTTERYD_ADMIN_TOKEN="},
		filepath.Join(lap.Dir, runfolder.ServerLogFile))
	if err != nil {
		return nil, err
	}
	target, err := r.prepare(ctx, lap, process, stores)
	if err != nil {
		if ended := process.EarlyEnd(); ended != nil {
			return nil, ended
		}
		return nil, errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}
	return target, nil
}

// prepare waits until the process is ready and gives it its activity.
func (r *referenceArm) prepare(ctx context.Context, lap experiment.Lap, process *experiment.Process, stores stores) (*experiment.Target, error) {
	public, admin, err := awaitListening(ctx, process)
	if err != nil {
		return nil, err
	}
	if err := awaitReady(ctx, process, admin); err != nil {
		return nil, err
	}
	activity := fmt.Sprintf("%s-%d", r.prefix, r.starts)
	if err := r.seed(ctx, lap, activity, admin); err != nil {
		return nil, err
	}
	plan := r.plan
	plan.URL = fmt.Sprintf("http://%s/v1/activities/%s/draws", public, activity)
	plan.ServerPID = process.PID()
	target := &experiment.Target{
		Plan: plan, MetricsURL: "http://" + admin + "/metrics", Outcome: drawOutcome,
		Pprof: []profiles.Target{{Name: referenceName, URL: "http://" + admin, MetricsURL: "http://" + admin + "/metrics"}},
		Ended: process.Ended(), Stop: process.Stop,
	}
	if r.checked && !lap.Capacity {
		w := &witness{activity: activity, stores: stores, metricsURL: target.MetricsURL}
		target.Outcome, target.Check = w.outcome, w.check
	}
	return target, nil
}

// drawOutcome tells a win from a loss by the first field of the answer.
func drawOutcome(x *loadgen.Exchange) string {
	for _, outcome := range []string{"loss", "win", "pending"} {
		if bytes.HasPrefix(x.ResponseBody, []byte(`{"result":"`+outcome+`"`)) {
			return outcome
		}
	}
	return ""
}
