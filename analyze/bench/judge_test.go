package bench_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// arm is what the runs of one arm look like.
type arm struct {
	name         string
	p95, cpu     float64 // centers, ns
	noise        float64 // of p95, as a share; cpu has a third of it
	allocs       int
	errors       float64
	requests     int
	extra        string // added to every line
	drift, round float64
}

func quiet(name string) arm {
	return arm{name: name, p95: 5e6, cpu: 2e5, noise: .02, allocs: 40, requests: 12000}
}

// inRounds writes a run folder's bench.txt: every round has one line an arm.
func inRounds(seed uint64, rounds int, arms ...arm) string {
	random := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	b.WriteString("goos: linux\n")
	for _, unit := range []string{"p95-latency-ns", "p99-latency-ns", "cpu-ns/op", "errors/op"} {
		fmt.Fprintf(&b, "Unit %s better=lower\n", unit)
	}
	for r := range rounds {
		shared := math.Exp(arms[0].round * random.NormFloat64())
		for _, i := range random.Perm(len(arms)) {
			a := arms[i]
			p95 := a.p95 * shared * math.Exp(a.noise*random.NormFloat64()+a.drift*float64(r))
			cpu := a.cpu * shared * math.Exp(a.noise/3*random.NormFloat64()+a.drift*float64(r))
			fmt.Fprintf(&b, "BenchmarkDraw/arm=%s %d %.0f p95-latency-ns %.0f p99-latency-ns %.1f cpu-ns/op %d allocs/op %g errors/op%s\n",
				a.name, a.requests, p95, 1.5*p95, cpu, a.allocs, a.errors, a.extra)
		}
	}
	return b.String()
}

