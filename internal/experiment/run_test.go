package experiment_test

import (
	"context"
	"encoding/json"
	"errors"
	_ "expvar"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runfolder/runfoldertest"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// testArm serves in this process: started and stopped are counted, the answer
// takes delay.
type testArm struct {
	name             string
	delay            time.Duration
	metrics          bool
	started, stopped atomic.Int64
	served           atomic.Int64
}

func (a *testArm) arm(t *testing.T, window time.Duration) experiment.Arm {
	return experiment.Arm{Name: a.name, Start: func(_ context.Context, lap experiment.Lap) (*experiment.Target, error) {
		a.started.Add(1)
		mux := http.NewServeMux()
		mux.Handle("/debug/vars", http.DefaultServeMux)
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			a.served.Add(1)
			time.Sleep(a.delay)
			_, _ = w.Write([]byte("win"))
		})
		server := httptest.NewServer(mux)
		if err := os.WriteFile(filepath.Join(lap.Dir, runfolder.ServerLogFile), []byte("started\n"), 0o644); err != nil {
			t.Error(err)
		}
		target := &experiment.Target{
			Plan:    loadgen.Plan{URL: server.URL + "/{{seq}}", Rate: 200, Duration: window, Warmup: 50 * time.Millisecond},
			Outcome: func(x *loadgen.Exchange) string { return string(x.ResponseBody) },
			Stop:    func(context.Context) error { a.stopped.Add(1); server.Close(); return nil },
		}
		if a.metrics {
			target.MetricsURL = server.URL + "/debug/vars"
		}
		return target, nil
	}}
}

func newFolder(t *testing.T, spec experiment.Spec) (*runfolder.Folder, string) {
	t.Helper()
	m := manifest()
	m.Rounds, m.Seed, m.Arms = spec.Rounds, spec.Seed, nil
	for _, arm := range spec.Arms {
		m.Arms = append(m.Arms, runfolder.ArmManifest{Name: arm.Name})
	}
	path := filepath.Join(t.TempDir(), "run")
	folder, err := runfolder.Create(path, m)
	if err != nil {
		t.Fatal(err)
	}
	return folder, path
}

func TestRunWritesAFolderThatReadsBack(t *testing.T) {
	fast, slow := &testArm{name: "fast", metrics: true}, &testArm{name: "slow", delay: 50 * time.Millisecond}
	window := 200 * time.Millisecond
	var phases []experiment.Phase
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 2, Seed: 3, LogAnswers: true,
		Arms:     []experiment.Arm{fast.arm(t, window), slow.arm(t, window)},
		Progress: func(p experiment.Progress) { phases = append(phases, p.Phase) },
	}
	folder, path := newFolder(t, spec)
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
	for _, arm := range []*testArm{fast, slow} {
		if arm.started.Load() != 2 || arm.stopped.Load() != 2 {
			t.Errorf("%s was started %d and stopped %d times, want 2", arm.name, arm.started.Load(), arm.stopped.Load())
		}
	}
	if phases[0] != experiment.Starting || !slices.Contains(phases, experiment.Stopping) {
		t.Errorf("got phases %v", phases)
	}
	m, read, skipped, err := runfolder.Read(os.DirFS(path))
	if err != nil || len(skipped) > 0 || len(read) != 4 {
		t.Fatalf("got %d rounds, %v, %v", len(read), skipped, err)
	}
	for i := range rounds {
		if got, want := asJSON(t, read[i]), asJSON(t, rounds[i]); got != want {
			t.Errorf("round read back: got\n%s\nwant\n%s", got, want)
		}
		if planned := m.Order[rounds[i].Round-1][rounds[i].Order-1]; planned != rounds[i].Arm {
			t.Errorf("run %d was of %s, planned %s", i+1, rounds[i].Arm, planned)
		}
		checkRound(t, path, rounds[i])
	}
	checkBenchFile(t, path, rounds)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkRound checks one round's figures and files.
