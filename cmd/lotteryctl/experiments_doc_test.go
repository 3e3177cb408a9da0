package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

// documented are the commands of docs/experiments.md: the indented lines.
func documented(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/experiments.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for line := range strings.Lines(string(page)) {
		if command, ok := strings.CutPrefix(line, "    "); ok {
			commands = append(commands, strings.TrimSpace(command))
		}
	}
	return commands
}

// TestExperimentsDocCommands: every command of the page is understood. Those
// that would take minutes are read only; of them no run is made because what
// they measure with is not there.
func TestExperimentsDocCommands(t *testing.T) {
	commands := documented(t)
	if len(commands) < 8 {
		t.Fatalf("found %d commands in docs/experiments.md", len(commands))
	}
	for _, command := range commands {
		argv, err := experiment.SplitCommand(command)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		switch {
		case argv[0] == "go", argv[1] != "bench", strings.Contains(command, "--arm"):
			continue // run below, or by the tests of their own commands
		}
		_, stderr, err := execute(t, append(argv[1:], "--lotteryd", "/no/such/program", "--out", filepath.Join(t.TempDir(), "run"))...)
		if err == nil || !strings.Contains(stderr, "--lotteryd: ") {
			t.Errorf("%s: got %q, want only the missing program to be wrong", command, stderr)
		}
	}
}

// TestExperimentsDocExample runs the worked example, shortened.
func TestExperimentsDocExample(t *testing.T) {
	t.Parallel()
	var build []string
	var benches [][]string
	for _, command := range documented(t) {
		argv, err := experiment.SplitCommand(command)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case argv[0] == "go":
			build = argv
		case strings.Contains(command, "--arm"):
			benches = append(benches, argv)
		}
	}
	if build == nil || len(benches) != 2 {
		t.Fatal("docs/experiments.md has lost its examples")
	}
	program := filepath.Join(t.TempDir(), "planted")
	here := func(word string) string { return strings.ReplaceAll(word, "bin/planted", program) }
	for i := range build {
		build[i] = here(build[i])
	}
	cmd := exec.CommandContext(t.Context(), build[0], build[1:]...)
	cmd.Dir = "../.."
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", build, err, output)
	}
	for i, want := range []string{"new against old", "stay below"} {
		bench := benches[i]
		for i := range bench {
			bench[i] = here(bench[i])
		}
		out := filepath.Join(t.TempDir(), "run")
		stdout, stderr, err := execute(t, append(bench[1:], "--rate", "100", "--runs", "2", "--duration", "500ms", "--noise-limit", "none", "--out", out)...)
		if err != nil {
			t.Fatalf("%q: %v, %s", bench, err, stderr)
		}
		if !strings.Contains(stdout, want) || !strings.Contains(stdout, "CPU µs") {
			t.Errorf("no %q in\n%s", want, stdout)
		}
		if _, rounds := readRun(t, out); len(rounds) != 4 || rounds[0].Load.Errors != 0 || rounds[0].Cost.Source != "expvar" {
			t.Errorf("got %d rounds, the first %+v, %+v", len(rounds), rounds[0].Load, rounds[0].Cost)
		}
	}
}