// judge compares texts as files of one letter each: a, b, ...
func judge(t *testing.T, query bench.Query, policy bench.Policy, texts ...string) *bench.Report {
	t.Helper()
	report, err := tryJudge(t, query, policy, texts...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func tryJudge(t *testing.T, query bench.Query, policy bench.Policy, texts ...string) (*bench.Report, error) {
	t.Helper()
	var inputs []bench.Input
	for i, text := range texts {
		inputs = append(inputs, bench.Input{Label: string(rune('a' + i)), Path: string(rune('a'+i)) + ".txt", Reader: strings.NewReader(text)})
	}
	set, err := bench.Read(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := query.Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	return bench.Judge(tables, policy)
}

func byArm() bench.Query {
	query := bench.DefaultQuery()
	query.Col = "/arm"
	return query
}

func gated(t *testing.T, failOn ...string) bench.Policy {
	t.Helper()
	policy := bench.Policy{}
	for _, text := range failOn {
		gate, err := bench.ParseFailOn(text)
		if err != nil {
			t.Fatal(err)
		}
		policy.Gates = append(policy.Gates, gate)
	}
	return policy
}

// only returns the one judgement of a unit.
func only(t *testing.T, report *bench.Report, unit string) *bench.Judgement {
	t.Helper()
	for _, table := range report.Judged {
		if table.Unit != unit {
			continue
		}
		for _, row := range table.Judgements {
			for _, g := range row {
				if g != nil {
					return g
				}
			}
		}
	}
	t.Fatalf("no judgement of %s", unit)
	return nil
}

func warningCodes(report *bench.Report) map[bench.WarningCode]int {
	count := make(map[bench.WarningCode]int)
	for _, w := range report.Warnings {
		count[w.Code]++
	}
	return count
}

// The self-test: a planted regression makes the gate fail, and health passes
// without a word. A gate that cannot fail proves nothing.
func TestGateSeesPlantedRegression(t *testing.T) {
	slower := quiet("new")
	slower.p95 *= 1.10
	for _, test := range []struct {
		name   string
		report *bench.Report
		want   bench.Outcome
	}{
		{"rounds, planted", judge(t, byArm(), gated(t, "p95-latency>5%", "allocs/op>0"), inRounds(1, 10, quiet("old"), slower)), bench.Failed},
		{"rounds, healthy", judge(t, byArm(), gated(t, "p95-latency>5%", "allocs/op>0"), inRounds(2, 10, quiet("old"), quiet("old2"))), bench.Passed},
		{"files, planted", judge(t, bench.DefaultQuery(), gated(t, "p95-latency>5%"), inRounds(3, 10, quiet("x")), strings.ReplaceAll(inRounds(4, 10, slower), "=new", "=x")), bench.Failed},
		{"files, healthy", judge(t, bench.DefaultQuery(), gated(t, "p95-latency>5%"), inRounds(5, 10, quiet("x")), inRounds(6, 10, quiet("x"))), bench.Passed},
	} {
		outcome, why := test.report.Outcome(true)
		if outcome != test.want {
			t.Errorf("%s: %s (%v), want %s", test.name, outcome, why, test.want)
		}
		if (why.Code == "") != (test.want == bench.Passed) {
			t.Errorf("%s: %s says %q", test.name, outcome, why.Code)
		}
	}
}

// What a round does to both arms cancels: 5 % more CPU is found although
// rounds scatter by 20 %.
func TestRoundsArePaired(t *testing.T) {
	old, new := quiet("old"), quiet("new")
	old.round, new.cpu = .2, new.cpu*1.05
	text := inRounds(11, 10, old, new)
	g := only(t, judge(t, byArm(), gated(t, "cpu/op>3%"), text), "cpu-sec/op")
	if g.Test != bench.SignFlipTest || g.PHolm > .05 || !g.Effect.Excludes1() {
		t.Errorf("paired: %+v", g)
	}
	policy := gated(t, "cpu/op>3%")
	policy.Pairing = bench.Unpaired
	g = only(t, judge(t, byArm(), policy, text), "cpu-sec/op")
	if g.Test != bench.MannWhitneyTest || g.Verdict != bench.Inconclusive || g.Runs <= 10 {
		t.Errorf("unpaired: %+v", g)
	}
}

func TestPairing(t *testing.T) {
	rounds := inRounds(12, 8, quiet("x"), quiet("y"))
	one := inRounds(13, 8, quiet("x"))
	blocks := one + strings.ReplaceAll(inRounds(14, 8, quiet("x")), "=x", "=y")
	short := strings.Replace(rounds, "BenchmarkDraw/arm=x", "# round 1 is lost: BenchmarkDraw/arm=x", 1)
	broken := strings.Replace(rounds, "BenchmarkDraw/arm=x 12000", "BenchmarkDraw/arm=x twelve", 1)
	files := []string{one, inRounds(15, 8, quiet("x"))}
	for _, test := range []struct {
		name    string
		query   bench.Query
		pairing bench.Pairing
		texts   []string
		want    bench.Test
		runs    int
	}{
		{"one file in rounds", byArm(), bench.PairAuto, []string{rounds}, bench.SignFlipTest, 8},
		{"one file in blocks", byArm(), bench.PairAuto, []string{blocks}, bench.MannWhitneyTest, 8},
		{"blocks called rounds", byArm(), bench.Paired, []string{blocks}, bench.SignFlipTest, 8},
		{"rounds called independent", byArm(), bench.Unpaired, []string{rounds}, bench.MannWhitneyTest, 8},
		{"two files", bench.DefaultQuery(), bench.PairAuto, files, bench.MannWhitneyTest, 8},
		{"two files called rounds", bench.DefaultQuery(), bench.Paired, files, bench.SignFlipTest, 8},
		{"a round less, out of step", byArm(), bench.PairAuto, []string{short}, bench.MannWhitneyTest, 8},
		{"a line that cannot be counted", byArm(), bench.PairAuto, []string{broken}, bench.MannWhitneyTest, 8},
	} {
		policy := bench.Policy{}
		policy.Pairing = test.pairing
		g := only(t, judge(t, test.query, policy, test.texts...), "p95-latency-sec")
		if g.Test != test.want {
			t.Errorf("%s: %s, want %s", test.name, g.Test, test.want)
		}
	}
	policy := bench.Policy{}
	policy.Pairing = bench.Paired
	if _, err := tryJudge(t, byArm(), policy, broken); err == nil {
		t.Error("a pairing that was demanded and is impossible is no error")
	}
}

func TestVerdicts(t *testing.T) {
	line := func(values string) string { return strings.ReplaceAll(values, ";", "\n") }
	repeat := func(n int, format string, values ...any) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "BenchmarkX 100 %s\n", fmt.Sprintf(format, append([]any{float64(100 + i%3)}, values...)...))
		}
		return b.String()
	}
	for _, test := range []struct {
		name     string
		old, new string
		unit     string
		want     bench.Verdict
	}{
		{"more of what should be less", repeat(8, "%g ns/op"), repeat(8, "1%g ns/op"), "sec/op", bench.Regressed},
		{"less of it", repeat(8, "1%g ns/op"), repeat(8, "%g ns/op"), "sec/op", bench.Improved},
		{"more of what should be more", repeat(8, "%g ops/s"), repeat(8, "1%g ops/s"), "ops/s", bench.Improved},
		{"less of that", repeat(8, "1%g ops/s"), repeat(8, "%g ops/s"), "ops/s", bench.Regressed},
		{"no known direction", repeat(8, "%g widgets"), repeat(8, "1%g widgets"), "widgets", bench.Changed},
		{"a Unit line knows", "Unit widgets better=higher\n" + repeat(8, "%g widgets"), repeat(8, "1%g widgets"), "widgets", bench.Improved},
		{"the same", repeat(8, "%g ns/op"), repeat(8, "%g ns/op"), "sec/op", bench.Equivalent},
		{"too few runs", repeat(3, "%g ns/op"), repeat(3, "1%g ns/op"), "sec/op", bench.Inconclusive},
		{"sure but small", repeat(10, "1000%g ns/op"), repeat(10, "1001%g ns/op"), "sec/op", bench.Equivalent},
		{"exact, once", "Unit size assume=exact better=lower\n" + line("BenchmarkX 1 5 size"), "BenchmarkX 1 6 size", "size", bench.Regressed},
		{"exact, equal", "Unit size assume=exact better=lower\n" + line("BenchmarkX 1 5 size"), "BenchmarkX 1 5 size", "size", bench.Equivalent},
		{"exact, but it varies", "Unit size assume=exact better=lower\n" + line("BenchmarkX 1 5 size;BenchmarkX 1 6 size"), "BenchmarkX 1 6 size", "size", bench.Inconclusive},
		{"errors out of nowhere", repeat(4, "%g x 0 errors/op"), repeat(4, "%g x 0.01 errors/op"), "errors/op", bench.Regressed},
		{"no errors any more", repeat(4, "%g x 0.01 errors/op"), repeat(4, "%g x 0 errors/op"), "errors/op", bench.Improved},
		{"no errors at all", repeat(4, "%g x 0 errors/op"), repeat(4, "%g x 0 errors/op"), "errors/op", bench.Equivalent},
		{"pauses that are gone", repeat(8, "%g wait-sec"), repeat(8, "%g x 0 wait-sec"), "wait-sec", bench.Changed},
	} {
		g := only(t, judge(t, bench.DefaultQuery(), bench.Policy{}, test.old, test.new), test.unit)
		if g.Verdict != test.want {
			t.Errorf("%s: %s, want %s (%+v)", test.name, g.Verdict, test.want, g.Effect)
		}
	}
}

