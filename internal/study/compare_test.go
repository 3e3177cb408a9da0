package study_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

func compare(t *testing.T, arms []string, rounds []runfolder.Round) study.Comparison {
	t.Helper()
	c, err := study.Compare(arms, rounds, study.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func capacities(t *testing.T, arms []string, rounds []runfolder.Round) []study.ArmCapacity {
	t.Helper()
	all, err := study.Capacities(arms, rounds)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestComparePrograms(t *testing.T) {
	slower := plain()
	slower.cpu = slower.cpu * 11 / 10
	slower.p95 /= 2
	arms := []string{"old", "same", "new"}
	c := compare(t, arms, rounds(12, map[string]figures{"old": plain(), "same": plain(), "new": slower}))
	if c.Base != "old" || len(c.Arms) != 2 || c.Arms[1].Arm != "new" {
		t.Fatalf("got %+v", c)
	}
	for i, want := range []map[string]bench.Verdict{
		{"p50-latency-ns": bench.Equivalent, "p95-latency-ns": bench.Equivalent, "cpu-ns/op": bench.Equivalent, "B/op": bench.Equivalent, "p99-latency-ns": bench.Equivalent, "ops/s": bench.Equivalent},
		{"p50-latency-ns": bench.Equivalent, "p95-latency-ns": bench.Improved, "cpu-ns/op": bench.Regressed, "B/op": bench.Equivalent, "p99-latency-ns": bench.Improved, "ops/s": bench.Equivalent},
	} {
		seen := map[string]bool{}
		for _, m := range c.Arms[i].Metrics {
			word, asked := want[m.Effect.Unit]
			if seen[m.Effect.Unit] = true; asked && m.Verdict != word {
				t.Errorf("%s, %s: got %q, want %q (%+v)", c.Arms[i].Arm, m.Effect.Unit, m.Verdict, word, m.Effect)
			}
			if m.Effect.Unit != "max-latency-ns" && !m.Gated {
				t.Errorf("%s, %s: not in the family", c.Arms[i].Arm, m.Effect.Unit)
			}
		}
		if !seen["p95-latency-ns"] || !seen["p99-latency-ns"] || !seen["errors/op"] {
			t.Errorf("%s: got metrics %v", c.Arms[i].Arm, seen)
		}
	}
}

// TestAPercentileOfFewRequestsIsAdvisory: it is shown, and not in the family.
func TestAPercentileOfFewRequestsIsAdvisory(t *testing.T) {
	measured := rounds(12, map[string]figures{"old": plain(), "new": plain()})
	for i := range measured {
		measured[i].Load.Requests = 5000
	}
	for _, m := range compare(t, []string{"old", "new"}, measured).Arms[0].Metrics {
		want := map[string]bench.AdvisoryCode{"p99-latency-ns": bench.TooFewRequests, "max-latency-ns": bench.Explanatory}[m.Effect.Unit]
		if m.Advisory != want || m.Gated != (want == "") {
			t.Errorf("%s: got advisory %q, gated %v", m.Effect.Unit, m.Advisory, m.Gated)
		}
	}
}

// TestNoRoundThatCounts: there is nothing to compare, and that is no error.
func TestNoRoundThatCounts(t *testing.T) {
	measured := rounds(2, map[string]figures{"old": plain(), "new": plain()})
	for i := range measured {
		measured[i].Partial = true
	}
	if c := compare(t, []string{"old", "new"}, measured); len(c.Arms) != 1 || len(c.Arms[0].Metrics) != 0 || c.Family != 0 {
		t.Errorf("got %+v", c)
	}
	if all := capacities(t, []string{"old", "new"}, measured); len(all) != 0 {
		t.Errorf("got %+v", all)
	}
	d := design(t, "vary json=before,best")
	if f := judge(t, d, nil).Findings[0]; f.Answer != study.Missing || f.Effect != nil {
		t.Errorf("got %+v", f)
	}
}

func TestCompareTellsHowManyRoundsWouldDecide(t *testing.T) {
	c := compare(t, []string{"old", "new"}, rounds(3, map[string]figures{"old": plain(), "new": plain()}))
	for _, m := range c.Arms[0].Metrics {
		if m.Effect.Unit == "cpu-ns/op" && (m.Verdict != bench.Inconclusive || m.Rounds < 6) {
			t.Errorf("got %q and %d rounds needed from 3 rounds", m.Verdict, m.Rounds)
		}
	}
}

func TestCapacities(t *testing.T) {
	var measured []runfolder.Round
	for round := 1; round <= 8; round++ {
		for _, row := range []struct {
			arm  string
			rate float64
		}{{"before", 500}, {"best", 20_000}} {
			measured = append(measured, runfolder.Round{Round: round, Arm: row.arm, Capacity: &runfolder.Capacity{
				Rate: row.rate + float64(10*round), Took: time.Second, GeneratorBound: row.arm == "best" && round == 1,
			}})
		}
	}
	arms := []string{"before", "plus-json", "best"}
	// The generator's limit is no capacity: it is told, and nothing is compared with it.
	if all := capacities(t, arms, measured); len(all) != 2 || all[1].GeneratorBound != 1 || all[1].Versus != nil || all[1].Corrected != nil {
		t.Errorf("bound by the generator: got %+v", all)
	}
	for i := range measured {
		measured[i].Capacity.GeneratorBound = false
	}
	all := capacities(t, arms, measured)
	if len(all) != 2 || all[0].Arm != "before" || all[0].Versus != nil || all[1].Versus == nil {
		t.Fatalf("got %+v, want the two arms that were searched", all)
	}
	c := all[1]
	if c.Median != 20_045 || !(c.Low >= 20_010 && c.Low < c.Median && c.High > c.Median && c.High <= 20_080) || c.GeneratorBound != 0 {
		t.Errorf("got %+v", c)
	}
	if r := c.Versus.Ratio; r.Center < 35 || r.Center > 40 || !r.Excludes1() {
		t.Errorf("got ratio %+v, want about 37", r)
	}
	few := capacities(t, []string{"before"}, measured[:4])
	text, err := json.Marshal(few)
	if err != nil || strings.Contains(string(text), "low") || few[0].Rounds != 2 {
		t.Errorf("two rounds have no interval, got %s, %v", text, err)
	}
}

// TestCPUAtEqualMachineSpeed lets the machine's speed move by 10 % between the
// runs of a round, and the generator's processor time with it: 8 % more work
// is found, and none is not.
func TestCPUAtEqualMachineSpeed(t *testing.T) {
	for _, row := range []struct {
		effect float64
		want   bench.Verdict
	}{{1.08, bench.Regressed}, {1, ""}} {
		measured := rounds(10, map[string]figures{"old": plain(), "new": plain()})
		random := rand.New(rand.NewPCG(5, 1))
		for i := range measured {
			r := &measured[i]
			speed := math.Exp(0.1 * random.NormFloat64())
			server, client := *r.Cost.ServerCPU*speed, 50_000*speed*speed*(1+0.02*random.Float64())
			if r.Arm == "new" {
				server *= row.effect
			}
			r.Cost.ServerCPU, r.Cost.ClientCPU = &server, &client
		}
		for _, m := range compare(t, []string{"old", "new"}, measured).Arms[0].Metrics {
			if m.Effect.Unit != "cpu-ns/op" {
				continue
			}
			if !m.Effect.Adjusted || math.Abs(m.Effect.Ratio.Center-row.effect) > 0.02 {
				t.Errorf("%v: got %+v", row.effect, m.Effect)
			}
			if row.want != "" && m.Verdict != row.want || row.want == "" && (m.Verdict == bench.Regressed || m.Verdict == bench.Improved) {
				t.Errorf("%v: got %q", row.effect, m.Verdict)
			}
		}
	}
}
