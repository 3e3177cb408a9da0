package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// TestOutNeverReplacesAnInput: by the same path, another spelling, a link of
// either kind, stdin, or as a part of a folder that is an input.
func TestOutNeverReplacesAnInput(t *testing.T) {
	dir := flameFiles(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	writeBundle(t, at("bundle"), foldedProfile, 10)
	writeText(t, dir, "old.txt", "BenchmarkX 1 100 ns/op\n")
	writeText(t, dir, "new.txt", "BenchmarkX 1 100 ns/op\n")
	writeText(t, dir, "dump.txt", "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n")
	if err := os.Symlink(at("a.folded"), at("soft.folded")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(at("a.folded"), at("hard.folded")); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "folder", "..", "a.folded")
	for _, row := range [][]string{
		{"flame", "--out", at("a.folded"), at("a.folded")},
		{"flame", "--out", other, at("a.folded")},
		{"flame", "--out", at("soft.folded"), at("a.folded")},
		{"flame", "--out", at("a.folded"), at("soft.folded")},
		{"flame", "--out", at("hard.folded"), at("a.folded")},
		{"flame", "--out", at("a.folded"), at("partly.folded"), at("a.folded")},
		{"flame", "--format", "svg", "--out", at("bundle/cpu.pb.gz"), at("bundle")},
		{"flame", "--format", "svg", "--out", at("bundle/profile.json"), at("bundle")},
		{"flame", "--format", "svg", "--out", at("snapshot.zip"), at("snapshot.zip")},
		{"flame", "--diff", "--out", at("a.folded"), at("partly.folded"), at("a.folded")},
		{"flame", "--diff", "--out", at("a.folded"), "--old", at("a.folded"), "--new", at("partly.folded")},
		{"flame", "--goroutines", "--format", "json", "--out", at("dump.txt"), at("dump.txt")},
		{"compare", "--out", at("old.txt"), at("old.txt"), at("new.txt")},
		{"compare", "--out", at("new.txt"), "old=" + at("old.txt"), "new=" + at("new.txt")},
		{"steps", "report", "--out", at("bundle/profile.json"), at("bundle")},
	} {
		before := contents(t, dir)
		stdout, stderr, err := execute(t, row...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.HasPrefix(stderr, "lotteryctl: --out: ") || !strings.HasSuffix(stderr, "choose another name\n") || stdout != "" {
			t.Errorf("%v: got %v, %q", row, err, stderr)
		}
		if after := contents(t, dir); after != before {
			t.Errorf("%v: a file has changed", row)
		}
	}
	file, err := os.Open(at("a.folded"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out, errOut bytes.Buffer
	if err := run(t.Context(), []string{"flame", "--out", at("a.folded"), "-"}, file, &out, &errOut); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(errOut.String(), "is the input stdin") {
		t.Errorf("stdin: got %v, %q", err, errOut.String())
	}
	// A report may be written again, in the folder that it is of as well.
	for range 2 {
		if _, _, err := execute(t, "flame", "--out", at("bundle/cpu.svg"), at("bundle")); err != nil {
			t.Errorf("a picture in its bundle: %v", err)
		}
		if _, _, err := execute(t, "flame", "--out", at("again.folded"), at("a.folded")); err != nil {
			t.Errorf("a file again: %v", err)
		}
	}
}

// contents are all files of a folder in one text.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestFlameOfTwoSidesInOneFile(t *testing.T) {
	dir := t.TempDir()
	var steady strings.Builder
	for i := range 10 {
		fmt.Fprintf(&steady, "main;steady%d 500 500\n", i)
	}
	writeText(t, dir, "two.folded", steady.String()+"main;slower 1000 2000\n")
	path := filepath.Join(dir, "two.folded")
	stdout, stderr, err := execute(t, "flame", path)
	if err != nil || !strings.Contains(stdout, "1,000 in total") || !strings.Contains(stderr, "each line has two values, before and after") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
	if stdout, _, err = execute(t, "flame", "--type", "before", "--format", "folded", path); err != nil || !strings.HasPrefix(stdout, "main;slower 1000\nmain;steady0 500\n") {
		t.Errorf("before: got %v, %q", err, stdout)
	}
	stdout, _, err = execute(t, "flame", "--diff", "--basis", "profile", path)
	if err != nil || !strings.Contains(stdout, "grew") || !strings.Contains(stdout, "in main > slower") {
		t.Errorf("--diff: got %v, %q", err, stdout)
	}
	// What --diff writes is read as what it is.
	old, now := filepath.Join(dir, "old.folded"), filepath.Join(dir, "new.folded")
	writeText(t, dir, "old.folded", "main;a 10\nmain;b 4\n")
	writeText(t, dir, "new.folded", "main;a 12\nmain;b 4\n")
	if _, _, err := execute(t, "flame", "--diff", "--basis", "total", "--out", filepath.Join(dir, "own.folded"), old, now); err != nil {
		t.Fatal(err)
	}
	stdout, _, err = execute(t, "flame", "--format", "folded", filepath.Join(dir, "own.folded"))
	if err != nil || stdout != "main;a 3.5714286\nmain;b -3.5714286\n" {
		t.Errorf("its own: got %v, %q", err, stdout)
	}
}

func TestFlameOfWhatIsNoProfile(t *testing.T) {
	dir := t.TempDir()
	writeText(t, dir, "trace.out", "go 1.26 trace\x00\x00\x00\x01\x02\x03")
	_, stderr, err := execute(t, "flame", filepath.Join(dir, "trace.out"))
	if want := "trace.out: it is an execution trace of Go, not a profile; open it with go tool trace\n"; cli.ExitCode(err) != cli.CodeUsage || !strings.HasSuffix(stderr, want) {
		t.Errorf("got %q", stderr)
	}
	writeText(t, dir, "top.txt", "")
	writeText(t, dir, "a.folded", foldedProfile)
	if _, _, err := execute(t, "flame", "--out", filepath.Join(dir, "top.txt"), filepath.Join(dir, "a.folded")); err != nil {
		t.Fatal(err)
	}
	if _, stderr, _ = execute(t, "flame", filepath.Join(dir, "top.txt")); !strings.Contains(stderr, "it is a table made of a profile, for people; use the profile that it was made of") {
		t.Errorf("got %q", stderr)
	}
}

func TestFlameOfSeveralEvents(t *testing.T) {
	dir := t.TempDir()
	event := func(name, function string) string {
		return "web  103 [000]  5100.100001: " + name + ": \n\t          4abc10 " + function + "+0x1c (/srv/web)\n\n"
	}
	writeText(t, dir, "perf.txt", event("cycles", "main.compute")+event("page-faults", "main.load")+event("page-faults", "main.load"))
	path := filepath.Join(dir, "perf.txt")
	stdout, stderr, err := execute(t, "flame", path)
	if err != nil || !strings.Contains(stdout, "cycles (samples): 1 samples in total") || strings.Contains(stdout, "main.load") || !strings.Contains(stderr, "note: the recording has samples of 2 events: cycles, page-faults") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
	if stdout, _, err = execute(t, "flame", "--type", "page-faults", "--format", "folded", path); err != nil || stdout != "web;main.load 2\n" {
		t.Errorf("got %v, %q", err, stdout)
	}
}

func TestFlameOfSeveralDumpsInOneFile(t *testing.T) {
	dir := t.TempDir()
	one := "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n\n"
	writeText(t, dir, "dumps.txt", one+one+"goroutine 7 [select]:\nmain.f()\n\t/a.go:2 +0x1\n")
	path := filepath.Join(dir, "dumps.txt")
	stdout, stderr, err := execute(t, "flame", "--goroutines", path)
	if err != nil || !strings.HasPrefix(stdout, "1 goroutine before, 2 after (+1)") || !strings.Contains(stderr, "holds 2 dumps; the first is compared with the last") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
	stdout, stderr, err = execute(t, "flame", path)
	if err != nil || !strings.Contains(stdout, ": 2 in total") || !strings.Contains(stderr, "holds 2 goroutine dumps, and this is the last one") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
}

// TestFlameDiffSpeaksWithOneVoice: a function that many call grew, though none of
// its places has by itself. The head line must not deny what a row says.
func TestFlameDiffSpeaksWithOneVoice(t *testing.T) {
	dir := t.TempDir()
	var old, now strings.Builder
	for i := range 600 {
		caller := "main;caller" + strings.Repeat("x", i%20) + strings.Repeat("y", i/20)
		old.WriteString(caller + ";steady 20\n" + caller + ";planted 4\n")
		now.WriteString(caller + ";steady 20\n" + caller + ";planted 7\n")
	}
	writeText(t, dir, "old.folded", old.String())
	writeText(t, dir, "new.folded", now.String())
	stdout, _, err := execute(t, "flame", "--diff", "--basis", "total", filepath.Join(dir, "old.folded"), filepath.Join(dir, "new.folded"))
	if err != nil || !strings.Contains(stdout, "grew") || !strings.Contains(stdout, "planted itself") {
		t.Fatalf("the planted function was not found: %v\n%s", err, stdout)
	}
	if strings.Contains(stdout, "No significant change") {
		t.Errorf("the head denies it:\n%s", stdout)
	}
	stdout, _, err = execute(t, "flame", "--diff", "--basis", "total", filepath.Join(dir, "old.folded"), filepath.Join(dir, "old.folded"))
	if err != nil || !strings.Contains(stdout, "No significant change.") || strings.Contains(stdout, "grew") {
		t.Errorf("a profile with itself: %v\n%s", err, stdout)
	}
}