// A percentile of few requests is shown, and a gate on it is no pass.
func TestPercentilesNeedRequests(t *testing.T) {
	old, new := quiet("old"), quiet("new")
	new.p95 *= 2
	for _, row := range []struct {
		requests int
		want     bench.Outcome
	}{{9999, bench.Unusable}, {10000, bench.Failed}} {
		old.requests, new.requests = row.requests, row.requests
		report := judge(t, byArm(), gated(t, "p99-latency>5%"), inRounds(21, 10, old, new))
		if outcome, why := report.Outcome(true); outcome != row.want {
			t.Errorf("%d requests: %s (%v), want %s", row.requests, outcome, why, row.want)
		}
	}
}

// Gates and the family they are corrected over: other metrics do not cost them.
func TestFamily(t *testing.T) {
	old, new := quiet("old"), quiet("new")
	text := inRounds(22, 10, old, new)
	all := judge(t, byArm(), bench.Policy{}, text)
	if all.Family != 4 { // p95, p99, CPU, allocations; errors are zero and need no test
		t.Errorf("family of all: %d", all.Family)
	}
	one := judge(t, byArm(), gated(t, "p95-latency>5%"), text)
	g := only(t, one, "p95-latency-sec")
	if one.Family != 1 || g.P != g.PHolm {
		t.Errorf("family of one gate: %d, p %v, Holm %v", one.Family, g.P, g.PHolm)
	}
}

