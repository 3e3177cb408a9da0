package loadcmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// TestFlagsSurviveRunJSON: what redactArgs writes, storedFlags reads.
func TestFlagsSurviveRunJSON(t *testing.T) {
	cmd := &cobra.Command{Use: "bench"}
	bindBenchFlags(cmd, &benchOptions{})
	args := []string{"--steps=each", "--only=before,best", "--runs=3", "--capacity", "--arm", "a=x --flag y", "--arm", "b=--z", "--noise-limit", "none"}
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range storedFlags(cli.RedactArgs(cmd)) {
		got = append(got, f.name+"="+f.value)
	}
	slices.Sort(got)
	want := []string{"arm=a=x --flag y", "arm=b=--z", "capacity=true", "noise-limit=none", "only=before", "only=best", "runs=3", "steps=each"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFlagsThatMustBeGivenAgain(t *testing.T) {
	for _, row := range []struct {
		flag storedFlag
		want bool
	}{
		{storedFlag{"header", "Authorization: ***"}, true},
		{storedFlag{"body", "(22 bytes)"}, true},
		{storedFlag{"body", "@file.json"}, false},
		{storedFlag{"url", "http://***@host/"}, true},
		{storedFlag{"url", "http://host/?q={{user}}"}, false},
		{storedFlag{"arm", "a=env TOKEN=*** ./svc"}, true},
		{storedFlag{"lotteryd-arm", "a=--redis-url redis://***@host"}, true},
		{storedFlag{"name", "***"}, false},
	} {
		if got := row.flag.hidden(); got != row.want {
			t.Errorf("%+v: got %v", row.flag, got)
		}
	}
}

// FuzzStoredFlags: run.json may come from anywhere.
func FuzzStoredFlags(f *testing.F) {
	f.Add("lotteryctl bench --steps=each --only before --only")
	f.Fuzz(func(t *testing.T, command string) {
		for _, flag := range storedFlags(strings.Split(command, " ")) {
			if strings.Contains(flag.name, "=") {
				t.Errorf("%q: a flag is named %q", command, flag.name)
			}
		}
	})
}
