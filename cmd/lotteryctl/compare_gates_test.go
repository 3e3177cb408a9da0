package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// gateFolder is a run folder of two arms whose p95 is the given factor apart.
func gateFolder(t *testing.T, rounds int, requests int64, factor float64) string {
	t.Helper()
	r := comparedReport(t, rounds, "", map[string]made{
		"old": {p95: 12 * time.Millisecond, cpu: 900_000, bytes: 19_000},
		"new": {p95: time.Duration(12 * factor * float64(time.Millisecond)), cpu: 900_000, bytes: 19_000},
	}, []string{"old", "new"})
	for i := range r.Rounds {
		r.Rounds[i].Load.Requests = requests
	}
	return wholeFolder(t, r)
}

// wholeFolder writes a run folder with its bench.txt.
func wholeFolder(t *testing.T, r runreport.Report) string {
	t.Helper()
	folder := writeRun(t, t.TempDir(), r)
	var text strings.Builder
	if err := runfolder.WriteBench(&text, &r.Run, r.Rounds); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "bench.txt"), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestUndecidableGates: a gate that these runs could not make fail ends with 2 and
// with what would decide; one that they can ends with 1 on a regression, and with 0
// without.
func TestUndecidableGates(t *testing.T) {
	thin, worse := gateFolder(t, 10, 1000, 1.91), gateFolder(t, 10, 12_000, 1.91)
	few, same := gateFolder(t, 3, 12_000, 1.91), gateFolder(t, 10, 12_000, 1)
	for name, row := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a share, too few requests":       {[]string{"--fail-on", "p95-latency>5%", thin}, 2, "needs 2,000 requests per run; the smallest run has 1,000; measure 2 times as long, or at a higher rate"},
		"an amount, too few requests":     {[]string{"--fail-on", "p95-latency>1ms", thin}, 2, "2 times as long"},
		"an arm, too few requests":        {[]string{"--fail-on", "p95-latency@new>5%", thin}, 2, "2 times as long"},
		"p99, too few requests":           {[]string{"--fail-on", "p99-latency>5%", thin}, 2, "10 times as long"},
		"a share, too few rounds":         {[]string{"--fail-on", "p95-latency>5%", few}, 2, "use 6 runs of each arm"},
		"a share, regression":             {[]string{"--fail-on", "p95-latency>5%", worse}, 1, "+91"},
		"an amount, regression":           {[]string{"--fail-on", "p95-latency>1ms", worse}, 1, "failed"},
		"an arm, regression":              {[]string{"--fail-on", "p95-latency@new>5%", worse}, 1, "failed"},
		"a share, healthy":                {[]string{"--fail-on", "p95-latency>5%", same}, 0, ""},
		"an arm, healthy":                 {[]string{"--fail-on", "p95-latency@new>1ms", same}, 0, ""},
		"a level of too few requests":     {[]string{"--slo", "p99.9-latency<1s", thin}, 2, "unknown metric"},
		"a level, too few rounds":         {[]string{"--slo", "p95-latency<1s", few}, 2, "too few for an interval"},
		"a level, kept":                   {[]string{"--slo", "p95-latency<1s", worse}, 0, ""},
		"a level, kept, 1,000 requests":   {[]string{"--slo", "p95-latency<1s", thin}, 0, ""},
		"a level, missed":                 {[]string{"--slo", "p95-latency<1ms", worse}, 1, "failed"},
		"a level of an arm, missed":       {[]string{"--slo", "p95-latency@new<1ms", worse}, 1, "failed"},
		"a level that nothing misses":     {[]string{"--slo", "errors/op<=100%", worse}, 2, "can never fail"},
		"one decided gate, one that isnt": {[]string{"--fail-on", "p95-latency>5%", "--fail-on", "ns/op>5%", thin}, 1, "failed"},
	} {
		_, stderr, err := execute(t, append([]string{"compare"}, row.args...)...)
		if code := cli.ExitCode(err); code != row.code || !strings.Contains(stderr, row.says) || row.says == "" && stderr != "" {
			t.Errorf("%s: exit %d, want %d; says %q, want %q", name, code, row.code, stderr, row.says)
		}
	}
}

// TestNothingInCommon: inputs without a common benchmark are no "nothing got worse".
func TestNothingInCommon(t *testing.T) {
	x, y := write(t, runs("X", 10, 100)), write(t, runs("Y", 10, 100))
	other := comparedReport(t, 10, "", map[string]made{"a": {p95: time.Millisecond}, "b": {p95: time.Millisecond}}, []string{"a", "b"})
	here, there := gateFolder(t, 10, 12_000, 1), wholeFolder(t, other)
	for name, row := range map[string]struct {
		args []string
		code int
	}{
		"two files":                  {[]string{x, y}, 2},
		"two files, strict":          {[]string{"--strict", x, y}, 2},
		"two run folders":            {[]string{here, there}, 2},
		"some in common":             {[]string{x, write(t, runs("Y", 10, 100)+runs("X", 10, 100))}, 0},
		"a level needs no other one": {[]string{"--slo", "ns/op@Y<1us", x, y}, 0},
	} {
		_, stderr, err := execute(t, append([]string{"compare"}, row.args...)...)
		if code := cli.ExitCode(err); code != row.code || row.code == 2 && !strings.Contains(stderr, "in common") && !strings.Contains(stderr, "not compared") {
			t.Errorf("%s: exit %d, want %d: %q", name, code, row.code, stderr)
		}
	}
}