// Many questions about few rounds: sign flips could not find anything, however
// large, so ranks decide, and it is said.
func TestManyQuestionsAboutFewRounds(t *testing.T) {
	arms := []arm{quiet("a0")}
	for i := range 12 {
		faster := quiet(fmt.Sprintf("a%d", i+1))
		faster.p95 *= .5
		arms = append(arms, faster)
	}
	text := inRounds(26, 10, arms...)
	query := bench.DefaultQuery()
	query.Col = "/arm@(a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12)"
	report := judge(t, query, bench.Policy{}, text)
	if g := only(t, report, "p95-latency-sec"); g.Test != bench.MannWhitneyTest || g.Verdict != bench.Improved || warningCodes(report)[bench.WarnFewRuns] != 1 {
		t.Errorf("%d questions: %s, %s, warnings %v", report.Family, g.Test, g.Verdict, report.Warnings)
	}
	report = judge(t, query, gated(t, "p95-latency>5%"), text)
	if g := only(t, report, "p95-latency-sec"); g.Test != bench.SignFlipTest || g.Verdict != bench.Improved || warningCodes(report)[bench.WarnFewRuns] != 0 {
		t.Errorf("%d questions: %s, %s, warnings %v", report.Family, g.Test, g.Verdict, report.Warnings)
	}
}

func TestMissingIsNeverAPass(t *testing.T) {
	text := inRounds(23, 10, quiet("x"), quiet("y"))
	without := func(part string) string {
		var kept []string
		for line := range strings.Lines(text) {
			if !strings.Contains(line, part) {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "")
	}
	for _, test := range []struct {
		name string
		new  string
		want bench.Outcome
	}{
		{"whole", text, bench.Passed},
		{"a benchmark", without("arm=y"), bench.Unusable},
		{"a metric", strings.ReplaceAll(text, "p95-latency-ns", "p94-latency-ns"), bench.Unusable},
		{"a value is NaN", strings.Replace(text, " 40 allocs/op", " NaN allocs/op", 1), bench.Unusable},
		{"a line is cut", strings.Replace(text, "BenchmarkDraw/arm=x 12000", "BenchmarkDraw/arm=x", 1), bench.Unusable},
		{"too few runs", inRounds(24, 1, quiet("x"), quiet("y")), bench.Unusable},
		{"more than there", text + strings.ReplaceAll(inRounds(25, 3, quiet("x")), "=x", "=z"), bench.Passed},
	} {
		report := judge(t, bench.DefaultQuery(), gated(t, "p95-latency>5%"), text, test.new)
		if outcome, why := report.Outcome(false); outcome != test.want {
			t.Errorf("%s: %s (%v), want %s", test.name, outcome, why, test.want)
		}
	}
	// Without a gate too, once strictness is asked for.
	report := judge(t, bench.DefaultQuery(), bench.Policy{}, text, without("arm=y"))
	if outcome, why := report.Outcome(true); outcome != bench.Unusable {
		t.Errorf("strict, a benchmark is missing: %s (%v)", outcome, why)
	}
}

func TestWarnings(t *testing.T) {
	drifting := quiet("y")
	drifting.drift, drifting.noise = .05, .01
	blocks := inRounds(31, 10, quiet("x")) + strings.ReplaceAll(inRounds(32, 10, quiet("x")), "=x", "=y")
	for _, test := range []struct {
		name string
		text string
		want map[bench.WarningCode]bool
	}{
		{"healthy", inRounds(33, 10, quiet("x"), quiet("y")), nil},
		{"blocks", blocks, map[bench.WarningCode]bool{bench.WarnSequential: true}},
		{"drift", inRounds(34, 10, quiet("x"), drifting), map[bench.WarningCode]bool{bench.WarnTrend: true}},
		{"few", inRounds(35, 3, quiet("x"), quiet("y")), map[bench.WarningCode]bool{bench.WarnFewRuns: true}},
	} {
		got := warningCodes(judge(t, byArm(), bench.Policy{}, test.text))
		for _, code := range []bench.WarningCode{bench.WarnSequential, bench.WarnTrend, bench.WarnFewRuns, bench.WarnMissing} {
			if (got[code] > 0) != test.want[code] {
				t.Errorf("%s: %d warnings %q, want %v", test.name, got[code], code, test.want[code])
			}
		}
	}
}

// One A/A run, resampled by whole rounds 20 times: nothing may be called
// regressed or improved more often than the corrected 5 % allows, which is
// once, or (chance 0.08) twice.
func TestResampledAAIsSilent(t *testing.T) {
	old, new := quiet("a"), quiet("b")
	old.noise, new.noise, old.round = .04, .04, .05
	if n := alarmsInAA(t, inRounds(41, 10, old, new)); n > 2 {
		t.Errorf("%d false alarms in 20 comparisons of nothing", n)
	}
}

// TestRealAAIsSilent does the same with runs that were measured: lotteryd twice,
// at 1,200 requests a second, on 2 cores shared with strangers.
func TestRealAAIsSilent(t *testing.T) {
	text, err := os.ReadFile("testdata/aa.txt")
	if err != nil {
		t.Fatal(err)
	}
	if n := alarms(t, string(text)); n > 0 {
		t.Errorf("%d false alarms in the run itself", n)
	}
	if n := alarmsInAA(t, string(text)); n > 2 {
		t.Errorf("%d false alarms in 20 comparisons of nothing", n)
	}
}

// alarmsInAA draws ten of an A/A run's ten rounds, 20 times, and counts what is
// called regressed or improved.
func alarmsInAA(t *testing.T, text string) (n int) {
	t.Helper()
	var header, runs []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Benchmark") {
			runs = append(runs, line)
		} else {
			header = append(header, line)
		}
	}
	random := rand.New(rand.NewPCG(42, 1))
	for range 20 {
		var b strings.Builder
		b.WriteString(strings.Join(header, ""))
		for range 10 {
			round := random.IntN(len(runs) / 2)
			pair := []string{runs[2*round], runs[2*round+1]}
			if random.IntN(2) == 0 { // which of the two is called b is chance, too
				swap := strings.NewReplacer("arm=b ", "arm=a ", "arm=a ", "arm=b ")
				pair[0], pair[1] = swap.Replace(pair[0]), swap.Replace(pair[1])
			}
			b.WriteString(pair[0] + pair[1])
		}
		n += alarms(t, b.String())
	}
	return n
}

