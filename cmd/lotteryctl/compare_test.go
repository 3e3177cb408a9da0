package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestCompareFormats(t *testing.T) {
	dir := filepath.Join("testdata", "compare")
	old, new := "old="+filepath.Join(dir, "old.txt"), "new="+filepath.Join(dir, "new.txt")
	for _, format := range []string{"text", "csv", "markdown", "json", "html"} {
		stdout, _, err := execute(t, "compare", "--format", format, "--fail-on", "p95-latency>5%", "--slo", "p99-latency<12ms", old, new)
		if cli.ExitCode(err) != cli.CodeGateFailed {
			t.Errorf("%s: exit %d, %v", format, cli.ExitCode(err), err)
		}
		golden.Check(t, "compare-"+format+".golden", stdout)
	}
	stdout, _, _ := execute(t, "compare", "--json", filepath.Join(dir, "run"))
	golden.Check(t, "compare-run.golden", stdout)
}

// TestCompareWithoutConfidence: a level of 0 is benchstat's, and is written as 0.
func TestCompareWithoutConfidence(t *testing.T) {
	file := write(t, runs("X", 8, 100))
	stdout, _, err := execute(t, "compare", "--confidence", "0", file, file)
	if err != nil || !strings.Contains(stdout, "; 0 % intervals") {
		t.Errorf("%v, got\n%s", err, stdout)
	}
}

// Names are whatever a file says; none may become markup.
func TestCompareEscapes(t *testing.T) {
	evil := `X/a=<script>alert(1)</script>|**b**&"'` + "`"
	var b strings.Builder
	for i := range 8 {
		fmt.Fprintf(&b, "Benchmark%s 1 %d ns/op\n", evil, 100+i)
	}
	file := write(t, b.String())
	html, _, err := execute(t, "compare", "--format", "html", file, file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(html, "<script") || strings.Contains(html, "http") {
		t.Error("the page has a script or an address")
	}
	decoder := xml.NewDecoder(strings.NewReader(html))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
	}
	markdown, _, err := execute(t, "compare", "--format", "markdown", file, file)
	if err != nil {
		t.Fatal(err)
	}
	table, _, _ := strings.Cut(markdown, "<details><summary>Tables")
	if strings.Contains(table, "<script") || strings.Contains(table, "**b**") {
		t.Errorf("markdown lets names through:\n%s", table)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bench.txt")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// runs are n lines of a benchmark whose time is around center.
func runs(name string, n int, center float64) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Benchmark%s 1 %.1f ns/op %d allocs/op\n", name, center*(1+.01*float64(i*7%10)), 5)
	}
	return b.String()
}

func TestCompareExitCodes(t *testing.T) {
	old, same, slow := write(t, runs("X", 10, 100)), write(t, runs("X", 10, 100.5)), write(t, runs("X", 10, 130))
	few, other := write(t, runs("X", 2, 100)), write(t, runs("Y", 10, 100))
	unsure, nan := write(t, runs("X", 5, 100)+runs("X", 5, 110)), write(t, runs("X", 10, 100)+"BenchmarkX 1 NaN ns/op\n")
	empty := write(t, "PASS\n")
	gate := []string{"--fail-on", "ns/op>5%"}
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"healthy":                    {append(gate, old, same), 0, ""},
		"regression":                 {append(gate, old, slow), 1, `gate "ns/op>5%" failed: sec/op of X: +30`},
		"regression, no gate":        {[]string{old, slow}, 0, ""},
		"improvement":                {append(gate, slow, old), 0, ""},
		"undecided":                  {append(gate, old, unsure), 0, ""},
		"undecided, strict":          {append(gate, "--strict", old, unsure), 3, "undecided"},
		"strict without gates":       {[]string{"--strict", old, unsure}, 3, "inconclusive"},
		"healthy, strict":            {append(gate, "--strict", old, same), 0, ""},
		"too few runs":               {append(gate, few, few), 2, "distinguished from chance"},
		"missing file":               {append(gate, old, "nowhere.txt"), 2, "nowhere.txt"},
		"missing benchmark":          {append(gate, old, other), 2, "not measured"},
		"missing metric":             {[]string{"--fail-on", "B/op>0", old, same}, 2, `unknown metric "B/op"`},
		"missing name":               {[]string{"--fail-on", "ns/op@Z>0", old, same}, 2, `"Z"`},
		"NaN":                        {append(gate, old, nan), 2, "could not be read"},
		"empty":                      {append(gate, old, empty), 2, "no benchmark results"},
		"no argument":                {nil, 2, "nothing to compare; give two"},
		"one file":                   {[]string{old}, 2, "nothing to compare"},
		"one file with an SLO":       {[]string{"--slo", "ns/op<1us", old}, 0, ""},
		"one file over its SLO":      {[]string{"--slo", "ns/op<90ns", old}, 1, "failed"},
		"bad filter":                 {[]string{"--filter", "((", old, same}, 2, "--filter"},
		"filter excludes everything": {[]string{"--filter", "goos:plan9", old, same}, 2, "excludes everything"},
		"bad gate":                   {[]string{"--fail-on", "ns/op", old, same}, 2, "METRIC>BOUND"},
		"bad format":                 {[]string{"--format", "xml", old, same}, 2, "--format"},
		"bad rounds":                 {[]string{"--rounds", "odd", old, same}, 2, "--rounds"},
		"bad effect":                 {[]string{"--min-effect", "-1", old, same}, 2, "--min-effect"},
		"two stdins":                 {[]string{"-", "-"}, 2, "twice"},
		"base of a file":             {[]string{"--base", "x", old, same}, 2, "--base"},
		"no such base":               {[]string{"--base", "x", filepath.Join("testdata", "compare", "run")}, 2, "has no arm \"x\"; use before, article, best"},
		"no run folder":              {[]string{t.TempDir(), old}, 2, "not a run folder"},
		"noise of nothing":           {[]string{"--noise", old, old, same}, 2, "not a calibration"},
		"noise of another kind":      {[]string{"--noise", write(t, `{"kind":"other"}`), old, same}, 2, "not a calibration; write one with compare --calibrate"},
		"rounds of one run":          {[]string{"--rounds", "paired", write(t, runs("X", 1, 100)), same}, 2, "use --rounds auto"},
		"calibration and gate":       {append(gate, "--calibrate", old), 2, "--calibrate"},
	} {
		_, stderr, err := execute(t, append([]string{"compare"}, test.args...)...)
		if code := cli.ExitCode(err); code != test.code {
			t.Errorf("%s: exit %d, want %d: %v", name, code, test.code, err)
		}
		if test.says == "" && stderr != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: stderr %q, want %q", name, stderr, test.says)
		}
	}
}