func checkRound(t *testing.T, path string, r runfolder.Round) {
	t.Helper()
	l := r.Load
	if l.Requests != 40 || l.Answered != 40 || l.Errors != 0 || l.Statuses[200] != 40 || l.Outcomes["win"] != 40 {
		t.Errorf("round %d of %s: got %+v, want 40 requests, all answered and won", r.Round, r.Arm, l)
	}
	if isSlow := r.Arm == "slow"; (l.Response.P50 >= 50*time.Millisecond) != isSlow {
		t.Errorf("%s: p50 is %v although the planted delay is 50ms in slow alone", r.Arm, l.Response.P50)
	}
	if r.Arm == "slow" && l.Response.P95 < 50*time.Millisecond {
		t.Errorf("slow: p95 is %v, want the planted 50ms to show", l.Response.P95)
	}
	hasMetrics := r.Cost.Bytes != nil && r.Cost.Allocs != nil && r.Cost.Source == "expvar"
	if hasMetrics != (r.Arm == "fast") || hasMetrics == (r.Cost.Missing != nil) {
		t.Errorf("%s: got %+v, want figures where there are metrics and else the reason", r.Arm, r.Cost)
	}
	dir := filepath.Join(path, "arms", r.Arm, "round-"+string(rune('0'+r.Round)))
	hgrm, err := os.Open(filepath.Join(dir, "latency.hgrm"))
	if err != nil {
		t.Fatal(err)
	}
	defer hgrm.Close()
	h, err := loadgen.ReadHistogramText(hgrm)
	if err != nil || h.Count() != 40 || h.Quantile(0.95) != l.Response.P95 {
		t.Errorf("latency.hgrm: got %v, want the 40 samples of the round", err)
	}
	log, err := os.Open(filepath.Join(dir, "answers.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	n := 0
	if err := loadgen.ReadAnswers(log, func(_ int, a loadgen.Answer, err error) bool {
		if err != nil || a.Status != 200 || a.Response != "win" {
			t.Errorf("answers.jsonl: got %+v, %v", a, err)
		}
		n++
		return true
	}); err != nil || n != 50 { // 10 of the warm-up
		t.Errorf("answers.jsonl: got %d lines, %v, want 50", n, err)
	}
	for _, name := range []string{"metrics.json", "server.log"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func checkBenchFile(t *testing.T, path string, rounds []runfolder.Round) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path, "bench.txt"))
	if err != nil {
		t.Fatal(err)
	}
	results := runfoldertest.ReadBench(t, string(text))
	if len(results) != len(rounds) {
		t.Fatalf("bench.txt has %d results, want %d", len(results), len(rounds))
	}
	for i := range results {
		if want := rounds[i].Metrics(); !reflect.DeepEqual(results[i], want) {
			t.Errorf("bench.txt, result %d: got %v, want %v", i+1, results[i], want)
		}
	}
}

func TestCancelledRunKeepsWhatItMeasured(t *testing.T) {
	arm := &testArm{name: "only", metrics: true}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 3, Arms: []experiment.Arm{arm.arm(t, time.Minute)},
		Progress: func(p experiment.Progress) {
			if p.Load.Answered > 20 {
				cancel()
			}
		},
	}
	folder, path := newFolder(t, spec)
	rounds, err := experiment.Run(ctx, spec, folder)
	if !errors.Is(err, context.Canceled) || len(rounds) != 1 || !rounds[0].Partial {
		t.Fatalf("got %d rounds, %v; want one partial round", len(rounds), err)
	}
	if n := rounds[0].Load.Requests; n < 1 || n >= 12_000 {
		t.Errorf("got %d requests, want a part of the 12,000", n)
	}
	if arm.started.Load() != 1 || arm.stopped.Load() != 1 {
		t.Errorf("started %d, stopped %d times", arm.started.Load(), arm.stopped.Load())
	}
	if err := folder.Close("interrupted"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(path, "bench.txt"))
	if err != nil || len(runfoldertest.ReadBench(t, string(text))) != 0 || !strings.Contains(string(text), "# round 1 was cut short") {
		t.Errorf("bench.txt: got %v\n%s\nwant the partial round as a comment", err, text)
	}
}

func TestTargetThatEndsEarlyStopsTheExperiment(t *testing.T) {
	arm := (&testArm{name: "dying"}).arm(t, 100*time.Millisecond)
	start := arm.Start
	arm.Start = func(ctx context.Context, lap experiment.Lap) (*experiment.Target, error) {
		target, err := start(ctx, lap)
		stop := target.Stop
		target.Stop = func(ctx context.Context) error { return errors.Join(stop(ctx), experiment.ErrEndedEarly) }
		return target, err
	}
	spec := experiment.Spec{Name: "test", Benchmark: "HTTP", Rounds: 3, Arms: []experiment.Arm{arm}}
	folder, _ := newFolder(t, spec)
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if err == nil || len(rounds) != 1 || rounds[0].Failure != "ended early" || rounds[0].FailureKind != runfolder.EndedEarly {
		t.Errorf("got %v and %+v, want the first round with its failure", err, rounds)
	}
}

func TestArmThatDoesNotStart(t *testing.T) {
	spec := experiment.Spec{Name: "test", Benchmark: "HTTP", Rounds: 2, Arms: []experiment.Arm{{
		Name: "broken",
		Start: func(context.Context, experiment.Lap) (*experiment.Target, error) {
			return nil, errors.New("no such port")
		},
	}}}
	folder, _ := newFolder(t, spec)
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if len(rounds) != 0 || err == nil || err.Error() != "starting broken for round 1: no such port" {
		t.Errorf("got %d rounds, %v", len(rounds), err)
	}
}

func TestSpecIsChecked(t *testing.T) {
	good := experiment.Arm{Name: "a"}
	for _, row := range []struct {
		want string
		spec experiment.Spec
	}{
		{"rounds must be", experiment.Spec{Name: "x", Arms: []experiment.Arm{good}}},
		{"needs at least one arm", experiment.Spec{Name: "x", Rounds: 1}},
		{"GOMAXPROCS", experiment.Spec{Name: "x", Rounds: 1, Arms: []experiment.Arm{{Name: "step-5"}}}},
		{"two arms are", experiment.Spec{Name: "x", Rounds: 1, Arms: []experiment.Arm{good, good}}},
		{`name "" must be 1`, experiment.Spec{Rounds: 1, Arms: []experiment.Arm{good}}},
	} {
		if _, err := experiment.Run(t.Context(), row.spec, nil); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("got %v, want %q", err, row.want)
		}
	}
}
