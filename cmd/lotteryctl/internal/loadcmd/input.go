package loadcmd

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// newBench checks every flag without touching the network.
func newBench(cmd *cobra.Command, env cli.Env, o *benchOptions) (*benchRun, error) {
	b := &benchRun{env: env, options: o}
	if o.resume != "" {
		var err error
		if b.resumed, err = takeUp(cmd, o); err != nil {
			return nil, fmt.Errorf("--resume: %w", err)
		}
	}
	b.command = cli.RedactArgs(cmd)
	if b.resumed != nil {
		b.command = b.resumed.manifest.Command
	}
	return b, b.readFlags(cmd.Flags().Changed)
}

// readFlags checks the flags and makes of them what is to be done. given says
// which were.
func (b *benchRun) readFlags(given func(string) bool) error {
	o := b.options
	for _, check := range []func(func(string) bool) error{o.checkCombination, o.checkStores, o.checkComparison, o.checkNumbers, o.checkProfile} {
		if err := check(given); err != nil {
			return err
		}
	}
	b.spec = experiment.Spec{
		Rounds: o.runs, Seed: o.seed, LogAnswers: o.logAnswers, Repeats: o.repeats, KeepGoing: o.keepGoing,
	}
	if b.profileOnly {
		b.spec.Rounds = 0
	}
	switch {
	case b.resumed != nil:
		b.spec.Seed = b.resumed.manifest.Seed
	case !given("seed"):
		b.spec.Seed = uint64(time.Now().UnixMicro())
	}
	if err := b.readLoad(given); err != nil {
		return err
	}
	if err := b.readComparison(given); err != nil {
		return err
	}
	if err := b.readProfile(); err != nil {
		return err
	}
	if b.spec.Name = o.name; b.spec.Name == "" {
		b.spec.Name = b.defaultName()
	}
	if err := runfolder.CheckName(b.spec.Name); err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	return nil
}

// readLoad makes the plan and what counts as a good answer.
func (b *benchRun) readLoad(given func(string) bool) (err error) {
	o := b.options
	if o.expectStatus != "" {
		if b.spec.Statuses, err = experiment.ParseStatuses(o.expectStatus); err != nil {
			return fmt.Errorf("--expect-status: %w", err)
		}
	}
	if b.plan, err = o.newPlan(b.env, given); err != nil {
		return err
	}
	if b.resumed != nil && b.plan.Rate == 0 && b.resumed.manifest.RateChoice != nil {
		b.plan.Rate = b.resumed.manifest.RateChoice.Rate
	}
	b.durationGiven = given("duration")
	b.lengthen(b.durationGiven)
	return nil
}

// checkCombination refuses flags that would be ignored.
func (o *benchOptions) checkCombination(given func(string) bool) error {
	if given("url") && o.url == "" {
		return errors.New("--url is empty; use an address such as http://127.0.0.1:8080/path")
	}
	only, with := []string{"method", "header", "body", "insecure", "metrics-url", "pid", "profile-url", "profile-header"}, "requires --url"
	if o.url != "" {
		only, with = []string{"redis", "postgres", "lotteryd", "check", "no-check"}, "is only for the reference service; remove --url"
	}
	for _, flag := range only {
		if given(flag) {
			return fmt.Errorf("--%s %s", flag, with)
		}
	}
	switch {
	case o.arrivals == string(loadgen.Closed) && given("rate"):
		return errors.New("--rate has no effect with --arrivals closed: the service sets the rate")
	case given("resume") && given("out"):
		return errors.New("--out has no effect with --resume: the folder stays where it is")
	case o.check && o.noCheck:
		return errors.New("--check and --no-check cannot be combined")
	}
	return nil
}

// checkStores refuses what is no URL of a store. It may hold a password, so it
// is not repeated.
func (o *benchOptions) checkStores(given func(string) bool) error {
	begins := func(text string, schemes ...string) bool {
		return slices.ContainsFunc(schemes, func(s string) bool { return strings.HasPrefix(text, s+"://") })
	}
	switch {
	case given("redis") && !begins(o.redis, "redis", "rediss", "unix"):
		return errors.New("--redis must be a URL such as redis://127.0.0.1:6379/0")
	case given("postgres") && !begins(o.postgres, "postgres", "postgresql"):
		return errors.New("--postgres must be a URL such as postgres://user@127.0.0.1:5432/database")
	}
	return nil
}

func (o *benchOptions) checkNumbers(given func(string) bool) error {
	switch {
	case given("rate") && (!(o.rate > 0) || math.IsInf(o.rate, 0)):
		return fmt.Errorf("--rate must be a positive number of requests per second, not %v", o.rate)
	case o.rate > loadgen.MaxRate:
		return fmt.Errorf("--rate is %v requests per second; at most %d are possible", o.rate, int64(loadgen.MaxRate))
	case o.connections < 0:
		return fmt.Errorf("--connections must be 0 (no limit) or more, not %d", o.connections)
	case o.connections == 0 && given("connections") && o.arrivals == string(loadgen.Closed):
		return errors.New("--connections 0 cannot be combined with --arrivals closed: set the number of connections to keep busy")
	case o.users < 1:
		return fmt.Errorf("--users must be 1 or more, not %d", o.users)
	case o.duration <= 0:
		return fmt.Errorf("--duration must be positive, not %v", o.duration)
	case o.warmup < 0:
		return fmt.Errorf("--warmup must not be negative, not %v", o.warmup)
	case o.warmup > o.duration:
		return fmt.Errorf("--warmup %v is longer than --duration %v; use a longer duration or a shorter warm-up", o.warmup, o.duration)
	case o.timeout <= 0:
		return fmt.Errorf("--timeout must be positive, not %v", o.timeout)
	case o.slo <= 0:
		return fmt.Errorf("--slo must be positive, not %v", o.slo)
	case o.startTimeout <= 0:
		return fmt.Errorf("--start-timeout must be positive, not %v", o.startTimeout)
	case o.runs < 1 || o.runs > maxRuns:
		return fmt.Errorf("--runs must be 1 to %d, not %d", maxRuns, o.runs)
	case o.repeats < 0 || o.repeats > maxRepeats:
		return fmt.Errorf("--repeats must be 0 to %d, not %d", maxRepeats, o.repeats)
	case given("pid") && !processExists(o.pid):
		return fmt.Errorf("--pid: there is no process %d on this machine", o.pid)
	}
	return nil
}

// processExists asks by signal 0. Not being allowed to send it is a yes.
func processExists(pid int) bool {
	if pid <= 0 {
		return false
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}

// defaultName says what is measured: the reference service, the URL's host, or
// what is compared.
func (b *benchRun) defaultName() string {
	o := b.options
	switch {
	case o.steps != "":
		return "steps-" + o.steps
	case o.calibrate:
		return "calibrate"
	case o.vary != "":
		name, _, _ := strings.Cut(o.vary, "=")
		return "vary-" + name
	case len(b.subject.programs) > 0:
		names := make([]string, len(b.subject.programs))
		for i, p := range b.subject.programs {
			names[i] = p.Name
		}
		return runfolder.CleanName(strings.Join(names, "-"))
	case len(b.subject.lotteryds) > 0:
		return configurationNames(b.subject.lotteryds)
	case o.url == "":
		return referenceName
	}
	return runfolder.CleanName(endpoint.Host(o.url))
}