// alarms counts what is called regressed or improved.
func alarms(t *testing.T, text string) (n int) {
	t.Helper()
	for _, table := range judge(t, byArm(), bench.Policy{}, text).Judged {
		for _, row := range table.Judgements {
			for _, g := range row {
				if g != nil && (g.Verdict == bench.Regressed || g.Verdict == bench.Improved) {
					n++
				}
			}
		}
	}
	return n
}

func TestOverallSeesWhatRowsHide(t *testing.T) {
	var old, new strings.Builder
	for s := range uint64(8) {
		one, other := quiet("x"), quiet("x")
		one.noise, other.noise, other.p95 = .03, .03, other.p95*.96
		name := fmt.Sprintf("=s%d", s)
		old.WriteString(strings.ReplaceAll(inRounds(50+s, 10, one), "=x", name))
		new.WriteString(strings.ReplaceAll(inRounds(70+s, 10, other), "=x", name))
	}
	report := judge(t, bench.DefaultQuery(), bench.Policy{}, old.String(), new.String())
	for _, table := range report.Judged {
		if table.Unit != "p95-latency-sec" {
			continue
		}
		o := table.Overall[1]
		if o == nil || o.Cells != 8 || o.P > .01 || math.Abs(o.Ratio.Center-.96) > .02 {
			t.Errorf("overall: %+v", o)
		}
		if table.Overall[0] != nil {
			t.Error("the baseline is compared with itself")
		}
	}
}