func TestCompareStdin(t *testing.T) {
	old := write(t, runs("X", 8, 100))
	var out, errOut bytes.Buffer
	err := run(t.Context(), []string{"compare", "--json", old, "-"}, strings.NewReader(runs("X", 8, 150)), &out, &errOut)
	if err != nil || !strings.Contains(out.String(), `"regressed"`) {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestCompareOut(t *testing.T) {
	old := write(t, runs("X", 8, 100))
	out := filepath.Join(t.TempDir(), "report.html")
	stdout, _, err := execute(t, "compare", "--format", "html", "--out", out, old, old)
	page, readErr := os.ReadFile(out)
	if err != nil || readErr != nil || stdout != "" || !bytes.HasPrefix(page, []byte("<!DOCTYPE html>")) {
		t.Errorf("%v, %v, stdout %q", err, readErr, stdout)
	}
	if _, _, err := execute(t, "compare", "--out", filepath.Join(t.TempDir(), "no", "x"), old, old); cli.ExitCode(err) != cli.CodeUsage {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// What --calibrate writes, --noise reads; a change below the floor is none.
func TestCompareNoise(t *testing.T) {
	var scattered strings.Builder
	for i := range 20 {
		scattered.WriteString(runs("X", 1, 100+10*float64(i*7%20)))
	}
	aa := write(t, scattered.String())
	file := filepath.Join(t.TempDir(), "noise.json")
	if _, _, err := execute(t, "compare", "--calibrate", "--json", "--out", file, aa); err != nil {
		t.Fatal(err)
	}
	old, slow := write(t, runs("X", 10, 100)), write(t, runs("X", 10, 112))
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "1 regressed"},
		{[]string{"--noise", file}, "2 equivalent"},
		{[]string{"--noise", filepath.Join("testdata", "compare", "aa")}, "1 regressed"},
		{[]string{"--noise", filepath.Join("testdata", "compare", "aa"), "--min-effect", "0.3"}, "2 equivalent"},
	} {
		stdout, _, err := execute(t, append(append([]string{"compare"}, test.args...), old, slow)...)
		if err != nil || !strings.HasPrefix(stdout, test.want) {
			t.Errorf("%v: %v, want %q:\n%s", test.args, err, test.want, stdout)
		}
	}
}

// Two run folders tell what their results cannot: other hosts, other rates, and
// that one was over before the other began.
func TestCompareFolderDoubts(t *testing.T) {
	before, after := copyRun(t, nil), copyRun(t, func(m *runfolder.Manifest) {
		m.Host.CPU, m.Arms[0].Rate = "another", 999
		m.Started, m.Ended = m.Started.AddDate(0, 0, 1), m.Ended.AddDate(0, 0, 1)
		m.State, m.Reason = runfolder.Partial, "interrupted"
		m.Arms[1].FreshProcess = false
	})
	broken := `{"round":1,"arm":"best","broken":["I2: a prize was won twice"]}` + "\n"
	if err := os.WriteFile(filepath.Join(after, "rounds.jsonl"), []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, _, err := execute(t, "compare", "--json", before, after)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Warnings []struct{ Code, Text string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, w := range report.Warnings {
		all = append(all, w.Code+" "+w.Text)
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"processor: example", "999/s", string(benchmarks.WarnSequential), "interrupted", "used the same process", "arm best broke an invariant in 1 run: I2"} {
		if !strings.Contains(text, want) {
			t.Errorf("no warning of %q in\n%s", want, text)
		}
	}
	stdout, _, err = execute(t, "compare", filepath.Join("testdata", "compare", "run"))
	if err != nil || strings.Contains(stdout, "warning") {
		t.Errorf("a healthy run is warned of: %v\n%s", err, stdout)
	}
}

// copyRun copies testdata/compare/run with a change of its manifest.
func copyRun(t *testing.T, change func(*runfolder.Manifest)) string {
	t.Helper()
	dir := t.TempDir()
	from := os.DirFS(filepath.Join("testdata", "compare", "run"))
	if err := os.CopyFS(dir, from); err != nil {
		t.Fatal(err)
	}
	manifest, err := runfolder.ReadManifest(from)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&manifest)
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "run.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}
