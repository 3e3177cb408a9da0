package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// asProgramEnv makes this test binary behave as lotteryctl. It is set for all
// children, so that commands which start themselves again start this code. That
// goes as long as this package has no fuzz target: the workers of go's fuzzer
// are children too. The fuzz targets are in the folders below.
const asProgramEnv = "LOTTERYCTL_TEST_AS_PROGRAM"

// TestMain has tests run in parallel that mostly wait: for servers to start, for
// the end of a load. Tests that measure do not ask for it, and run alone before
// them.
func TestMain(m *testing.M) {
	if behaviour := os.Getenv(asServiceEnv); behaviour != "" {
		stubService(behaviour)
	}
	if os.Getenv(asProgramEnv) != "" {
		main()
	}
	if err := os.Setenv(asProgramEnv, "1"); err != nil {
		panic(err)
	}
	if err := flag.Set("test.parallel", "4"); err != nil { // -parallel still wins
		panic(err)
	}
	code := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// execute runs one command line and returns what it printed.
func execute(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(""), &out, &errOut)
	return out.String(), errOut.String(), err
}

func TestUsageErrorsAreOneSentenceAndExit2(t *testing.T) {
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"nonsense"}, "lotteryctl: unknown command \"nonsense\": see `lotteryctl --help`\n"},
		{[]string{"--nonsense"}, "lotteryctl: unknown flag: --nonsense: see `lotteryctl --help`\n"},
		{[]string{"services", "sideways"}, "lotteryctl: unknown command \"sideways\": see `lotteryctl services --help`\n"},
		{[]string{"services", "up", "--nonsense"}, "lotteryctl: unknown flag: --nonsense: see `lotteryctl services up --help`\n"},
		{[]string{"steps", "5"}, "lotteryctl: unexpected argument \"5\": see `lotteryctl steps --help`\n"},
		{[]string{"version", "now"}, "lotteryctl: unexpected argument \"now\": see `lotteryctl version --help`\n"},
	} {
		stdout, stderr, err := execute(t, row.args...)
		if stderr != row.want || stdout != "" {
			t.Errorf("%v: got stderr %q and stdout %q, want stderr %q", row.args, stderr, stdout, row.want)
		}
		if got := cli.ExitCode(err); got != cli.CodeUsage {
			t.Errorf("%v: got exit code %d, want %d", row.args, got, cli.CodeUsage)
		}
	}
}

func TestExitCodes(t *testing.T) {
	broken := errors.New("broken")
	for _, row := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{broken, cli.CodeUsage},
		{cli.GateFailed(broken), cli.CodeGateFailed},
		{fmt.Errorf("verify: %w", cli.GateFailed(broken)), cli.CodeGateFailed},
		{cli.Inconclusive(broken), cli.CodeInconclusive},
		{fmt.Errorf("bench: %w", context.Canceled), cli.CodeInterrupted},
	} {
		if got := cli.ExitCode(row.err); got != row.want {
			t.Errorf("%v: got %d, want %d", row.err, got, row.want)
		}
	}
}

// TestEachCommandIsDocumented walks the whole tree, so it also holds for
// commands that come later.
func TestEachCommandIsDocumented(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Short == "" || !strings.Contains(cmd.Example, "lotteryctl") {
			t.Errorf("%s: lacks a short description or an example", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRootCmd(cli.Env{}))
}

func TestVersion(t *testing.T) {
	stdout, _, err := execute(t, "version")
	if err != nil || !strings.HasPrefix(stdout, "lotteryctl ") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("got %q, %v", stdout, err)
	}
	if flag, _, err := execute(t, "--version"); err != nil || flag != stdout {
		t.Errorf("--version: got %q, %v", flag, err)
	}
}

// TestHelpLeadsWithDiagnosis: whoever asks for help has a slow service, not a
// prize draw.
func TestHelpLeadsWithDiagnosis(t *testing.T) {
	help, _, err := execute(t, "--help")
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, text := range []string{"\n  lotteryctl bench --url", "\n  lotteryctl profile --url", "\n  lotteryctl flame --diff", "\n  bench ", "\n  profile ", "\n  services ", "\n  version "} {
		next := strings.Index(help, text)
		if next <= at {
			t.Errorf("%q is at %d, want it after %d in\n%s", text, next, at, help)
		}
		at = next
	}
}
