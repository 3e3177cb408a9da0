package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// startTimeout bounds the start of a lotteryd, its migration included.
const startTimeout = 60 * time.Second

// reference starts the reference service: a fresh lotteryd with an activity of
// its own for each round, over one Redis and one Postgres.
type reference struct {
	program         string
	redis, postgres string // URLs
	plan            loadgen.Plan
	prefix          string // of activity names; new for each invocation
}

// openReference finds lotteryd and starts the servers that were not given.
func (b *bench) openReference(ctx context.Context, progress *benchProgress) (*workload, error) {
	program, err := findLotteryd(b.options.lotteryd)
	if err != nil {
		return nil, err
	}
	r := &reference{
		program: program, redis: b.options.redis, postgres: b.options.postgres,
		plan: b.plan, prefix: fmt.Sprintf("bench-%x", time.Now().UnixMicro()),
	}
	r.plan.Method = http.MethodPost
	r.plan.Header = http.Header{"Content-Type": {"application/json"}}
	r.plan.Body = `{"user":"{{user}}","request":"{{uuid}}"}`
	r.plan.URL = "http://127.0.0.1/v1/activities/" + r.prefix + "-<round>/draws"
	w := &workload{manifest: b.armManifest(r.plan), benchmark: "Draw", close: func(context.Context) error { return nil }}
	w.manifest.FreshProcess = true
	w.manifest.Command = []string{"lotteryd", "serve", "--migrate"}
	w.service = "lotteryd with the Redis and Postgres given"
	if r.redis == "" || r.postgres == "" {
		progress.show("starting a private Redis and Postgres")
		services, err := localservices.Start(ctx, localservices.Options{Redis: r.redis == "", Postgres: r.postgres == ""})
		if err != nil {
			return nil, err
		}
		w.close = services.Stop
		w.service = "lotteryd with " + privateServers(r)
		if r.redis == "" {
			r.redis = services.RedisURL()
		}
		if r.postgres == "" {
			r.postgres = services.PostgresURL()
		}
	}
	w.arm = experiment.Arm{Name: b.name, Start: r.start}
	return w, nil
}

func privateServers(r *reference) string {
	switch {
	case r.redis != "":
		return "the Redis given and a private Postgres"
	case r.postgres != "":
		return "a private Redis and the Postgres given"
	}
	return "a private Redis and Postgres, every win committed to disk"
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

// start brings up one lotteryd with one activity.
func (r *reference) start(ctx context.Context, lap experiment.Lap) (*experiment.Target, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	process, err := experiment.StartProcess(
		[]string{r.program, "serve", "--migrate", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
			"--log-format", "json", "--drain-delay", "0s"}, // no load balancer has to notice its end
		// In the environment, since everyone may read command lines.
		[]string{"LOTTERYD_REDIS_URL=" + r.redis, "LOTTERYD_POSTGRES_URL=" + r.postgres, "LOTTERYD_ADMIN_TOKEN="},
		filepath.Join(lap.Dir, experiment.ServerLogFile))
	if err != nil {
		return nil, err
	}
	target, err := r.prepare(ctx, lap, process)
	if err != nil {
		if ended := process.EarlyEnd(); ended != nil {
			return nil, ended
		}
		return nil, errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}
	return target, nil
}

// prepare waits until the process is ready and gives it its activity.
func (r *reference) prepare(ctx context.Context, lap experiment.Lap, process *experiment.Process) (*experiment.Target, error) {
	public, admin, err := awaitListening(ctx, process)
	if err != nil {
		return nil, err
	}
	if err := awaitReady(ctx, process, admin); err != nil {
		return nil, err
	}
	activity := fmt.Sprintf("%s-%d", r.prefix, lap.Round)
	if err := r.seed(ctx, lap, activity, admin); err != nil {
		return nil, err
	}
	plan := r.plan
	plan.URL = fmt.Sprintf("http://%s/v1/activities/%s/draws", public, activity)
	plan.ServerPID = process.PID()
	return &experiment.Target{
		Plan: plan, MetricsURL: "http://" + admin + "/metrics", Outcome: drawOutcome, Stop: process.Stop,
	}, nil
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

// pollEvery is how often a starting lotteryd is looked at.
const pollEvery = 20 * time.Millisecond

// await polls done until it is true, the process ends, or ctx does.
func await(ctx context.Context, process *experiment.Process, what string, done func() bool) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !done() {
		select {
		case <-process.Ended():
			return process.EarlyEnd()
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("lotteryd was not %s within %v", what, startTimeout)
			}
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// awaitListening reads the two addresses, chosen by the system, from the
// server's log: a port chosen by us could be taken before the server has it.
func awaitListening(ctx context.Context, process *experiment.Process) (public, admin string, err error) {
	err = await(ctx, process, "listening", func() bool {
		for line := range bytes.Lines(process.Log()) {
			var entry struct{ Msg, Public, Admin string }
			if json.Unmarshal(line, &entry) == nil && entry.Msg == "listening" {
				public, admin = entry.Public, entry.Admin
			}
		}
		return admin != ""
	})
	return public, admin, err
}

func awaitReady(ctx context.Context, process *experiment.Process, admin string) error {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return await(ctx, process, "ready", func() bool {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/readyz", nil)
		if err != nil {
			return false
		}
		response, err := client.Do(request)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// seed creates the activity with lotteryd's own command.
func (r *reference) seed(ctx context.Context, lap experiment.Lap, activity, admin string) error {
	file := filepath.Join(lap.Dir, "activity.yaml")
	if err := os.WriteFile(file, []byte(activityFile(activity, time.Now(), r.plan)), 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.program, "seed", "-f", file, "--admin", "http://"+admin)
	cmd.Env = append(os.Environ(), "LOTTERYD_ADMIN_TOKEN=")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("lotteryd seed: %w: %s", err, strings.TrimSpace(string(output)))
	}
	return nil
}

// Bounds of the stock. Closed arrivals set their own pace, so the stock is for
// a rate that no machine of today reaches. Making units takes time: 240,000
// took 1.5 s on 2 cores.
const (
	closedRate = 100_000
	mostUnits  = 500_000
)

// activityFile describes an activity of three tiers in which one draw in ten
// wins, with stock for all of the round. Nobody is limited: a limit that is
// reached would turn part of the draws into cheaper refusals.
func activityFile(id string, now time.Time, p loadgen.Plan) string {
	rate := p.Rate
	if p.Arrivals == loadgen.Closed {
		rate = closedRate
	}
	draws := rate * (p.Warmup + p.Duration).Seconds()
	stock := func(share float64) int { return int(min(draws*share*2, mostUnits)) + 1000 }
	return fmt.Sprintf(`id: %s
name: Benchmark
starts: %s
ends: %s
blank_weight: 900
prizes:
  - {id: gold, tier: first, name: Gold, weight: 1, stock: %d, fallback: silver}
  - {id: silver, tier: second, name: Silver, weight: 19, stock: %d, fallback: bronze}
  - {id: bronze, tier: third, name: Bronze, weight: 80, stock: %d}
`, id, now.Add(-time.Minute).UTC().Format(time.RFC3339), now.AddDate(0, 0, 7).UTC().Format(time.RFC3339),
		stock(0.001), stock(0.019), stock(0.08))
}
