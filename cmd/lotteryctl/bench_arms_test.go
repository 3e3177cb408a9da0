package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestBenchArms compares two builds of a service, one of them slower by 20 ms.
func TestBenchArms(t *testing.T) {
	args, out := armArgs(t, []string{stubArm(t, "old", "slow"), stubArm(t, "new", "fast")}, "--rate", "400", "--runs", "6", "--json")
	stdout, stderr, err := execute(t, args...)
	// What so few rounds of so few requests cannot decide is said first, and no more.
	if err != nil || !strings.Contains(stderr, "use --runs 9 or more") || !strings.Contains(stderr, "p95 needs 2,000 (--duration 5s)") || strings.Count(stderr, "\n") != 2 {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	m, rounds := readRun(t, out)
	if len(rounds) != 12 || len(m.Arms) != 2 || !m.Arms[0].FreshProcess || m.Name != "old-new" || m.State != runfolder.Complete {
		t.Errorf("got %d rounds and manifest %+v", len(rounds), m)
	}
	for _, r := range rounds {
		if r.Load.Requests != 120 || r.Load.Errors != 0 || r.Cost.ServerCPU == nil || r.Cost.Bytes == nil {
			t.Errorf("round %d of %s: got %+v, %+v; want 120 requests, and CPU and memory of a process we started", r.Round, r.Arm, r.Load, r.Cost)
		}
	}
	for _, metric := range comparisonOf(t, stdout).Arms[0].Metrics {
		if metric.Effect.Unit == "p50-latency-ns" && !(metric.Effect.To < metric.Effect.From && metric.Effect.From > 20e6) {
			t.Errorf("p50: got %v ns, and %v ns without the planted 20 ms", metric.Effect.From, metric.Effect.To)
		}
	}
	if text, err := os.ReadFile(filepath.Join(out, "bench.txt")); err != nil || strings.Count(string(text), "BenchmarkHTTP/arm=new ") != 6 {
		t.Errorf("bench.txt lacks its six lines of new: %v\n%s", err, text)
	}
}

// withoutPlanNotes is what bench says but for what a plan as short as a test's
// cannot decide.
func withoutPlanNotes(stderr string) string {
	var b strings.Builder
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "note: ") || !strings.Contains(line, "--runs") && !strings.Contains(line, "--duration") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// comparisonOf reads what the types of study write one way only.
func comparisonOf(t *testing.T, stdout string) (c struct {
	Arms []struct {
		Arm     string
		Metrics []struct {
			Effect struct {
				Unit     string
				From, To float64
			}
			Verdict benchmarks.Verdict
		}
	}
}) {
	t.Helper()
	var report struct{ Comparison json.RawMessage }
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(report.Comparison, &c); err != nil {
		t.Fatalf("%v from\n%s", err, stdout)
	}
	return c
}

func TestBenchArmsThatFail(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		behaviour string
		more      []string
		rounds    int // kept
		want      string
	}{
		"does not start": {"fast' 'no-such-program", nil, 1, "starting new for round 1"},
		// The time is both arms', and a busy machine starts the good one late.
		"never listens": {"deaf", []string{"--start-timeout", "5s"}, 1, "it was not ready within 5s: nothing listens at 127.0.0.1:"},
		"dies later":    {"dies", nil, 1, "the fiftieth was too much"},
	} {
		t.Run(name, func(t *testing.T) {
			arms := []string{stubArm(t, "old", "fast"), stubArm(t, "new", row.behaviour)}
			args, out := armArgs(t, arms, append(row.more, "--rate", "300", "--seed", firstArmFirst())...)
			stdout, stderr, err := execute(t, args...)
			if cli.ExitCode(err) != cli.CodeGateFailed || !strings.Contains(stderr, row.want) {
				t.Fatalf("got exit code %d and %q, want %q", cli.ExitCode(err), stderr, row.want)
			}
			if m, rounds := readRun(t, out); m.State != runfolder.Partial || len(rounds) < row.rounds || !strings.Contains(m.Reason, "new") {
				t.Errorf("got state %s (%s) and %d rounds", m.State, m.Reason, len(rounds))
			}
			if !strings.Contains(stderr, "lotteryctl bench --resume "+out) || stdout == "" {
				t.Errorf("no word on how to go on: %q", stderr)
			}
		})
	}
}

// TestBenchArmsKeepGoing: with --keep-going the other arm is measured to the
// end, and the exit code tells all the same.
func TestBenchArmsKeepGoing(t *testing.T) {
	t.Parallel()
	args, out := armArgs(t, []string{stubArm(t, "old", "fast"), stubArm(t, "new", "dies")}, "--rate", "300", "--keep-going")
	stdout, stderr, err := execute(t, args...)
	if cli.ExitCode(err) != cli.CodeGateFailed || !strings.Contains(stderr, "2 of 4 runs failed; the first was new in round 1") {
		t.Errorf("got exit code %d, %q", cli.ExitCode(err), stderr)
	}
	if m, rounds := readRun(t, out); m.State != runfolder.Complete || len(rounds) != 4 {
		t.Errorf("got state %s and %d rounds", m.State, len(rounds))
	}
	if !strings.Contains(stdout, "note: round 1 of new: ") {
		t.Errorf("the failures are not in\n%s", stdout)
	}
}

