package loadcmd

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// planned reads the flags of bench without running anything.
func planned(t *testing.T, args ...string) *benchRun {
	t.Helper()
	env := cli.Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}
	o := &benchOptions{}
	cmd := NewBench(env)
	cmd.ResetFlags()
	bindBenchFlags(cmd, o)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	b, err := newBench(cmd, env, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPlanSaysWhatItCannotDecide: before the first run, with the flags that would
// decide; a plan that can decide all has nothing to say.
func TestPlanSaysWhatItCannotDecide(t *testing.T) {
	two := []string{"--url", "http://127.0.0.1:{{port}}/", "--arm", "a=sleep {{port}}", "--arm", "b=sleep {{port}}"}
	five := append(two, "--arm", "c=sleep {{port}}", "--arm", "d=sleep {{port}}", "--arm", "e=sleep {{port}}")
	for name, row := range map[string]struct {
		arms, flags []string
		says        []string
	}{
		"all can be decided":        {two, []string{"--rate", "1200"}, nil},
		"p99 cannot":                {two, []string{"--rate", "500"}, []string{"5,000 requests", "p99 needs 10,000 (--duration 20s)"}},
		"neither p95 nor p99":       {two, []string{"--rate", "100", "--duration", "10s"}, []string{"1,000 requests", "p95 needs 2,000 (--duration 20s)", "p99 needs 10,000 (--duration 1m40s)"}},
		"random arrivals":           {two, []string{"--rate", "200", "--duration", "10s", "--arrivals", "poisson"}, []string{"p95 needs 2,000 (--duration 11s)"}},
		"three rounds":              {two, []string{"--rate", "1200", "--runs", "3"}, []string{"with 3 rounds no change", "use --runs 9"}},
		"one round":                 {two, []string{"--rate", "1200", "--runs", "1"}, []string{"with 1 round no change"}},
		"too few for pairs":         {five, []string{"--rate", "1200"}, []string{"10 rounds are too few for the paired test of", "use --runs 11"}},
		"a closed loop":             {two, []string{"--arrivals", "closed"}, nil},
		"capacities":                {two, []string{"--capacity", "--runs", "3"}, []string{"in 1 comparison; use --runs 6"}},
		"capacities that can":       {two, []string{"--capacity"}, nil},
		"steps in few rounds":       {[]string{"--steps", "ladder"}, []string{"--rate", "1200", "--runs", "4"}, []string{"with 4 rounds no change", "use --runs 9"}},
		"steps":                     {[]string{"--steps", "ladder"}, []string{"--rate", "1200"}, nil},
		"a single arm has no rival": {[]string{"--url", "http://127.0.0.1/"}, []string{"--runs", "2", "--duration", "1s"}, nil},
		"noise is measured":         {[]string{"--url", "http://127.0.0.1/"}, []string{"--calibrate", "--duration", "1s"}, nil},
	} {
		notes := strings.Join(planned(t, append(append([]string{}, row.arms...), row.flags...)...).planNotes(), "\n")
		if row.says == nil && notes != "" {
			t.Errorf("%s: says %q", name, notes)
		}
		for _, part := range row.says {
			if !strings.Contains(notes, part) {
				t.Errorf("%s: no %q in %q", name, part, notes)
			}
		}
	}
}

// TestDefaultDurationLetsP95Decide: what two runs by default cannot decide, a gate on
// them could not either.
func TestDefaultDurationLetsP95Decide(t *testing.T) {
	url := []string{"--url", "http://127.0.0.1/"}
	for name, row := range map[string]struct {
		flags []string
		want  time.Duration
	}{
		"100/s":             {nil, 20 * time.Second},
		"as given":          {[]string{"--duration", "10s"}, 10 * time.Second},
		"a high rate":       {[]string{"--rate", "5000"}, 10 * time.Second},
		"a low rate":        {[]string{"--rate", "5"}, time.Minute},
		"random arrivals":   {[]string{"--arrivals", "poisson"}, 22 * time.Second},
		"a closed loop":     {[]string{"--arrivals", "closed"}, 10 * time.Second},
		"an unusual rate":   {[]string{"--rate", "173.4"}, 12 * time.Second},
		"noise, at 100/s":   {[]string{"--calibrate"}, 20 * time.Second},
		"a rate of its own": {[]string{"--rate", "200"}, 10 * time.Second},
	} {
		b := planned(t, append(append([]string{}, url...), row.flags...)...)
		if b.plan.Duration != row.want {
			t.Errorf("%s: %v, want %v", name, b.plan.Duration, row.want)
		}
		if b.plan.Warmup != 2*time.Second {
			t.Errorf("%s: warm-up of %v", name, b.plan.Warmup)
		}
	}
}
