package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFlameDoubtsRoundsThatFailed plants a round in which most requests failed;
// the others are beyond doubt.
func TestFlameDoubtsRoundsThatFailed(t *testing.T) {
	ladder := filepath.Join(t.TempDir(), "ladder")
	writeProfiledRun(t, ladder)
	lines, err := os.ReadFile(filepath.Join(ladder, "profiled.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(lines), "\n")
	failed := strings.TrimSuffix(first, "}") + `, "load": {"requests": 1000, "errors": 750, "failures": {"status 503": 700, "timeout": 50}}}`
	const want = "profiled round 1 of none: 75 % of its requests failed (700 status 503, 50 timeout)"
	for _, args := range [][]string{{"flame", "--diff", ladder}, {"flame", ladder + "@none"}} {
		writeText(t, ladder, "profiled.jsonl", string(lines))
		stdout, stderr, err := execute(t, args...)
		if err != nil || strings.Contains(stdout+stderr, "failed") {
			t.Errorf("%v of healthy rounds: %v\n%s%s", args, err, stdout, stderr)
		}
		writeText(t, ladder, "profiled.jsonl", failed+"\n"+rest)
		stdout, stderr, err = execute(t, args...)
		if err != nil || strings.Count(stdout+stderr, want) != 1 {
			t.Errorf("%v: %v\n%s%s", args, err, stdout, stderr)
		}
	}
}
