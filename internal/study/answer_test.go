package study_test

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// figures are what an arm would show on a silent machine.
type figures struct {
	mean, p95 time.Duration
	cpu       time.Duration // a request
	bytes     float64
	allocs    float64
}

func plain() figures {
	return figures{mean: 2 * time.Millisecond, p95: 8 * time.Millisecond, cpu: 200 * time.Microsecond, bytes: 5000, allocs: 60}
}

// rounds measures arms on a machine whose rounds differ by as much as 30 %, and
// runs within a round by 1 %.
func rounds(n int, arms map[string]figures) []runfolder.Round {
	random := rand.New(rand.NewPCG(1, 2))
	var all []runfolder.Round
	for round := 1; round <= n; round++ {
		luck := 1 + 0.3*random.Float64()
		for _, arm := range slices.Sorted(maps.Keys(arms)) {
			f := arms[arm]
			now := luck * (1 + 0.01*random.Float64())
			latency := func(d time.Duration) time.Duration { return time.Duration(float64(d) * now) }
			cpu, bytes, allocs := float64(f.cpu)*now, f.bytes, f.allocs
			all = append(all, runfolder.Round{
				Round: round, Arm: arm,
				Load: runfolder.Load{
					Requests: 12_000, Answered: 12_000, AnsweredRate: 1200,
					Response: &runfolder.Quantiles{Mean: latency(f.mean), P50: latency(f.mean), P95: latency(f.p95), P99: latency(2 * f.p95), Max: latency(4 * f.p95)},
				},
				Cost: runfolder.Cost{ServerCPU: &cpu, Bytes: &bytes, Allocs: &allocs},
			})
		}
	}
	return all
}

