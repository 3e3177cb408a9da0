package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// writeComparableRun is writeProfiledRun with the figures that compare reads.
func writeComparableRun(t *testing.T, dir string) {
	t.Helper()
	writeProfiledRun(t, dir)
	var text, rounds strings.Builder
	for round := 1; round <= 5; round++ {
		for side, arm := range []string{"none", "all"} {
			fmt.Fprintf(&text, "BenchmarkHTTP/arm=%s 1000 %d ns/op\n", arm, 1000+100*side+round)
			fmt.Fprintf(&rounds, `{"round": %d, "order": %d, "arm": %q}`+"\n", round, side+1, arm)
		}
	}
	writeText(t, dir, "bench.txt", text.String())
	writeText(t, dir, "rounds.jsonl", rounds.String())
}

func TestCompareShowsWhatChangedInTheProfiles(t *testing.T) {
	run := filepath.Join(t.TempDir(), "run")
	writeComparableRun(t, run)
	for _, format := range []string{"text", "markdown", "html", "json"} {
		stdout, stderr, err := execute(t, "compare", "--format", format, run)
		if err != nil {
			t.Fatal(stderr)
		}
		if !strings.Contains(stdout, "what changed in the CPU profile, none → all") || !strings.Contains(stdout, "main.parse itself: ") {
			t.Errorf("%s: got\n%s", format, stdout)
		}
		if strings.Contains(stdout, "main.write itself") {
			t.Errorf("%s tells of main.write, which only scatters:\n%s", format, stdout)
		}
	}
	stdout, stderr, err := execute(t, "compare", "--base", "all", run)
	if err != nil || !strings.Contains(stdout, "what changed in the CPU profile, all → none") {
		t.Errorf("--base: got %v, %s\n%s", err, stderr, stdout)
	}
	stdout, stderr, err = execute(t, "compare", run, run)
	if err != nil || strings.Count(stdout, "no significant change") != 2 {
		t.Errorf("a run with itself: got %v, %s\n%s", err, stderr, stdout)
	}
}

// TestCompareOnlyArms compares a service at two addresses: each run has one arm,
// called after its own.
func TestCompareOnlyArms(t *testing.T) {
	dir := t.TempDir()
	for i, arm := range []string{"127.0.0.1-8080", "127.0.0.1-8081"} {
		run := filepath.Join(dir, arm)
		writeText(t, run, "run.json", fmt.Sprintf(`{"format": 2, "arms": [{"name": %q}]}`, arm))
		var text strings.Builder
		for n := range 10 {
			fmt.Fprintf(&text, "BenchmarkHTTP/arm=%s 1000 %d ns/op\n", arm, 1000*(i+1)+n)
		}
		writeText(t, run, "bench.txt", text.String())
		writeText(t, run, "rounds.jsonl", "")
	}
	stdout, stderr, err := execute(t, "compare", filepath.Join(dir, "127.0.0.1-8080"), filepath.Join(dir, "127.0.0.1-8081"))
	if err != nil || !strings.Contains(stdout, "+99.") {
		t.Errorf("got %v, %s\n%s", err, stderr, stdout)
	}
	_, stderr, err = execute(t, "compare", "--base", "nonsense", filepath.Join(dir, "127.0.0.1-8080"), filepath.Join(dir, "127.0.0.1-8081"))
	if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "--base selects an arm of a single run folder") {
		t.Errorf("--base: got %v, %s", err, stderr)
	}
}

func TestCompareTellsOfProfilesThatItCannotUse(t *testing.T) {
	run := filepath.Join(t.TempDir(), "run")
	writeComparableRun(t, run)
	writeText(t, run, "profiles/all-2/cpu.pb.gz", "nonsense\n")
	stdout, stderr, err := execute(t, "compare", run)
	if err != nil || !strings.Contains(stderr, "note: the profiles of none and all were not compared: ") || strings.Contains(stdout, "CPU profile") {
		t.Errorf("damaged: got %v, %s\n%s", err, stderr, stdout)
	}
	if err := os.Remove(filepath.Join(run, "profiled.jsonl")); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err = execute(t, "compare", run)
	if err != nil || stderr != "" || strings.Contains(stdout, "CPU profile") {
		t.Errorf("without profiles: got %v, %s\n%s", err, stderr, stdout)
	}
}
