package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// writeJSONLines writes a file of one JSON document a line, and its folder.
func writeJSONLines[T any](t *testing.T, path string, values ...T) {
	t.Helper()
	var b bytes.Buffer
	for _, v := range values {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// made is what an arm of the samples shows in every round, times a wobble.
type made struct {
	p95        time.Duration
	cpu, bytes float64
	capacity   float64
}

// comparedReport is a run of several arms, with rounds that differ a little.
func comparedReport(t *testing.T, rounds int, design string, arms map[string]made, order []string) runreport.Report {
	t.Helper()
	r := sampleReport(t, 1)
	r.Run.Design, r.Run.Rounds, r.Run.Arms, r.Rounds, r.Run.Order = design, rounds, nil, nil, nil
	for _, name := range order {
		r.Run.Arms = append(r.Run.Arms, runfolder.ArmManifest{
			Name: name, FreshProcess: true, URL: "http://127.0.0.1/", Method: "POST", Arrivals: "constant", Rate: 1200,
			DurationNS: 10 * time.Second, WarmupNS: 2 * time.Second, TimeoutNS: 10 * time.Second,
		})
	}
	for round := 1; round <= rounds; round++ {
		for i, name := range slices.Sorted(maps.Keys(arms)) {
			m := arms[name]
			// The round's luck, and a little of the run's own.
			wobble := 1 + 0.05*float64(round%4) + 0.002*float64((round*7+i*3)%5)
			latency := func(f float64) time.Duration { return time.Duration(float64(m.p95) * f * wobble) }
			run := runfolder.Round{
				Round: round, Order: i + 1, Arm: name, Start: r.Run.Started,
				Load: runfolder.Load{
					WindowNS: 10 * time.Second, AskedRate: 1200, AnsweredRate: 1200, Requests: 12_000, Answered: 12_000,
					Response: &runfolder.Quantiles{Mean: latency(0.5), P50: latency(0.4), P95: latency(1), P99: latency(2), Max: latency(9)},
				},
				Cost: runfolder.Cost{ServerCPU: figure(m.cpu * wobble), Bytes: figure(m.bytes), Allocs: figure(m.bytes / 90), GCCycles: figure(3), GCPause: figure(0.0004), PeakRSS: figure(30 << 20)},
			}
			if m.capacity > 0 {
				run.Load, run.Cost = runfolder.Load{}, runfolder.Cost{}
				run.Capacity = &runfolder.Capacity{Rate: m.capacity * wobble, Took: time.Second, GeneratorBound: name == "best" && round == 2}
			}
			r.Rounds = append(r.Rounds, run)
		}
	}
	return r
}

// eachReport is a run of --steps each --variant article in which conn-pool
// helps, dice harm, and claim breaks I3.
func eachReport(t *testing.T) runreport.Report {
	t.Helper()
	spec, err := study.ParseSteps("each", "article")
	if err != nil {
		t.Fatal(err)
	}
	design, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	arms := map[string]made{}
	for _, name := range design.ArmNames() {
		arms[name] = made{p95: 12 * time.Millisecond, cpu: 900_000, bytes: 19_000}
	}
	arms["only-conn-pool"] = made{p95: 4 * time.Millisecond, cpu: 700_000, bytes: 17_000}
	arms["only-object-pool"] = made{p95: 12 * time.Millisecond, cpu: 900_000, bytes: 18_800}
	arms["only-dice"] = made{p95: 12 * time.Millisecond, cpu: 990_000, bytes: 24_400}
	arms["article"] = made{p95: 3 * time.Millisecond, cpu: 500_000, bytes: 12_000}
	arms["best"] = made{p95: 800 * time.Microsecond, cpu: 150_000, bytes: 3_300}
	r := comparedReport(t, 10, "each article", arms, design.ArmNames())
	r.Run.Name = "each"
	r.Run.RateChoice = &runfolder.RateChoice{Rate: 1200, Share: 0.6, Slowest: "before", SLO: 40 * time.Millisecond, Asked: 10 * time.Millisecond, Arms: []runfolder.ArmCapacity{
		{Name: "before", Rate: 2013.5, SLO: 40 * time.Millisecond}, {Name: "best", Rate: 31_000, SLO: 10 * time.Millisecond},
	}}
	for i := range r.Rounds {
		run := &r.Rounds[i]
		run.CheckState = runfolder.CheckHeld
		if run.Arm == "only-claim" && run.Round == 4 {
			run.CheckState, run.Broken = runfolder.CheckBroken, []runfolder.Broken{{ID: "I3", Name: "one answer", Times: 2, Example: "request r1 won twice"}}
		}
		if run.Arm == "only-log" && run.Round == 5 {
			run.CheckState = runfolder.CheckMissing
			run.NotChecked = &runfolder.Reason{Code: runfolder.CheckFailed, Detail: "the audit could not be done: timeout"}
		}
		if run.Round == 7 {
			run.Noisy = []runfolder.Excess{{Noise: runfolder.ForeignCPU, Share: 0.2, Limit: 0.1}}
		}
	}
	noisy := r.Rounds[0]
	noisy.Repeated = true
	r.Rounds = append([]runfolder.Round{noisy}, r.Rounds...)
	r.Rounds[1].Repeat = 1
	return judged(t, r)
}

// capacityReport is a run of --vary json=... --capacity.
func capacityReport(t *testing.T) runreport.Report {
	t.Helper()
	arms := map[string]made{"json.before": {capacity: 1500}, "json.article": {capacity: 1200}, "json.best": {capacity: 30_000}}
	r := comparedReport(t, 8, "vary json=before,article,best", arms, []string{"json.before", "json.article", "json.best"})
	r.Run.Name = "capacity"
	r.Run.Rules.Capacity = &runfolder.CapacityRules{SLO: 10 * time.Millisecond}
	r.Run.Rules.CapacityOnly = true
	for i := range r.Rounds {
		r.Rounds[i].Capacity.GeneratorBound = r.Rounds[i].Arm == "json.best" && r.Rounds[i].Round == 2
	}
	return judged(t, r)
}

// armsReport is a run of two programs, of which the new one needs less CPU.
func armsReport(t *testing.T, rounds int) runreport.Report {
	t.Helper()
	arms := map[string]made{
		"old": {p95: 12 * time.Millisecond, cpu: 900_000, bytes: 19_000},
		"new": {p95: 12 * time.Millisecond, cpu: 700_000, bytes: 19_000},
	}
	return judged(t, comparedReport(t, rounds, "", arms, []string{"old", "new"}))
}

func TestComparisonGoldens(t *testing.T) {
	for name, row := range map[string]struct {
		report runreport.Report
		json   bool
	}{
		"bench-steps.golden":         {eachReport(t), false},
		"bench-arms.golden":          {armsReport(t, 10), false},
		"bench-arms-few.golden":      {armsReport(t, 4), false},
		"bench-capacity.golden":      {capacityReport(t), false},
		"bench-capacity-json.golden": {capacityReport(t), true},
	} {
		var b strings.Builder
		if err := row.report.Print(&b, "something for this test", row.json); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, name, b.String())
	}
}

// TestStepsJSON: the parts of --json that belong to the steps.
func TestStepsJSON(t *testing.T) {
	var b strings.Builder
	if err := eachReport(t).Print(&b, "", true); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Format int
		Steps  struct {
			Design   string
			Findings []struct {
				Switch, Metric, Verdict string
				Effect                  *struct{ Ratio, Low, High, P float64 }
				Corrected               *float64 `json:"corrected_p"`
			}
			Accounts []struct {
				Units []string
				Rest  struct{ Values []*float64 }
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	first := got.Steps.Findings[0]
	if got.Format != 2 || got.Steps.Design != "each article" || first.Switch != "conn-pool" || first.Verdict != "helps" ||
		first.Effect.Ratio > 0.4 || first.Corrected == nil || *first.Corrected > 0.05 || len(got.Steps.Accounts) != 1 ||
		got.Steps.Accounts[0].Rest.Values[0] == nil {
		t.Errorf("got %+v", got)
	}
}