func judge(t *testing.T, d study.Design, rounds []runfolder.Round) study.Result {
	t.Helper()
	r, err := study.Judge(d, rounds, study.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// everyArm gives all arms of a design the same figures.
func everyArm(d study.Design) map[string]figures {
	arms := map[string]figures{}
	for _, name := range d.ArmNames() {
		arms[name] = plain()
	}
	return arms
}

func verdicts(r study.Result) map[string]study.Answer {
	found := map[string]study.Answer{}
	for _, f := range r.Findings {
		found[f.Title] = f.Answer
	}
	return found
}

// TestNothingIsCalledAnEffectInTheSameArms is the healthy input of the judge.
// Chance may call one family in twenty different, but never by 5 %; intervals of
// single questions, which are not corrected, miss one time in twenty.
func TestNothingIsCalledAnEffectInTheSameArms(t *testing.T) {
	small, unsure, asked := 0, 0, 0
	for _, plan := range plans() {
		d := design(t, plan)
		for title, verdict := range verdicts(judge(t, d, rounds(12, everyArm(d)))) {
			asked++
			switch verdict {
			case study.None:
			case study.Unsure:
				unsure++
			case study.Small:
				small++
			default:
				t.Errorf("%s: %s: got %q for arms that do not differ", plan, title, verdict)
			}
		}
	}
	if small > 2 || unsure > asked/8 || asked < 80 {
		t.Errorf("of %d questions about arms that do not differ %d were answered %q and %d %q", asked, small, study.Small, unsure, study.Unsure)
	}
}

// TestPlantedEffectsAreFound plants one of each kind.
func TestPlantedEffectsAreFound(t *testing.T) {
	d := design(t, "each article")
	arms := everyArm(d)
	plant := func(arm string, change func(*figures)) {
		f := arms[arm]
		change(&f)
		arms[arm] = f
	}
	plant("only-conn-pool", func(f *figures) { f.p95 /= 4 })
	plant("only-dice", func(f *figures) { f.cpu = f.cpu * 12 / 10 })
	plant("only-object-pool", func(f *figures) { f.bytes -= 128 })
	plant("only-log", func(f *figures) { f.bytes /= 2 }) // not the metric that decides
	measured := rounds(10, arms)
	for i := range measured {
		if measured[i].Arm == "only-claim" && measured[i].Round == 3 {
			measured[i].Broken = []runfolder.Broken{{ID: "I3", Name: "a request was answered twice"}}
		}
		if measured[i].Arm == "only-gc" {
			measured[i].Cost.ServerCPU = nil
		}
	}
	got := verdicts(judge(t, d, measured))
	for _, row := range []struct {
		title string
		want  study.Answer
	}{
		{"1 conn-pool, article", study.Helps},
		{"2 object-pool, article", study.Small},
		{"3 json, article", study.None},
		{"4 dice, article", study.Harms},
		{"5 claim, article", study.Breaks},
		{"6 log, article", study.None},
		{"7 gc, article", study.Missing},
		{"8 user-state, article", study.None},
	} {
		if got[row.title] != row.want {
			t.Errorf("%s: got %q, want %q", row.title, got[row.title], row.want)
		}
	}
}

// TestScatterIsInconclusive: what scatters widely shows neither an effect nor
// that there is none.
func TestScatterIsInconclusive(t *testing.T) {
	d := design(t, "each article")
	measured := rounds(10, everyArm(d))
	for i := range measured {
		if r := &measured[i]; r.Arm == "only-user-state" {
			if r.Load.Response.P95 *= 3; r.Round%2 == 0 {
				r.Load.Response.P95 /= 9
			}
		}
	}
	got := verdicts(judge(t, d, measured))
	if got["8 user-state, article"] != study.Undecided || got["3 json, article"] != study.None {
		t.Errorf("got %q, and %q where nothing scatters", got["8 user-state, article"], got["3 json, article"])
	}
}

func TestThreeRoundsDecideNothing(t *testing.T) {
	d := design(t, "ladder article only before,article,best")
	arms := everyArm(d)
	arms["best"] = figures{mean: time.Microsecond, p95: time.Microsecond, cpu: time.Microsecond, bytes: 1, allocs: 1}
	r := judge(t, d, rounds(3, arms))
	for title, verdict := range verdicts(r) {
		if verdict != study.TooFew {
			t.Errorf("%s: got %q from 3 rounds", title, verdict)
		}
	}
	if n := r.Rule.RoundsNeeded(len(r.Findings)); n != 7 {
		t.Errorf("three questions need %d rounds; 2/2^7 is the first below 0.05/3", n)
	}
}

// TestABreakIsBlamedOnTheStepThatBringsIt: on a ladder all later arms have it.
func TestABreakIsBlamedOnTheStepThatBringsIt(t *testing.T) {
	d := design(t, "ladder article")
	measured := rounds(10, everyArm(d))
	for i, r := range measured {
		switch r.Arm {
		case "plus-claim", "plus-log", "plus-gc", "article":
			measured[i].Broken = []runfolder.Broken{{ID: "I2", Name: "sold twice"}}
		}
	}
	got := verdicts(judge(t, d, measured))
	for title, verdict := range got {
		blamed := title == "5 claim, article" || title == "all eight, article"
		if blamed != (verdict == study.Breaks) {
			t.Errorf("%s: got %q", title, verdict)
		}
	}
}

func TestRunsThatDoNotCountCountNowhere(t *testing.T) {
	d := design(t, "vary json=before,best")
	measured := rounds(10, everyArm(d))
	for i := range measured {
		if measured[i].Round > 4 && measured[i].Arm == "json.best" {
			measured[i].Partial = true
		}
	}
	f := judge(t, d, measured).Findings[0]
	if f.Effect.Rounds != 4 || f.Answer != study.TooFew {
		t.Errorf("got %d rounds and %q, want the 4 that both arms have", f.Effect.Rounds, f.Answer)
	}
}

// TestBalance: two steps save 1 ms and 2,000 bytes each; together the arms save
// 3 ms more than that, which nothing explains.
func TestBalance(t *testing.T) {
	d := design(t, "each article")
	arms := everyArm(d)
	step := plain()
	step.mean -= 500 * time.Microsecond
	step.bytes -= 1000
	arms["only-json"], arms["only-log"] = step, step
	all := plain()
	all.mean = 250 * time.Microsecond
	all.bytes -= 2000
	arms["article"] = all
	b := judge(t, d, rounds(10, arms)).Accounts[0]
	if b.Title != "before to article" || len(b.Steps) != 8 || b.Units[0] != "ns/op" || b.Units[3] != "B/op" {
		t.Fatalf("got %+v", b)
	}
	near := func(what string, got *float64, want, by float64) {
		t.Helper()
		if got == nil || math.Abs(*got-want) > by {
			t.Errorf("%s: got %v, want about %v", what, got, want)
		}
	}
	// Rounds are slower than the silent machine by 15 % in the middle.
	near("mean saved by json", b.Steps[2].Deltas[0], -0.575e6, 0.1e6)
	near("sum of means", b.Sum.Deltas[0], -1.15e6, 0.25e6)
	near("total of means", b.Total.Deltas[0], -2.01e6, 0.3e6)
	near("mean not explained", b.Rest.Deltas[0], *b.Total.Deltas[0]-*b.Sum.Deltas[0], 1)
	near("bytes saved by json", b.Steps[2].Deltas[3], -1000, 0.01)
	near("bytes not explained", b.Rest.Deltas[3], 0, 0.01)
	near("bytes before", b.Start.Deltas[3], 5000, 0.01)
	near("bytes after", b.End.Deltas[3], 3000, 0.01)
}

func TestBalanceWithoutAFigureHasNoSum(t *testing.T) {
	d := design(t, "drop")
	measured := rounds(3, everyArm(d))
	for i := range measured {
		if measured[i].Arm == "without-gc" {
			measured[i].Cost.Bytes = nil
		}
	}
	b := judge(t, d, measured).Accounts[0]
	if b.Sum.Deltas[3] != nil || b.Rest.Deltas[3] != nil || b.Total.Deltas[3] == nil || b.Sum.Deltas[0] == nil {
		t.Errorf("got sum %v, rest %v, total %v of bytes; want only the total", b.Sum.Deltas, b.Rest.Deltas, b.Total.Deltas)
	}
}

// TestJSONHasNoInfinities: encoding/json refuses them, and three rounds have no
// bound.
func TestJSONHasNoInfinities(t *testing.T) {
	d := design(t, "drop")
	text, err := json.Marshal(judge(t, d, rounds(3, everyArm(d))))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"design":"drop"`) || strings.Contains(string(text), `"high"`) {
		t.Errorf("got %s", text)
	}
}

// TestThinPercentilesAreNotJudged: compare gives no verdict on a p95 of 1,999
// requests, so the steps give none either, whatever the change; with 2,000 they
// do.
func TestThinPercentilesAreNotJudged(t *testing.T) {
	d := design(t, "each article")
	arms := everyArm(d)
	faster := plain()
	faster.p95 /= 4
	arms["only-conn-pool"] = faster
	for requests, want := range map[int64]study.Answer{1999: study.TooThin, 2000: study.Helps} {
		measured := rounds(10, arms)
		for i := range measured {
			measured[i].Load.Requests, measured[i].Load.Answered = requests, requests
		}
		findings := judge(t, d, measured).Findings
		f := findings[slices.IndexFunc(findings, func(f study.Finding) bool { return f.Title == "1 conn-pool, article" })]
		if f.Metric != "p95-latency-ns" || f.Answer != want {
			t.Errorf("%s with %d requests a run: %s, want %s", f.Metric, requests, f.Answer, want)
		}
		if told := f.Requests == 1999 && f.RequestsNeeded == 2000; told != (want == study.TooThin) {
			t.Errorf("with %d requests a run: has %d, needs %d", requests, f.Requests, f.RequestsNeeded)
		}
	}
}
