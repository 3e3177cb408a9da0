package main

import (
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func figure(v float64) *float64 { return &v }

// sampleReport has n runs; the second of several is doubtful.
func sampleReport(t *testing.T, n int) runreport.Report {
	t.Helper()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := runreport.Report{Format: runreport.Format, Folder: "runs/sample", Run: runfolder.Manifest{
		Format: 1, State: runfolder.Complete, Tool: "lotteryctl v1", Command: []string{"lotteryctl", "bench"},
		Name: "sample", Started: start, Ended: start.Add(time.Minute), Seed: 7, Benchmark: "Draw", Service: "sample",
		Workload: "constant-1200ps-10s", Rounds: n,
		Host: runfolder.Host{OS: "linux", Arch: "amd64", Kernel: "6.1", CPU: "Test CPU", Cores: 2, MemoryBytes: 1 << 30, Go: "go1.26"},
		Arms: []runfolder.ArmManifest{{
			Name: "sample", FreshProcess: true, URL: "http://127.0.0.1/", Method: "POST", Headers: []string{"Content-Type"},
			BodyBytes: 3, BodySHA256: "abc", Arrivals: "constant", Rate: 1200,
			DurationNS: 10 * time.Second, WarmupNS: 2 * time.Second, TimeoutNS: 10 * time.Second,
		}},
	}}
	for i := range n {
		k := time.Duration(i + 1)
		r.Run.Order = append(r.Run.Order, []string{"sample"})
		r.Rounds = append(r.Rounds, runfolder.Round{
			Round: i + 1, Order: 1, Arm: "sample", Seed: 7 + uint64(i), Start: start, StartupNS: 300 * time.Millisecond,
			Load: runfolder.Load{
				WindowNS: 10 * time.Second, AskedRate: 1200, SentRate: 1200, AnsweredRate: 1200, Requests: 12_000, Sent: 12_000, Answered: 12_000,
				Statuses: map[int]int64{200: 12_000}, Outcomes: map[string]int64{"win": 1203, "loss": 10_797},
				Response: &runfolder.Quantiles{Mean: k * 210_000, P50: k * 200_000, P95: k * 500_000, P99: k * 9_000_000, Max: k * 90_000_000},
				Service:  &runfolder.Quantiles{Mean: k * 190_000, P50: k * 180_000, P95: k * 450_000, P99: k * 8_000_000, Max: k * 80_000_000},
				Lateness: &runfolder.Quantiles{Mean: 20_000, P50: 15_000, P95: 40_000, P99: 60_000, Max: 900_000},
				GapCV:    0.2, Connections: loadgen.Connections{Opened: 4, MaxOpen: 4},
			},
			Cost: runfolder.Cost{
				ServerCPU: figure(154_100), ClientCPU: figure(42_000), Bytes: figure(2900.4), Allocs: figure(31.25),
				GCCycles: figure(5), GCPause: figure(0.00042), PeakRSS: figure(26 << 20), Source: "prometheus",
			},
		})
	}
	if n > 1 {
		r.Rounds[1].Doubts = []loadgen.Doubt{{Code: loadgen.GeneratorLimit, SenderBusy: 0.95}}
		r.Rounds[1].Load.Errors = 3
		r.Rounds[1].Load.Failures = map[string]int64{"timeout": 3}
	}
	return judged(t, r)
}

// judged fills in what is derived from the rounds.
func judged(t *testing.T, r runreport.Report) runreport.Report {
	t.Helper()
	r, err := runreport.New(r.Folder, r.Run, r.Rounds)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBenchReportGoldens(t *testing.T) {
	for name, row := range map[string]struct {
		runs int
		json bool
	}{
		"bench-one.golden":  {1, false},
		"bench-many.golden": {6, false},
		"bench-json.golden": {2, true},
	} {
		var b strings.Builder
		if err := sampleReport(t, row.runs).Print(&b, "a service for this test", row.json); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, name, b.String())
		for line := range strings.Lines(b.String()) {
			if table := len(line) > 6 && strings.Contains("   run median   min   max", line[:6]); table && len([]rune(line)) > 81 {
				t.Errorf("%s: %d columns: %s", name, len([]rune(line))-1, line)
			}
		}
	}
}

func TestStrictAsksForAnHonestLoad(t *testing.T) {
	healthy, doubtful := sampleReport(t, 1).Rounds, sampleReport(t, 2).Rounds
	for name, row := range map[string]struct {
		rounds []runfolder.Round
		strict bool
		want   int
	}{
		"healthy and strict":  {healthy, true, 0},
		"doubtful":            {doubtful, false, 0},
		"doubtful and strict": {doubtful, true, cli.CodeInconclusive},
	} {
		if got := cli.ExitCode(runreport.JudgeRounds(row.rounds, row.strict)); got != row.want {
			t.Errorf("%s: got exit code %d, want %d", name, got, row.want)
		}
	}
	capped := sampleReport(t, 1).Rounds
	capped[0].Doubts = []loadgen.Doubt{{Code: loadgen.CapQueued, Queued: 5}}
	if err := runreport.JudgeRounds(capped, true); err != nil {
		t.Errorf("a cap that was asked for and counted is no doubt, got %v", err)
	}
}
