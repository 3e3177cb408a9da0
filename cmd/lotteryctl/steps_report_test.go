package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// writeRun writes a finished run folder with the two files the page needs.
func writeRun(t *testing.T, dir string, r runreport.Report) string {
	t.Helper()
	path := filepath.Join(dir, r.Run.Name)
	writeJSONLines(t, filepath.Join(path, "run.json"), r.Run)
	writeJSONLines(t, filepath.Join(path, "rounds.jsonl"), r.Rounds...)
	return path
}

func TestStepsReportGolden(t *testing.T) {
	dir := t.TempDir()
	each, capacity := writeRun(t, dir, eachReport(t)), writeRun(t, dir, capacityReport(t))
	out := filepath.Join(dir, "steps.md")
	stdout, _, err := execute(t, "steps", "report", "--out", out, each, capacity)
	if err != nil || stdout != "" {
		t.Fatalf("got %v and %q", err, stdout)
	}
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "steps-report.golden", string(page))
	stdout, _, err = execute(t, "steps", "report", each, capacity)
	if err != nil || stdout != string(page) {
		t.Errorf("standard output differs from --out (%v)", err)
	}
}

func TestStepsReportRefuses(t *testing.T) {
	dir := t.TempDir()
	plain := sampleReport(t, 2)
	plain.Run.Name = "plain"
	damaged := writeRun(t, dir, eachReport(t))
	file, err := os.OpenFile(filepath.Join(damaged, "rounds.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("{half a line"); err != nil {
		t.Fatal(err)
	}
	file.Close()
	for _, row := range []struct {
		args []string
		want string
	}{
		{nil, "no run folder given; name one or more"},
		{[]string{filepath.Join(dir, "nothing")}, "not a run folder"},
		{[]string{writeRun(t, dir, plain)}, "does not compare steps"},
		{[]string{damaged}, "repair the run folder"},
		{[]string{"--out", filepath.Join(dir, "no", "such", "folder"), damaged}, "repair the run folder"},
	} {
		stdout, stderr, err := execute(t, append([]string{"steps", "report"}, row.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, row.want) || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: got exit code %d, %q, want %q", row.args, cli.ExitCode(err), stderr, row.want)
		}
	}
	good := writeRun(t, t.TempDir(), eachReport(t))
	if _, stderr, err := execute(t, "steps", "report", "--out", filepath.Join(dir, "no", "steps.md"), good); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "--out: ") {
		t.Errorf("a folder that is not there: got %v, %q", err, stderr)
	}
}

// TestStepsPageIsThatOfItsRuns regenerates docs/steps.md from the committed run
// folders. Neither may be there without the other.
func TestStepsPageIsThatOfItsRuns(t *testing.T) {
	manifests, err := filepath.Glob("../../docs/runs/*/run.json")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, m := range manifests {
		if run, err := runfolder.ReadManifest(os.DirFS(filepath.Dir(m))); err != nil {
			t.Error(err)
		} else if run.Design != "" || run.Rules.CapacityOnly {
			folders = append(folders, filepath.Dir(m))
		}
	}
	page, err := os.ReadFile("../../docs/steps.md")
	if len(folders) == 0 {
		if err == nil {
			t.Error("docs/steps.md rests on no run in docs/runs")
		}
		return
	}
	if err != nil {
		t.Fatalf("there are runs of steps in docs/runs and no page about them: %v", err)
	}
	want, _, err := execute(t, append([]string{"steps", "report"}, folders...)...)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != want {
		t.Error("docs/steps.md is not what its runs say: run `bin/lotteryctl steps report --out docs/steps.md docs/runs/*`")
	}
}
