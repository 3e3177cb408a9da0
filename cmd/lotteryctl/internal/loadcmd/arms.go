package loadcmd

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// checkComparison refuses flags about comparing that contradict each other or
// would be ignored.
func (o *benchOptions) checkComparison(given func(string) bool) error {
	for _, flag := range []string{"steps", "vary"} {
		switch {
		case !given(flag):
		case o.url != "":
			return fmt.Errorf("--%s is only for the reference service; remove --url", flag)
		case len(o.arms) > 0:
			return fmt.Errorf("--%s and --arm cannot be combined: an experiment varies one thing", flag)
		}
	}
	if err := o.checkLotterydArms(); err != nil {
		return err
	}
	needs := []struct {
		flag, other string
		has         bool
	}{
		{"variant", "--steps", o.steps != ""},
		{"only", "--steps", o.steps != ""},
		{"ready-url", "--arm", len(o.arms) > 0},
		{"start-timeout", "--arm", len(o.arms) > 0},
		{"slo", "--capacity", o.capacity},
		{"repeats", "a --noise-limit", o.compares() || given("noise-limit")},
		{"keep-going", "several arms", o.compares()},
	}
	for _, n := range needs {
		if given(n.flag) && !n.has {
			return fmt.Errorf("--%s needs %s", n.flag, n.other)
		}
	}
	switch {
	case o.calibrate && (o.steps != "" || o.vary != ""):
		return errors.New("--calibrate runs one program twice; remove --steps and --vary")
	case o.calibrate && o.capacity:
		return errors.New("--calibrate measures noise at one rate; remove --capacity")
	case given("steps") && given("vary"):
		return errors.New("--steps and --vary cannot be combined: an experiment varies one thing")
	case len(o.arms) > 0 && o.url == "":
		return errors.New("--arm requires --url; set it to the address to load, with {{port}} for the port of each program")
	case len(o.arms) > 0 && given("pid"):
		return errors.New("--pid has no effect with --arm: bench starts the programs and knows their ids")
	case o.capacity && (given("rate") || given("duration") || given("warmup")):
		return errors.New("--capacity searches for the rate and sets the length of its probes; remove --rate, --duration and --warmup")
	case o.capacity && o.arrivals == string(loadgen.Closed):
		return errors.New("--capacity needs a schedule that does not wait for answers; use --arrivals constant or poisson")
	}
	return nil
}

// readComparison makes the arms' descriptions from the flags.
func (b *benchRun) readComparison(given func(string) bool) (err error) {
	o := b.options
	switch {
	case o.steps != "":
		err = b.readDesign("--steps", func() (study.Spec, error) { return study.ParseSteps(o.steps, o.variant) })
	case o.vary != "":
		err = b.readDesign("--vary", func() (study.Spec, error) { return study.ParseVary(o.vary) })
	case len(o.arms) > 0:
		b.subject.programs, err = b.readArms()
	case len(o.lotterydArms) > 0:
		b.subject.lotteryds, err = b.readLotterydArms()
	}
	if err != nil {
		return err
	}
	b.subject.checked = o.check || b.subject.design != nil && !o.noCheck
	if o.capacity {
		b.spec.CapacityOnly, b.spec.Capacity = true, &experiment.CapacityOptions{SLO: o.slo, Statuses: b.spec.Statuses}
	}
	text := o.noiseLimit
	if text == "" && !b.compares() {
		text = "none"
	}
	b.spec.NoiseLimit, err = parseNoiseLimit(text)
	return err
}

func (b *benchRun) readDesign(flag string, parse func() (study.Spec, error)) error {
	spec, err := parse()
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	spec.Only = b.options.only
	design, err := study.New(spec)
	if err != nil {
		return fmt.Errorf("--only: %w", err)
	}
	b.subject.design = &design
	return nil
}

// readArms reads every --arm and checks what can be checked without starting
// anything.
func (b *benchRun) readArms() ([]experiment.ProcessArm, error) {
	o := b.options
	if o.calibrate && len(o.arms) > 1 {
		return nil, errors.New("--calibrate runs one program twice; use --arm once")
	}
	if len(o.arms) == 1 && !o.calibrate {
		return nil, errors.New("--arm was given once, so there is nothing to compare it with; add another --arm, or start the program yourself and set --url")
	}
	var arms []experiment.ProcessArm
	seen := map[string]bool{}
	for _, text := range o.arms {
		name, command, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--arm is %q; use name='command'", text)
		}
		if seen[name] {
			return nil, fmt.Errorf("--arm: two arms are named %q", name)
		}
		seen[name] = true
		arm := experiment.ProcessArm{
			Name: name, Command: command, URL: o.url, ReadyURL: o.readyURL, MetricsURL: o.metricsURL,
			Plan: b.plan, StartTimeout: o.startTimeout,
		}
		if err := arm.Check(); err != nil {
			return nil, fmt.Errorf("--arm: %w", err)
		}
		arms = append(arms, arm)
	}
	for _, arm := range arms {
		if err := arm.CheckProgram(); err != nil {
			return nil, fmt.Errorf("--arm: %w", err)
		}
	}
	if o.calibrate {
		arms = append(arms, arms[0])
		for i, name := range b.armNames() {
			arms[i].Name = name
		}
	}
	return arms, nil
}

// parseNoiseLimit reads --noise-limit: "none", "default" (also ""), or the
// covariates to limit as shares of the measured time.
func parseNoiseLimit(text string) (limit runfolder.NoiseLimit, err error) {
	switch text {
	case "none":
		return limit, nil
	case "", "default":
		return experiment.DefaultNoiseLimit(), nil
	}
	fields := map[string]*float64{
		"server-run-queue": &limit.ServerRunQueue, "client-run-queue": &limit.ClientRunQueue,
		"cpu-pressure": &limit.CPUPressure, "foreign-cpu": &limit.ForeignCPU,
	}
	for _, pair := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(pair, "=")
		field, ok := fields[name]
		if !ok {
			return limit, fmt.Errorf("--noise-limit: unknown covariate %q; use server-run-queue, client-run-queue, cpu-pressure or foreign-cpu", name)
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
		if err != nil || !strings.HasSuffix(value, "%") || !(percent > 0 && percent <= 10_000) {
			return limit, fmt.Errorf("--noise-limit: %s is %q; use a share of the measured time, such as 10%%", name, value)
		}
		*field = percent / 100
	}
	return limit, nil
}