func TestCalibrate(t *testing.T) {
	old, new := quiet("a"), quiet("a2")
	old.noise, new.noise = .06, .06
	tables := func(query bench.Query, text string) *bench.Tables {
		set, err := bench.Read(bench.Input{Label: "aa", Reader: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		tables, err := query.Tables(set)
		if err != nil {
			t.Fatal(err)
		}
		return tables
	}
	for _, row := range []struct {
		name string
		from *bench.Tables
	}{
		{"two arms", tables(byArm(), inRounds(61, 10, old, new))},
		{"one arm", tables(byArm(), inRounds(62, 20, old))},
	} {
		noise, skipped := bench.Calibrate(row.from, 1)
		floors := make(map[string]float64)
		for _, f := range noise.Floors {
			floors[f.Unit] = f.Change
		}
		// 0.74 times the noise of one run, for ten against ten.
		if f := floors["p95-latency-sec"]; f < .02 || f > .08 {
			t.Errorf("%s: p95 floor %v", row.name, f)
		}
		if f, ok := floors["allocs/op"]; !ok || f != 0 {
			t.Errorf("%s: allocations do not scatter: %v", row.name, f)
		}
		if len(skipped) > 0 {
			t.Errorf("%s: skipped %v", row.name, skipped)
		}
		var b strings.Builder
		if err := noise.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		again, err := bench.ReadNoise(strings.NewReader(b.String()))
		if err != nil || len(again.Floors) != len(noise.Floors) {
			t.Errorf("%s: read again: %v", row.name, err)
		}
	}
	// A change that is below the floor is no longer one.
	slower := quiet("new")
	slower.p95 *= 1.08
	text := inRounds(63, 10, quiet("old"), slower)
	query := bench.DefaultQuery()
	query.Col = "/arm@(old new)"
	policy := bench.Policy{}
	if g := only(t, judge(t, query, policy, text), "p95-latency-sec"); g.Verdict != bench.Regressed {
		t.Fatalf("without a floor: %s", g.Verdict)
	}
	policy.Noise = &bench.Noise{Floors: []bench.Floor{{Unit: "p95-latency-sec", Change: .2}}}
	if g := only(t, judge(t, query, policy, text), "p95-latency-sec"); g.Verdict != bench.Equivalent {
		t.Errorf("below a floor of 20 %%: %s", g.Verdict)
	}
}

// atSpeed writes rounds of two arms on a machine whose speed moves by 10 %,
// and by it the processor time of service and generator alike.
func atSpeed(rounds int, seed uint64, effect float64) string {
	random := rand.New(rand.NewPCG(seed, 9))
	var b strings.Builder
	for range rounds {
		for _, arm := range []string{"a", "b"} {
			speed := math.Exp(0.1 * random.NormFloat64())
			cpu := 1e6 * speed * math.Exp(0.01*random.NormFloat64())
			if arm == "b" {
				cpu *= effect
			}
			fmt.Fprintf(&b, "BenchmarkHTTP/arm=%s 20000 %.0f cpu-ns/op %.0f client-cpu-ns/op\n",
				arm, cpu, 5e4*speed*speed*math.Exp(0.02*random.NormFloat64()))
		}
	}
	return b.String()
}

// TestGateAtEqualSpeedCanFail: as few rounds as the sign-flip test needs are enough
// for a gate on CPU too, however the generator's own time moved. No change passes no
// gate that says there is one.
func TestGateAtEqualSpeedCanFail(t *testing.T) {
	gate, err := bench.ParseFailOn("cpu-ns/op>5%")
	if err != nil {
		t.Fatal(err)
	}
	adjusted := 0
	for seed := range uint64(20) {
		for effect, want := range map[float64]bench.Outcome{1.55: bench.Failed, 5: bench.Failed, 1: ""} {
			text := "Unit cpu-ns/op better=lower\n" + atSpeed(6, seed, effect)
			report := judge(t, byArm(), bench.Policy{Gates: []bench.Gate{gate}}, text)
			if got := report.Gates[0].Outcome; got == bench.Failed != (want == bench.Failed) {
				t.Errorf("seed %d, ×%v: %s", seed, effect, got)
			}
			if report.Gates[0].Checks[0].Judgement.Adjusted {
				adjusted++
			}
		}
	}
	if adjusted < 30 {
		t.Errorf("%d of 60 were compared at equal speed", adjusted)
	}
}

// TestCPUIsComparedAtEqualSpeed plants 8 % more work under that noise, and
// nothing.
func TestCPUIsComparedAtEqualSpeed(t *testing.T) {
	for _, row := range []struct {
		name   string
		effect float64
	}{{"planted", 1.08}, {"healthy", 1}} {
		report := judge(t, byArm(), bench.Policy{}, "Unit cpu-ns/op better=lower\n"+atSpeed(10, 3, row.effect))
		found := false
		for _, table := range report.Judged {
			if table.Unit != "cpu-sec/op" {
				continue
			}
			found = true
			g := table.Judgements[0][1]
			if !g.Adjusted || math.Abs(g.Effect.Center-row.effect) > .02 {
				t.Errorf("%s: adjusted %v, effect %v; want %v", row.name, g.Adjusted, g.Effect.Center, row.effect)
			}
			if healthy := row.effect == 1; g.Verdict == bench.Regressed == healthy || g.Verdict == bench.Improved {
				t.Errorf("%s: %s (p=%v)", row.name, g.Verdict, g.PHolm)
			}
		}
		if !found {
			t.Errorf("%s: no table of cpu-sec/op", row.name)
		}
	}
}
