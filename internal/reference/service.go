package reference

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Options say what is started, on what.
type Options struct {
	Program string // see [FindProgram]
	Data    *Data  // shared by all runs
	// Checked: each run is audited when its load is over.
	Checked bool
	// Kinds are the profiles that lotteryd has to be able to serve in profiled
	// runs. Some are off by default, since they cost time.
	Kinds []profiles.Kind
}

// Service starts lotteryd: for each run a fresh one on fresh data with an
// activity of its own, over one Redis and one Postgres.
type Service struct {
	program string
	data    *Data
	prefix  string // of activity names; new for each Service
	checked bool
	sampled []string // lotteryd's flags in profiled runs
	starts  int      // so far; makes names unique. Arms start one after another.
}

// New makes the service; nothing is started yet.
func New(o Options) *Service {
	return &Service{
		program: o.Program, data: o.Data, prefix: fmt.Sprintf("bench-%x", time.Now().UnixMicro()),
		checked: o.Checked, sampled: samplingFlags(o.Kinds),
	}
}

// Data are the stores that the service works on.
func (s *Service) Data() *Data { return s.data }

// Arm is a configuration under the load of plan, whose requests become draws.
// Start takes at most a minute; lap.Dir keeps the server's log and the activity.
func (s *Service) Arm(c Configuration, plan loadgen.Plan) experiment.Arm {
	a := &arm{Service: s, Configuration: c, plan: DrawPlan(plan)}
	return experiment.Arm{Name: c.Name, Start: a.start}
}

// DrawPlan is plan with draws as its requests. Its URL names what that of a
// started service has in its place.
func DrawPlan(plan loadgen.Plan) loadgen.Plan {
	plan.Method = http.MethodPost
	plan.Header = http.Header{"Content-Type": {"application/json"}}
	plan.Body = `{"user":"{{user}}","request":"{{uuid}}"}`
	plan.URL = "http://127.0.0.1/v1/activities/<run>/draws"
	return plan
}

// arm is one configuration under one load.
type arm struct {
	*Service
	Configuration
	plan loadgen.Plan
}

// start brings up one lotteryd with one activity on fresh data.
func (a *arm) start(ctx context.Context, lap experiment.Lap) (*experiment.Target, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	a.starts++
	stores, err := a.data.fresh(ctx, a.starts)
	if err != nil {
		return nil, err
	}
	target, err := a.startOn(ctx, lap, stores)
	if err != nil {
		return nil, errors.Join(err, stores.drop(context.WithoutCancel(ctx)))
	}
	stop := target.Stop
	target.Stop = func(ctx context.Context) error { return errors.Join(stop(ctx), stores.drop(ctx)) }
	return target, nil
}

func (a *arm) startOn(ctx context.Context, lap experiment.Lap, stores stores) (*experiment.Target, error) {
	args := []string{a.program, "serve", "--migrate", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
		"--log-format", "json", "--drain-delay", "0s"} // no load balancer has to notice its end
	args = append(args, a.Flags...)
	if lap.Profile > 0 {
		args = append(args, a.sampled...)
	}
	process, err := experiment.StartProcess(args,
		// In the environment, since everyone may read command lines.
		[]string{"LOTTERYD_REDIS_URL=" + stores.redis, "LOTTERYD_POSTGRES_URL=" + stores.postgres, "LOTTERYD_ADMIN_TOKEN=",
			"LOTTERYD_ALLOW_UNSAFE=true"}, // its draws are worth nothing; not a flag, which an older lotteryd would refuse
		filepath.Join(lap.Dir, runfolder.ServerLogFile))
	if err != nil {
		return nil, err
	}
	target, err := a.prepare(ctx, lap, process, stores)
	if err != nil {
		if ended := process.EarlyEnd(); ended != nil {
			return nil, ended
		}
		return nil, errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}
	return target, nil
}

// prepare waits until the process is ready and gives it its activity.
func (a *arm) prepare(ctx context.Context, lap experiment.Lap, process *experiment.Process, stores stores) (*experiment.Target, error) {
	public, admin, err := awaitListening(ctx, process)
	if err != nil {
		return nil, err
	}
	if err := awaitReady(ctx, process, admin); err != nil {
		return nil, err
	}
	activity := fmt.Sprintf("%s-%d", a.prefix, a.starts)
	plan := a.plan
	plan.Duration = max(plan.Duration, lap.Window)
	text := activityFile(activity, time.Now(), mostDraws(plan, lap.Capacity), a.Configuration)
	if err := seed(ctx, a.program, lap.Dir, text, admin); err != nil {
		return nil, err
	}
	plan = a.plan
	plan.URL = fmt.Sprintf("http://%s/v1/activities/%s/draws", public, activity)
	plan.ServerPID = process.PID()
	target := &experiment.Target{
		Plan: plan, MetricsURL: "http://" + admin + "/metrics", Outcome: drawOutcome,
		Pprof: []profiles.Target{{Name: Name, URL: "http://" + admin, MetricsURL: "http://" + admin + "/metrics"}},
		Ended: process.Ended(), Stop: process.Stop,
	}
	if a.checked && !lap.Capacity {
		w := &witness{activity: activity, stores: stores, metricsURL: target.MetricsURL}
		target.Outcome, target.Check = w.outcome, w.check
	}
	return target, nil
}
