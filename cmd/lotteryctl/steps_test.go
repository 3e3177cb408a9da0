package main

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

func TestStepsGolden(t *testing.T) {
	for file, args := range map[string][]string{
		"steps.golden":                {"steps"},
		"steps-json.golden":           {"steps", "--json"},
		"steps-show-claim.golden":     {"steps", "show", "5"},
		"steps-show-sampler.golden":   {"steps", "show", "sampler"},
		"steps-show-dice-json.golden": {"steps", "show", "dice", "--json"},
	} {
		stdout, _, err := execute(t, args...)
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, file, stdout)
	}
}

func TestStepsShowFindsByNumberAndName(t *testing.T) {
	byNumber, _, err := execute(t, "steps", "show", "5")
	if err != nil {
		t.Fatal(err)
	}
	byName, _, err := execute(t, "steps", "show", "claim")
	if err != nil {
		t.Fatal(err)
	}
	if byNumber != byName || !strings.Contains(byName, "WRONG: breaks I8") {
		t.Errorf("show 5 and show claim differ, or hide the wrong variant:\n%s\n%s", byNumber, byName)
	}
}

func TestStepsShowRefusesInOneSentence(t *testing.T) {
	const names = "conn-pool, object-pool, json, dice, claim, log, gc, user-state, stock, sampler, snapshot, layout, metadata, redis-batch"
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"steps", "show", "9"}, "lotteryctl: unknown step \"9\"; use 1 to 8, or " + names + "\n"},
		{[]string{"steps", "show", "0"}, "lotteryctl: unknown step \"0\"; use 1 to 8, or " + names + "\n"},
		{[]string{"steps", "show", "claims"}, "lotteryctl: unknown step \"claims\"; use 1 to 8, or " + names + "\n"},
		{[]string{"steps", "show"}, "lotteryctl: steps show needs one number or name, not 0: see `lotteryctl steps show --help`\n"},
	} {
		stdout, stderr, err := execute(t, row.args...)
		if stderr != row.want || stdout != "" || cli.ExitCode(err) != cli.CodeUsage {
			t.Errorf("%v: got stderr %q, stdout %q, exit %d; want stderr %q, exit %d", row.args, stderr, stdout, cli.ExitCode(err), row.want, cli.CodeUsage)
		}
	}
}
