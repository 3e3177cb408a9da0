package main

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

func TestLotterydArmsAreChecked(t *testing.T) {
	t.Parallel()
	two := []string{"bench", "--lotteryd-arm", "off=--recorder off", "--lotteryd-arm"}
	for want, args := range map[string][]string{
		"so there is nothing to compare it with": two[:3],
		`is "on"; use name='flags'`:              append(two[:4:4], "on"),
		`is "--recorder=on"; use name=`:          append(two[:4:4], "--recorder=on"),
		`two arms are named "off"`:               append(two[:4:4], "off="),
		"and --steps cannot be combined":         append(two[:4:4], "on=", "--steps", "ladder"),
		"and --vary cannot be combined":          append(two[:4:4], "on=", "--vary", "json=before,best"),
		"and --arm cannot be combined":           append(two[:4:4], "on=", "--arm", "x=y {{port}}"),
		"and --calibrate cannot be combined":     append(two[:4:4], "on=", "--calibrate"),
		"is only for the reference service":      append(two[:4:4], "on=", "--url", "http://127.0.0.1:1/"),
		`--lotteryd-arm: name "a/b"`:             append(two[:4:4], "a/b="),
	} {
		_, stderr, err := execute(t, args...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit %d, %s; want %q", args, cli.ExitCode(err), stderr, want)
		}
	}
}

// TestBenchLotterydArms runs the reference service under two sets of flags.
func TestBenchLotterydArms(t *testing.T) {
	t.Parallel()
	out := t.TempDir() + "/run"
	stdout, stderr, err := execute(t, "bench", "--lotteryd", buildLotteryd(t), "--lotteryd-arm", "off=--recorder off", "--lotteryd-arm", "on=--recorder on --region eu",
		"--runs", "1", "--rate", "200", "--duration", "500ms", "--warmup", "100ms", "--noise-limit", "none", "--out", out)
	if err != nil || !strings.Contains(stdout, "on against off") {
		t.Fatalf("got %v\n%s\n%s", err, stdout, stderr)
	}
	m, _ := readRun(t, out)
	if len(m.Arms) != 2 || m.Arms[0].Name != "off" || !strings.HasSuffix(strings.Join(m.Arms[1].Command, " "), "--recorder on --region eu") {
		t.Errorf("run.json has the arms %+v", m.Arms)
	}
}