// firstArmFirst is a seed that lets the first of two arms run first.
func firstArmFirst() string {
	seed := uint64(1)
	for runfolder.RoundOrder(seed, 1, 2)[0] != 0 {
		seed++
	}
	return fmt.Sprint(seed)
}

// TestBenchArmsResumed: an arm fails, is mended, and the run goes on with the
// flags, the seed and the rate that it began with.
func TestBenchArmsResumed(t *testing.T) {
	t.Parallel()
	flaw := filepath.Join(t.TempDir(), "flaw")
	if err := os.WriteFile(flaw, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	arms := []string{stubArm(t, "old", "fast"), stubArm(t, "new", "fragile:"+flaw)}
	args, out := armArgs(t, arms, "--rate", "300", "--seed", firstArmFirst(), "--header", "X-Kind: test")
	if _, stderr, err := execute(t, args...); cli.ExitCode(err) != cli.CodeGateFailed {
		t.Fatalf("got exit code %d, %s", cli.ExitCode(err), stderr)
	}
	if _, stderr, err := execute(t, "bench", "--resume", out); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "may be a secret; give --header again") {
		t.Fatalf("got exit code %d, %q, want a question for the header", cli.ExitCode(err), stderr)
	}
	if _, stderr, err := execute(t, "bench", "--resume", out, "--header", "X-Kind: test", "--runs", "9"); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "number of rounds was 2 and is now 9") {
		t.Fatalf("got exit code %d, %q, want what differs", cli.ExitCode(err), stderr)
	}
	_, stderr, err := execute(t, "bench", "--resume", out, "--header", "X-Kind: test")
	if err != nil {
		t.Fatalf("got %v, %s", err, stderr)
	}
	m, rounds := readRun(t, out)
	if m.State != runfolder.Complete || len(rounds) != 4 || fmt.Sprint(m.Seed) != firstArmFirst() || len(m.Resumed) != 1 || m.Arms[0].Rate != 300 {
		t.Errorf("got %+v with %d rounds", m, len(rounds))
	}
	if _, stderr, err := execute(t, "bench", "--resume", out); cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "nothing to resume") {
		t.Errorf("a whole run was resumed: exit code %d, %q", cli.ExitCode(err), stderr)
	}
}

func TestBenchArmsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	args, out := armArgs(t, []string{stubArm(t, "old", "fast"), stubArm(t, "new", "fast")}, "--rate", "100", "--runs", "500")
	go func() { // ends with the folder of the second round, or with ctx
		for ctx.Err() == nil {
			if found, _ := filepath.Glob(out + ".incomplete/arms/*/round-2"); len(found) == 2 {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var stderr strings.Builder
	err := run(ctx, args, strings.NewReader(""), io.Discard, &stderr)
	if cli.ExitCode(err) != cli.CodeInterrupted || !strings.Contains(stderr.String(), "interrupted in or after round 2 of 500") ||
		!strings.Contains(stderr.String(), "--resume "+out) {
		t.Errorf("got exit code %d, %q", cli.ExitCode(err), stderr.String())
	}
	if m, rounds := readRun(t, out); m.State != runfolder.Partial || len(rounds) < 3 {
		t.Errorf("got state %s and %d rounds", m.State, len(rounds))
	}
}

// TestBenchArmsWithAPortInUse: a fixed port on which something else answers
// must not be measured in the arm's place.
func TestBenchArmsWithAPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	fixed := func(arm string) string { return strings.ReplaceAll(arm, "{{port}}", port) }
	args, out := armArgs(t, []string{fixed(stubArm(t, "old", "fast")), fixed(stubArm(t, "new", "fast"))}, "--rate", "100",
		"--url", "http://127.0.0.1:"+port+"/")
	_, stderr, err := execute(t, args...)
	if cli.ExitCode(err) != cli.CodeGateFailed || !strings.Contains(stderr, "something listens at 127.0.0.1:"+port+" already") {
		t.Errorf("got exit code %d, %q", cli.ExitCode(err), stderr)
	}
	if left, _ := filepath.Glob(filepath.Dir(out) + "/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestBenchArmsFindTheirRate has neither a rate nor much time.
func TestBenchArmsFindTheirRate(t *testing.T) {
	t.Parallel()
	args, out := armArgs(t, []string{stubArm(t, "old", "fast"), stubArm(t, "new", "fast")}, "--connections", "4", "--runs", "1")
	stdout, stderr, err := execute(t, args...)
	if err != nil {
		t.Fatalf("got %v, %s", err, stderr)
	}
	m, rounds := readRun(t, out)
	if m.RateChoice == nil || len(m.RateChoice.Arms) != 2 || m.Arms[0].Rate != m.RateChoice.Rate || rounds[0].Load.AskedRate != m.RateChoice.Rate {
		t.Errorf("got rate choice %+v and arms at %v", m.RateChoice, m.Arms[0].Rate)
	}
	if !strings.Contains(stdout, "the rate is 60 % of the slowest arm's highest rate") {
		t.Errorf("the choice is not told:\n%s", stdout)
	}
}

func TestBenchComparisonBadInput(t *testing.T) {
	url := []string{"--url", "http://127.0.0.1:{{port}}/"}
	two := append([]string{"--arm", "a=x {{port}}", "--arm", "b=y {{port}}"}, url...)
	with := func(more ...string) []string { return append(slices.Clone(two), more...) }
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"--steps", "stairs"}, `--steps: unknown plan "stairs"`},
		{[]string{"--steps", "ladder", "--variant", "worst"}, `--steps: unknown variant "worst"`},
		{[]string{"--steps", "ladder", "--vary", "json=before,best"}, "--steps and --vary cannot be combined"},
		{[]string{"--steps", "ladder", "--only", "before,fastest"}, `--only: unknown arm "fastest"`},
		{[]string{"--steps", "ladder", "--url", "http://127.0.0.1/"}, "--steps is only for the reference service"},
		{[]string{"--steps", "ladder", "--check", "--no-check"}, "--check and --no-check cannot be combined"},
		{[]string{"--vary", "json"}, "--vary: "},
		{[]string{"--vary", "json=before,fastest"}, `switch json has no variant "fastest"`},
		{[]string{"--variant", "best"}, "--variant needs --steps"},
		{[]string{"--only", "best"}, "--only needs --steps"},
		{[]string{"--slo", "5ms"}, "--slo needs --capacity"},
		{[]string{"--keep-going"}, "--keep-going needs several arms"},
		{[]string{"--repeats", "3"}, "--repeats needs a --noise-limit"},
		{[]string{"--postgres", "foo"}, "--postgres must be a URL such as"},
		{[]string{"--redis", "localhost:6379"}, "--redis must be a URL such as"},
		{[]string{"--calibrate", "--steps", "each"}, "--calibrate runs one program twice"},
		{[]string{"--calibrate", "--capacity"}, "--calibrate measures noise at one rate"},
		{[]string{"--capacity", "--rate", "5"}, "--capacity searches for the rate"},
		{[]string{"--capacity", "--arrivals", "closed"}, "--capacity needs a schedule that does not wait"},
		{[]string{"--capacity", "--slo", "0s"}, "--slo must be positive"},
		{[]string{"--steps", "drop", "--noise-limit", "moon=3%"}, `unknown covariate "moon"`},
		{[]string{"--steps", "drop", "--noise-limit", "foreign-cpu=3"}, `foreign-cpu is "3"; use a share`},
		{[]string{"--steps", "drop", "--repeats", "-1"}, "--repeats must be 0 to"},
		{with("--steps", "ladder"), "--steps is only for the reference service"},
		{with("--check"), "--check is only for the reference service"},
		{with("--pid", "1"), "--pid has no effect with --arm"},
		{with("--start-timeout", "0s"), "--start-timeout must be positive"},
		{with("--arm", "a=z {{port}}"), `two arms are named "a"`},
		{with("--arm", "z {{port}}"), "use name='command'"},
		{with("--arm", "z=z"), "must be in both the command and the URL"},
		{with("--arm", "z-5=z {{port}}"), "GOMAXPROCS"},
		{with("--arm", "z='z {{port}}"), "quote"},
		{with("--body", "{{nonsense}}"), `unknown placeholder "nonsense"`},
		{append([]string{"--arm", "a=x {{port}}"}, url...), "--arm was given once"},
		{[]string{"--arm", "a=x {{port}}", "--arm", "b=y {{port}}"}, "--arm requires --url"},
		{[]string{"--resume", "/no/such/folder"}, "--resume: /no/such/folder: not a run folder"},
	} {
		out := filepath.Join(t.TempDir(), "run")
		stdout, stderr, err := execute(t, append([]string{"bench", "--out", out}, row.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, row.want) || strings.Count(stderr, "\n") != 1 || stdout != "" {
			t.Errorf("%q: got exit code %d, stderr %q, stdout %q; want one line with %q", row.args, cli.ExitCode(err), stderr, stdout, row.want)
		}
	}
}

// TestCalibrateRunsOneThingTwice sees both arms measured and the noise floor
// printed, in the words of compare.
func TestCalibrateRunsOneThingTwice(t *testing.T) {
	t.Parallel()
	url, _ := service(t, hello)
	args, out := benchArgs(t, url, "--calibrate", "--noise-limit", "none")
	stdout, _, err := execute(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(out, "bench.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, arm := range []string{"arm=a", "arm=b"} {
		if !strings.Contains(string(text), arm) {
			t.Errorf("bench.txt has no %s", arm)
		}
	}
	for _, want := range []string{"b against a", "comparisons of these runs with themselves stay below", "p95-latency-sec", "lotteryctl compare --noise " + out} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}
