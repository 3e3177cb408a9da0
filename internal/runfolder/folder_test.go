package runfolder_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runfolder/runfoldertest"
)

func number(v float64) *float64 { return &v }

// fullRound has every figure; bareRound only those that are always known.
func fullRound(n int, p95 time.Duration) runfolder.Round {
	return runfolder.Round{
		Round: n, Order: 1, Arm: "new", Seed: 7,
		Load: runfolder.Load{
			WindowNS: time.Second, AskedRate: 1000, SentRate: 1000, AnsweredRate: 999.5, Requests: 1000, Answered: 1000, Errors: 1,
			Response: &runfolder.Quantiles{Mean: 200_000, P50: 150_000, P95: p95, P99: 2 * p95, Max: 9_000_001},
			Lateness: &runfolder.Quantiles{P99: 50_000},
		},
		Cost: runfolder.Cost{
			ServerCPU: number(84_000), ClientCPU: number(41_000.5), Bytes: number(1588.25), Allocs: number(17.125),
			GCCycles: number(0), GCPause: number(0), PeakRSS: number(9_469_952),
		},
	}
}

func bareRound(n int) runfolder.Round {
	return runfolder.Round{Round: n, Order: 1, Arm: "new", Load: runfolder.Load{Requests: 1000, Errors: 1000}}
}

func manifest() runfolder.Manifest {
	return runfolder.Manifest{
		Tool: "lotteryctl test", Command: []string{"lotteryctl", "bench"}, Name: "test", Seed: 7,
		Benchmark: "HTTP", Service: "test", Workload: "constant-1000ps-1s", Rounds: 3,
		Arms: []runfolder.ArmManifest{{Name: "new", FreshProcess: true, URL: "http://host/"}},
	}
}

func TestBenchTextGolden(t *testing.T) {
	partial := fullRound(3, time.Millisecond)
	partial.Partial = true
	rounds := []runfolder.Round{fullRound(1, 400_000), bareRound(2), partial}
	m := manifest()
	m.Host = runfolder.Host{OS: "linux", Arch: "amd64", CPU: "Test  CPU @ 2GHz"}
	got := runfolder.BenchText(&m, rounds)
	golden.Check(t, "bench.golden", got)
	lines := runfoldertest.ReadBench(t, got)
	if len(lines) != 2 {
		t.Fatalf("got %d results, want those of the 2 whole rounds", len(lines))
	}
	for i := range lines {
		if want := rounds[i].Metrics(); !reflect.DeepEqual(lines[i], want) {
			t.Errorf("round %d read back: got %v, want %v", i+1, lines[i], want)
		}
	}
}

func TestSummarize(t *testing.T) {
	cut := fullRound(5, time.Hour)
	cut.Partial = true
	rounds := []runfolder.Round{fullRound(1, 400), fullRound(2, 100), fullRound(3, 300), fullRound(4, 200), cut, bareRound(6)}
	for _, spread := range runfolder.Summarize(rounds) {
		if spread.Unit == "p95-latency-ns" {
			if want := (runfolder.Spread{Unit: spread.Unit, Runs: 4, Median: 250, Min: 100, Max: 400}); spread != want {
				t.Errorf("got %+v, want %+v", spread, want)
			}
			return
		}
	}
	t.Error("no p95 in the summary")
}

func TestFolderStates(t *testing.T) {
	for _, row := range []struct {
		reason string
		want   runfolder.State
	}{{"", runfolder.Complete}, {"interrupted", runfolder.Partial}} {
		path := filepath.Join(t.TempDir(), "deep", "run")
		folder, err := runfolder.Create(path, manifest())
		if err != nil {
			t.Fatal(err)
		}
		if m, err := runfolder.ReadManifest(os.DirFS(path + ".incomplete")); err != nil || m.State != runfolder.Running {
			t.Errorf("while it is written: got state %q, %v", m.State, err)
		}
		if err := folder.Close(row.reason); err != nil {
			t.Fatal(err)
		}
		m, rounds, skipped, err := runfolder.Read(os.DirFS(path))
		if err != nil || len(skipped) > 0 || len(rounds) > 0 || m.State != row.want || m.Reason != row.reason {
			t.Errorf("got state %q, reason %q, %d rounds, %v, %v", m.State, m.Reason, len(rounds), skipped, err)
		}
		if left, _ := filepath.Glob(filepath.Dir(path) + "/*"); len(left) != 1 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestFolderIsNeverWrittenOver(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ path, want string }{
		{dir, "exists; remove it"},
		{file, "exists; remove it"},
		{filepath.Join(file, "below"), "not a directory"},
	} {
		if _, err := runfolder.Create(row.path, manifest()); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.path, err, row.want)
		}
	}
}

func TestDiscardLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	folder, err := runfolder.Create(filepath.Join(dir, "run"), manifest())
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Discard(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReadReportsBadLinesAndGoesOn(t *testing.T) {
	folder := fstest.MapFS{
		"run.json":     {Data: []byte(`{"format":1,"state":"complete"}`)},
		"rounds.jsonl": {Data: []byte(`{"round":1,"arm":"a"}` + "\nnonsense\n{}\n" + `{"round":2,"arm":"a"}` + "\n{\"round\":")},
	}
	_, rounds, skipped, err := runfolder.Read(folder)
	if err != nil || len(rounds) != 2 || len(skipped) != 3 {
		t.Fatalf("got %d rounds, skipped %v, %v; want 2 rounds and 3 skipped", len(rounds), skipped, err)
	}
	for i, want := range []string{"rounds.jsonl:2: ", "rounds.jsonl:3: ", "rounds.jsonl:5: "} {
		if !strings.HasPrefix(skipped[i].Error(), want) {
			t.Errorf("got %v, want it to begin with %q", skipped[i], want)
		}
	}
}

func TestReadRefusesOtherFolders(t *testing.T) {
	for _, row := range []struct {
		name   string
		folder fs.FS
		want   string
	}{
		{"empty", fstest.MapFS{}, "not a run folder"},
		{"broken", fstest.MapFS{"run.json": {Data: []byte(`{`)}}, "run.json: "},
		{"newer", fstest.MapFS{"run.json": {Data: []byte(`{"format":4}`)}}, "format 4 is not known"},
		{"not ours", fstest.MapFS{"run.json": {Data: []byte(`{"name":"x"}`)}}, "format 0 is not known"},
		{"cut in two", fstest.MapFS{"run.json": {Data: []byte(`{"format":1}`)}}, "rounds.jsonl"},
	} {
		if _, _, _, err := runfolder.Read(row.folder); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
	}
}

// FuzzRead: a run folder from elsewhere never crashes its reader.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format":1}`), []byte(`{"round":1,"arm":"a","load":{"response":{"p95_ns":5}}}`))
	f.Fuzz(func(t *testing.T, run, lines []byte) {
		folder := fstest.MapFS{"run.json": {Data: run}, "rounds.jsonl": {Data: lines}}
		_, rounds, _, err := runfolder.Read(folder)
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("both files are there, got %v", err)
		}
		for i := range rounds {
			_ = rounds[i].Metrics()
		}
		runfolder.Summarize(rounds)
	})
}