// TestNoiseOfAnotherWorkload: floors of other requests or of another load are refused;
// those of other conditions are doubted, and those of the same load are neither.
func TestNoiseOfAnotherWorkload(t *testing.T) {
	folder := func(change func(*runfolder.Manifest)) string {
		r := comparedReport(t, 10, "", map[string]made{
			"old": {p95: 12 * time.Millisecond, cpu: 900_000, bytes: 19_000}, "new": {p95: 21 * time.Millisecond, cpu: 900_000, bytes: 19_000},
		}, []string{"old", "new"})
		r.Run.Workload, r.Run.Host.CPU = "constant-1200ps-10s", "this one"
		if change != nil {
			change(&r.Run)
		}
		return wholeFolder(t, r)
	}
	measured := folder(nil)
	for name, row := range map[string]struct {
		change func(*runfolder.Manifest)
		code   int
		says   string
	}{
		"the same":             {nil, 0, ""},
		"another request":      {func(m *runfolder.Manifest) { m.Arms[0].URL, m.Arms[1].URL = "http://h:1/other", "http://h:2/other" }, 2, `the request "POST /other"`},
		"another port":         {func(m *runfolder.Manifest) { m.Arms[0].URL, m.Arms[1].URL = "http://h:1/", "http://h:2/" }, 0, ""},
		"another body":         {func(m *runfolder.Manifest) { m.Arms[0].BodySHA256, m.Arms[1].BodySHA256 = "abcdef0123", "abcdef0123" }, 2, "with body"},
		"another kind of load": {func(m *runfolder.Manifest) { m.Workload = "closed-64-connections-10s" }, 2, "the workload"},
		"ten times the rate":   {func(m *runfolder.Manifest) { m.Workload = "constant-12000ps-10s" }, 2, "the workload"},
		"a rate found again":   {func(m *runfolder.Manifest) { m.Workload = "constant-1310.5ps-10s" }, 0, "workload: constant-1310.5ps-10s in the noise"},
		"another processor":    {func(m *runfolder.Manifest) { m.Host.CPU = "another" }, 0, "cpu: another in the noise"},
	} {
		noise := folder(func(m *runfolder.Manifest) {
			m.Arms[1].Switches = m.Arms[0].Switches
			if row.change != nil {
				row.change(m)
			}
		})
		file := filepath.Join(t.TempDir(), "noise.json")
		if _, _, err := execute(t, "compare", "--calibrate", "--json", "--out", file, noise); err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{noise, file} {
			stdout, stderr, err := execute(t, "compare", "--noise", from, measured)
			text := stdout + stderr
			if code := cli.ExitCode(err); code != row.code || !strings.Contains(text, row.says) || row.says == "" && strings.Contains(text, "the noise") && strings.Contains(text, "warning: ") {
				t.Errorf("%s, %s: exit %d, want %d, %q:\n%s", name, filepath.Base(from), code, row.code, row.says, text)
			}
		}
	}
	old := write(t, `{"format":1,"kind":"noise","share":0.9,"floors":[{"unit":"p95-latency-sec","change":0.9,"runs":20}]}`)
	if stdout, _, err := execute(t, "compare", "--noise", old, measured); err != nil || !strings.Contains(stdout, "does not say what it was measured on") {
		t.Errorf("noise that does not say of what: %v\n%s", err, stdout)
	}
}

// TestGeneratorBoundCapacity: the remark of bench is one of compare, and no ratio is
// judged by a figure that the generator limited.
func TestGeneratorBoundCapacity(t *testing.T) {
	for _, bound := range []bool{true, false} {
		r := comparedReport(t, 8, "", map[string]made{"old": {capacity: 1500}, "new": {capacity: 30_000}}, []string{"old", "new"})
		r.Run.Rules.CapacityOnly, r.Run.Rules.Capacity = true, &runfolder.CapacityRules{SLO: 10 * time.Millisecond}
		for i := range r.Rounds {
			r.Rounds[i].Capacity.GeneratorBound = bound && r.Rounds[i].Arm == "new" && r.Rounds[i].Round < 4
		}
		folder := wholeFolder(t, r)
		stdout, _, err := execute(t, "compare", folder)
		if err != nil || strings.Contains(stdout, "load generator reached its limit") != bound || strings.HasPrefix(stdout, "1 improved") == bound {
			t.Errorf("bound %v: %v\n%s", bound, err, stdout)
		}
		for _, args := range [][]string{{"--json"}, {"--format", "markdown"}, {"--format", "html"}} {
			stdout, _, err := execute(t, append(append([]string{"compare"}, args...), folder)...)
			if err != nil || strings.Contains(stdout, "in 3 of 8 runs") != bound {
				t.Errorf("bound %v, %v: %v, no remark in\n%s", bound, args, err, stdout)
			}
		}
		_, stderr, err := execute(t, "compare", "--fail-on", "capacity-ops/s>5%", folder)
		if want := map[bool]int{true: 2, false: 0}[bound]; cli.ExitCode(err) != want {
			t.Errorf("a gate, bound %v: exit %d, want %d: %s", bound, cli.ExitCode(err), want, stderr)
		}
	}
}
