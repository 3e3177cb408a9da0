package bench_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// values writes one benchmark with the given values of each unit.
func values(units map[string][]float64, order ...string) string {
	var b strings.Builder
	for i := range units[order[0]] {
		b.WriteString("BenchmarkX 100")
		for _, unit := range order {
			fmt.Fprintf(&b, " %g %s", units[unit][i], unit)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestTooFewRunsAtTheBorder: with three runs a side the least p-value is 2 of the
// 20 ways to divide six, with four it is 2 of 70, and two metrics double it.
func TestTooFewRunsAtTheBorder(t *testing.T) {
	three := map[string][]float64{"ns/op": {1, 2, 3}, "B/op": {10, 11, 12}}
	four := map[string][]float64{"ns/op": {1, 2, 3, 4}, "B/op": {10, 11, 12, 13}}
	for _, row := range []struct {
		name  string
		text  string
		alpha float64
		want  int
	}{
		{"just enough", values(three, "ns/op"), 0.1, 0},
		{"not enough", values(three, "ns/op"), 0.099, 1},
		{"four runs", values(four, "ns/op"), 0.05, 0},
		{"four runs of two metrics", values(four, "ns/op", "B/op"), 0.05, 1},
	} {
		query := bench.DefaultQuery()
		query.Alpha = row.alpha
		report := judge(t, query, bench.Policy{}, row.text, row.text)
		if got := warningCodes(report)[bench.WarnFewRuns]; got != row.want {
			t.Errorf("%s: %d warnings, want %d: %+v", row.name, got, row.want, report.Warnings)
		}
	}
}

// TestErrorsTakeATest: a request that failed in one run of one side is no
// regression, as a run of the other could as well have had it. It never makes the
// two sides equivalent either. Only where nobody has any, nothing is tested.
func TestErrorsTakeATest(t *testing.T) {
	// of is ten runs of which the first so many have errors.
	of := func(runs int) string {
		with := make([]float64, 10)
		for i := range runs {
			with[i] = 0.01 + float64(i)/1000
		}
		return values(map[string][]float64{"errors/op": with}, "errors/op")
	}
	for _, row := range []struct {
		name     string
		old, new string
		test     bench.Test
		want     bench.Verdict
	}{
		{"none", of(0), of(0), bench.Direct, bench.Equivalent},
		{"one run of the new", of(0), of(1), bench.MannWhitneyTest, bench.Inconclusive},
		{"one run of the old", of(1), of(0), bench.MannWhitneyTest, bench.Inconclusive},
		{"four runs of the new", of(0), of(4), bench.MannWhitneyTest, bench.Inconclusive},
		{"most runs of the new", of(0), of(8), bench.MannWhitneyTest, bench.Regressed},
		{"most runs of the old", of(8), of(0), bench.MannWhitneyTest, bench.Improved},
	} {
		g := only(t, judge(t, bench.DefaultQuery(), bench.Policy{}, row.old, row.new), "errors/op")
		if g.Test != row.test || g.Verdict != row.want {
			t.Errorf("%s: %s by %q, want %s by %q: %+v", row.name, g.Verdict, g.Test, row.want, row.test, g.Effect)
		}
	}
}

// TestAGateThatAllowsNoErrorFailsOnOne, in whichever run it came: that there was
// one is no estimate. With a bound above zero it takes a test.
func TestAGateThatAllowsNoErrorFailsOnOne(t *testing.T) {
	of := func(errors ...float64) string {
		return values(map[string][]float64{"errors/op": append(errors, 0, 0, 0, 0, 0, 0)}, "errors/op")
	}
	none, one, all := of(0, 0, 0, 0), of(0, 0.01, 0, 0), strings.ReplaceAll(of(0.01, 0.01, 0.01, 0.01), " 0 ", " 0.01 ")
	for _, row := range []struct {
		gate, old, new string
		want           bench.Outcome
	}{
		{"errors/op>0", none, none, bench.Passed},
		{"errors/op>0", none, one, bench.Failed},
		{"errors/op>0", one, none, bench.Passed},
		{"errors/op>0.009", none, none, bench.Passed},
		{"errors/op>0.009", none, one, bench.Undecided},
		{"errors/op>0.009", none, all, bench.Failed},
		{"errors/op>0.05", none, all, bench.Passed},
		{"errors/op>0.009", all, none, bench.Passed},
		{"errors/op>5%", none, none, bench.Passed},
		{"errors/op>5%", none, one, bench.Undecided},
		{"errors/op>5%", none, all, bench.Failed},
		{"errors/op>5%", all, none, bench.Passed},
	} {
		gate, err := bench.ParseFailOn(row.gate)
		if err != nil {
			t.Fatal(err)
		}
		report := judge(t, bench.DefaultQuery(), bench.Policy{Gates: []bench.Gate{gate}}, row.old, row.new)
		if got := report.Gates[0].Outcome; got != row.want {
			t.Errorf("%s of\n%s and\n%s: %s, want %s", row.gate, row.old, row.new, got, row.want)
		}
	}
}

// TestFilesShareTheirBaseline: columns that are files have the first file as the
// baseline in every table, and a table that lacks it has none. Columns of another
// key have a baseline of their own in each table.
func TestFilesShareTheirBaseline(t *testing.T) {
	first := "pkg: a\nBenchmarkX/arm=old 1 1 ns/op\n"
	second := "pkg: a\nBenchmarkX/arm=old 1 2 ns/op\npkg: b\nBenchmarkX/arm=young 1 1 ns/op\n"
	for col, want := range map[string]int{".file": -1, "/arm": 0} {
		query := bench.DefaultQuery()
		query.Col = col
		report := judge(t, query, bench.Policy{}, first, second)
		for _, table := range report.Judged {
			alone := len(table.Cols) == 1 && table.Config[0].Value == "b"
			if alone && table.Baseline != want {
				t.Errorf("%s: the baseline of the lone column %s is %d, want %d", col, table.Cols[0].Label, table.Baseline, want)
			}
			if !alone && table.Baseline != 0 {
				t.Errorf("%s: the baseline of %v is %d", col, table.Cols, table.Baseline)
			}
		}
		if len(report.Judged) != 2 {
			t.Errorf("%s: %d tables, want one a package", col, len(report.Judged))
		}
	}
}

// TestRunsThatResembleTheirNeighbors: three low and three high runs in turn have a
// correlation of about 1/3 with the run before. By chance that has z = 2.6 for 60
// runs, which is not certain among the four series looked at, and 3.7 for 120.
func TestRunsThatResembleTheirNeighbors(t *testing.T) {
	for n, want := range map[int]int{60: 0, 120: 1} {
		slow, fast := make([]float64, n), make([]float64, n)
		for i := range n {
			slow[i], fast[i] = 100+float64(i/3%2), 100+float64(i%2)
		}
		report := judge(t, bench.DefaultQuery(), bench.Policy{},
			values(map[string][]float64{"ns/op": slow}, "ns/op"), values(map[string][]float64{"ns/op": fast}, "ns/op"))
		if got := warningCodes(report)[bench.WarnTrend]; got != want {
			t.Errorf("%d runs: %d warnings, want %d", n, got, want)
		}
		for _, w := range report.Warnings {
			if w.Code == bench.WarnTrend && (w.Series.Lag1 < 0.3 || w.Series.Lag1 > 0.37 || w.Series.Col != 0) {
				t.Errorf("%d runs: got %+v", n, w.Series)
			}
		}
	}
}

// TestWhatExplainsIsNotGated unless a gate names it: the slowest request is no goal
// by itself, however much it changed.
func TestWhatExplainsIsNotGated(t *testing.T) {
	text := series("max-latency-ns", around(5e6, 10), around(50e6, 10), 20_000) + series("ns/op", around(5, 10), around(5, 10), 20_000)
	query := byArm()
	query.Col = "/arm@(old new)"
	for gate, gatedUnits := range map[string]map[string]bool{
		"":               {"sec/op": true, "max-latency-sec": false},
		"max-latency>5%": {"sec/op": false, "max-latency-sec": true},
	} {
		policy := bench.Policy{}
		if gate != "" {
			policy = gated(t, gate)
		}
		for _, table := range judge(t, query, policy, text).Judged {
			if want := gatedUnits[table.Unit]; table.Gated != want {
				t.Errorf("gate %q: %s is gated: %v, want %v", gate, table.Unit, table.Gated, want)
			}
			if explains := table.Advisory.Code == bench.Explanatory; explains != (gate == "" && table.Unit == "max-latency-sec") {
				t.Errorf("gate %q: the advisory of %s is %q", gate, table.Unit, table.Advisory.Code)
			}
		}
	}
}

// TestEachArmIsComparedAtItsOwnSpeed: a third arm beside them, whose generator
// needed another time in every round, changes nothing about two.
func TestEachArmIsComparedAtItsOwnSpeed(t *testing.T) {
	two := "Unit cpu-ns/op better=lower\n" + atSpeed(10, 3, 1.08)
	third := strings.ReplaceAll(strings.ReplaceAll(atSpeed(10, 8, 1.5), "arm=a ", "arm=c "), "arm=b ", "arm=d ")
	var effects []float64
	for _, row := range []struct{ col, text string }{{"/arm@(a b)", two}, {"/arm@(a c b)", two + third}} {
		query, found := byArm(), false
		query.Col = row.col
		for _, table := range judge(t, query, bench.Policy{}, row.text).Judged {
			if table.Unit != "cpu-sec/op" {
				continue
			}
			found = true
			if g := table.Judgements[0][len(table.Cols)-1]; !g.Adjusted {
				t.Error("not at equal speed")
			} else {
				effects = append(effects, g.Effect.Center)
			}
		}
		if !found {
			t.Fatal("no table of CPU")
		}
	}
	if len(effects) != 2 || effects[0] != effects[1] {
		t.Errorf("the effect of b is %v alone and beside others", effects)
	}
}

// TestWhatAnArmLacks: a file lacks a benchmark even if it has no result of that
// package at all. An arm of one package is no arm of another.
func TestWhatAnArmLacks(t *testing.T) {
	inA, inB := "pkg: a\nBenchmarkX/arm=old 1 1 ns/op\n", "pkg: b\nBenchmarkY/arm=old 1 1 ns/op\nBenchmarkY/arm=new 1 1 ns/op\n"
	for _, row := range []struct {
		col   string
		texts []string
		want  map[string]string // row -> the column that lacks it
	}{
		{".file", []string{inA + inB, inB}, map[string]string{"X/arm=old": "b"}},
		{"/arm", []string{inA + inB}, map[string]string{}},
		{"/arm", []string{inA + inB + "BenchmarkZ/arm=old 1 1 ns/op\n"}, map[string]string{"Z": "new"}},
	} {
		query := bench.DefaultQuery()
		query.Col = row.col
		got := map[string]string{}
		for _, absence := range judge(t, query, bench.Policy{}, row.texts...).Missing {
			got[absence.Row] = absence.Column
		}
		if !maps.Equal(got, row.want) {
			t.Errorf("columns by %s: got %v, want %v", row.col, got, row.want)
		}
	}
}

// TestStrictCountsWhatIsInconclusive: without gates, strictness is about every
// verdict on a gated metric, and says how many are open; otherwise nobody asked.
func TestStrictCountsWhatIsInconclusive(t *testing.T) {
	scattered := []float64{1, 9, 2, 8, 3, 7, 4, 6, 5, 5}
	others := slices.Clone(scattered)
	slices.Reverse(others)
	open := series("ns/op", scattered, others, 20_000) + series("B/op", scattered, others, 20_000)
	settled := series("ns/op", around(5, 10), around(5, 10), 20_000)
	query := byArm()
	query.Col = "/arm@(old new)"
	for _, row := range []struct {
		name   string
		text   string
		strict bool
		want   bench.Outcome
		count  int
	}{
		{"open", open, true, bench.Undecided, 2},
		{"open, and nobody asked", open, false, bench.Passed, 0},
		{"settled", settled, true, bench.Passed, 0},
	} {
		outcome, why := judge(t, query, bench.Policy{}, row.text).Outcome(row.strict)
		if outcome != row.want || why.Count != row.count || (why.Code == bench.CauseInconclusive) != (row.count > 0) {
			t.Errorf("%s: %s, %+v; want %s for %d", row.name, outcome, why, row.want, row.count)
		}
	}
}
