package study_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

func TestComparePrograms(t *testing.T) {
	slower := plain()
	slower.cpu = slower.cpu * 11 / 10
	slower.p95 /= 2
	arms := []string{"old", "same", "new"}
	c := study.Compare(arms, rounds(12, map[string]figures{"old": plain(), "same": plain(), "new": slower}), study.DefaultRule(), false)
	if c.Base != "old" || len(c.Arms) != 2 || c.Arms[1].Arm != "new" {
		t.Fatalf("got %+v", c)
	}
	for i, want := range []map[string]study.Word{
		{"p50-latency-ns": study.Equivalent, "p95-latency-ns": study.Equivalent, "cpu-ns/op": study.Equivalent, "B/op": study.Equivalent, "p99-latency-ns": ""},
		{"p50-latency-ns": study.Equivalent, "p95-latency-ns": study.Improved, "cpu-ns/op": study.Regressed, "B/op": study.Equivalent, "p99-latency-ns": ""},
	} {
		seen := map[string]bool{}
		for _, m := range c.Arms[i].Metrics {
			word, asked := want[m.Effect.Unit]
			if seen[m.Effect.Unit] = true; asked && m.Verdict != word {
				t.Errorf("%s, %s: got %q, want %q (%+v)", c.Arms[i].Arm, m.Effect.Unit, m.Verdict, word, m.Effect)
			}
			if m.Effect.Unit == "ops/s" {
				t.Error("answers a second were compared although the rate was set")
			}
		}
		if !seen["p95-latency-ns"] || !seen["p99-latency-ns"] || !seen["errors/op"] {
			t.Errorf("%s: got metrics %v", c.Arms[i].Arm, seen)
		}
	}
}

func TestCompareTellsHowManyRoundsWouldDecide(t *testing.T) {
	c := study.Compare([]string{"old", "new"}, rounds(3, map[string]figures{"old": plain(), "new": plain()}), study.DefaultRule(), true)
	for _, m := range c.Arms[0].Metrics {
		if m.Effect.Unit == "cpu-ns/op" && (m.Verdict != study.Inconclusive || m.Rounds < 6) {
			t.Errorf("got %q and %d rounds needed from 3 rounds", m.Verdict, m.Rounds)
		}
	}
}

func TestCapacities(t *testing.T) {
	var measured []runfolder.Round
	for round := 1; round <= 8; round++ {
		for arm, rate := range map[string]float64{"before": 500, "best": 20_000} {
			measured = append(measured, runfolder.Round{Round: round, Arm: arm, Capacity: &runfolder.Capacity{
				Rate: rate + float64(10*round), Took: time.Second, GeneratorBound: arm == "best" && round == 1,
			}})
		}
	}
	all := study.Capacities([]string{"before", "plus-json", "best"}, measured)
	if len(all) != 2 || all[0].Arm != "before" || all[0].Versus != nil || all[1].Versus == nil {
		t.Fatalf("got %+v, want the two arms that were searched", all)
	}
	c := all[1]
	if c.Median != 20_045 || !(c.Low >= 20_010 && c.Low < c.Median && c.High > c.Median && c.High <= 20_080) || c.GeneratorBound != 1 {
		t.Errorf("got %+v", c)
	}
	if r := c.Versus.Ratio; r.Center < 35 || r.Center > 40 || !r.Excludes1() {
		t.Errorf("got ratio %+v, want about 37", r)
	}
	few := study.Capacities([]string{"before"}, measured[:4])
	text, err := json.Marshal(few)
	if err != nil || strings.Contains(string(text), "low") || few[0].Rounds != 2 {
		t.Errorf("two rounds have no interval, got %s, %v", text, err)
	}
}

// TestCPUAtEqualMachineSpeed lets the machine's speed move by 10 % between the
// runs of a round, and the generator's processor time with it: 8 % more work
// is found, and none is not.
func TestCPUAtEqualMachineSpeed(t *testing.T) {
	for effect, want := range map[float64]study.Word{1.08: study.Regressed, 1: ""} {
		measured := rounds(10, map[string]figures{"old": plain(), "new": plain()})
		random := rand.New(rand.NewPCG(5, 1))
		for i := range measured {
			r := &measured[i]
			speed := math.Exp(0.1 * random.NormFloat64())
			server, client := *r.Cost.ServerCPU*speed, 50_000*speed*speed*(1+0.02*random.Float64())
			if r.Arm == "new" {
				server *= effect
			}
			r.Cost.ServerCPU, r.Cost.ClientCPU = &server, &client
		}
		for _, m := range study.Compare([]string{"old", "new"}, measured, study.DefaultRule(), false).Arms[0].Metrics {
			if m.Effect.Unit != "cpu-ns/op" {
				continue
			}
			if !m.Effect.Adjusted || math.Abs(m.Effect.Ratio.Center-effect) > 0.02 {
				t.Errorf("%v: got %+v", effect, m.Effect)
			}
			if want != "" && m.Verdict != want || want == "" && (m.Verdict == study.Regressed || m.Verdict == study.Improved) {
				t.Errorf("%v: got %q", effect, m.Verdict)
			}
		}
	}
}
