package bench_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// series writes rounds of two arms, line by line.
func series(unit string, old, new []float64, requests int) string {
	var b strings.Builder
	for i := range old {
		fmt.Fprintf(&b, "BenchmarkX/arm=old %d %v %s\nBenchmarkX/arm=new %d %v %s\n", requests, old[i], unit, requests, new[i], unit)
	}
	return b.String()
}

// around are n values within 1 % of a center.
func around(center float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = center * (1 + 0.001*float64(i*7%10))
	}
	return values
}

// TestGatesThatCannotFailAreUnusable: for each form of gate, data that could not
// make it fail, however large the change, are no pass; the same gate fails on a
// planted change that it can see, and passes without one.
func TestGatesThatCannotFailAreUnusable(t *testing.T) {
	const many = 20_000
	better := "Unit drift better=lower\n"
	for name, row := range map[string]struct {
		gate   string
		text   string
		query  func(*bench.Query)
		want   bench.Outcome
		reason bench.GateReason
	}{
		"p95 of 1,000 requests, 91 % worse":    {"p95-latency>5%", series("p95-latency-ns", around(5e6, 10), around(9.55e6, 10), 1000), nil, bench.Unusable, bench.ByAdvisory},
		"p95 of 1,000 requests, an amount":     {"p95-latency>1ms", series("p95-latency-ns", around(5e6, 10), around(9.55e6, 10), 1000), nil, bench.Unusable, bench.ByAdvisory},
		"p95 of 1,000 requests, of an arm":     {"p95-latency@new>5%", series("p95-latency-ns", around(5e6, 10), around(9.55e6, 10), 1000), nil, bench.Unusable, bench.ByAdvisory},
		"p95 of 1,000 requests, any change":    {"p95-latency>0", series("p95-latency-ns", around(5e6, 10), around(9.55e6, 10), 1000), nil, bench.Unusable, bench.ByAdvisory},
		"p95 of 1,000 requests, healthy":       {"p95-latency>5%", series("p95-latency-ns", around(5e6, 10), around(5e6, 10), 1000), nil, bench.Unusable, bench.ByAdvisory},
		"p95 of 2,000 requests, 91 % worse":    {"p95-latency>5%", series("p95-latency-ns", around(5e6, 10), around(9.55e6, 10), 2000), nil, bench.Failed, bench.ByEffect},
		"p95 of 2,000 requests, healthy":       {"p95-latency>5%", series("p95-latency-ns", around(5e6, 10), around(5e6, 10), 2000), nil, bench.Passed, ""},
		"p95 of 2,000 requests, of an arm":     {"p95-latency@new>1ms", series("p95-latency-ns", around(5e6, 10), around(9.55e6, 10), 2000), nil, bench.Failed, bench.ByEffect},
		"three rounds":                         {"ns/op>5%", series("ns/op", around(5e6, 3), around(50e6, 3), many), nil, bench.Unusable, bench.ByShortage},
		"no interval of the level":             {"ns/op>5%", series("ns/op", around(5e6, 7), around(50e6, 7), many), func(q *bench.Query) { q.Confidence = 0.9999 }, bench.Unusable, bench.ByShortage},
		"no interval of any level":             {"ns/op>5%", series("ns/op", around(5e6, 7), around(50e6, 7), many), func(q *bench.Query) { q.Confidence = 1 }, bench.Unusable, bench.ByShortage},
		"an interval of the level":             {"ns/op>5%", series("ns/op", around(5e6, 16), around(50e6, 16), many), func(q *bench.Query) { q.Confidence = 0.9999 }, bench.Failed, bench.ByEffect},
		"values below zero":                    {"drift>5%", better + series("drift", around(-5, 10), around(50, 10), many), nil, bench.Unusable, bench.ByOddity},
		"from zero":                            {"allocs/op>0", series("allocs/op", make([]float64, 10), around(50, 10), many), nil, bench.Failed, bench.ByEffect},
		"zero":                                 {"allocs/op>0", series("allocs/op", make([]float64, 10), make([]float64, 10), many), nil, bench.Passed, ""},
		"a rate that cannot fall by so much":   {"ops/s>2k", series("ops/s", around(1000, 10), around(500, 10), many), nil, bench.Unusable, bench.ByBound},
		"a rate that fell to nothing":          {"ops/s>900", series("ops/s", around(1000, 10), around(1, 10), many), nil, bench.Failed, bench.ByEffect},
		"a rate that is nothing already":       {"ops/s>0", series("ops/s", make([]float64, 10), make([]float64, 10), many), nil, bench.Unusable, bench.ByBound},
		"exact values that differ":             {"size-bytes>0", "Unit size-bytes assume=exact better=lower\n" + series("size-bytes", around(5, 10), around(6, 10), many), nil, bench.Unusable, bench.ByInexact},
		"a level of p99 of 100 requests":       {"p99-latency<20ms", series("p99-latency-ns", around(5e6, 10), around(5e6, 10), 100), nil, bench.Unusable, bench.ByAdvisory},
		"a level of p99 of 100, missed":        {"p99-latency<2ms", series("p99-latency-ns", around(5e6, 10), around(5e6, 10), 100), nil, bench.Failed, bench.ByLevel},
		"a level of p99 of 1,000 requests":     {"p99-latency<20ms", series("p99-latency-ns", around(5e6, 10), around(5e6, 10), 1000), nil, bench.Passed, ""},
		"a level of two runs":                  {"p99-latency@new<20ms", series("p99-latency-ns", around(5e6, 2), around(5e6, 2), many), nil, bench.Unusable, bench.ByLevelOfFew},
		"a level of two runs, at 50 %":         {"p99-latency@new<20ms", series("p99-latency-ns", around(5e6, 2), around(5e6, 2), many), func(q *bench.Query) { q.Confidence = 0.5 }, bench.Passed, ""},
		"a level of the baseline":              {"ns/op@old<20ms", series("ns/op", around(5e6, 10), around(5e6, 10), many), nil, bench.Unusable, bench.ByNothing},
		"a level of an arm, kept":              {"ns/op@new<20ms", series("ns/op", around(5e6, 10), around(5e6, 10), many), nil, bench.Passed, ""},
		"a level of an arm, missed":            {"ns/op@new<2ms", series("ns/op", around(5e6, 10), around(5e6, 10), many), nil, bench.Failed, bench.ByLevel},
		"a gate on the baseline":               {"ns/op@old>5%", series("ns/op", around(5e6, 10), around(50e6, 10), many), nil, bench.Unusable, bench.ByNothing},
		"a gate that names what only explains": {"max-latency>5%", series("max-latency-ns", around(5e6, 10), around(50e6, 10), many), nil, bench.Failed, bench.ByEffect},
	} {
		parse := bench.ParseFailOn
		if strings.Contains(row.gate, "<") {
			parse = bench.ParseSLO
		}
		gate, err := parse(row.gate)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		query := bench.DefaultQuery()
		query.Col = "/arm@(old new)"
		if row.query != nil {
			row.query(&query)
		}
		report := judge(t, query, bench.Policy{Gates: []bench.Gate{gate}}, row.text)
		outcome, cause := report.Outcome(false)
		var reason bench.GateReason
		if cause.Check != nil {
			reason = cause.Check.Reason
		}
		if outcome != row.want || reason != row.reason {
			t.Errorf("%s: %s (%s), want %s (%s): %+v", name, outcome, reason, row.want, row.reason, report.Gates[0].Checks)
		}
		if reason == bench.ByNothing && (cause.Check.Row != -1 || cause.Check.Col != -1) {
			t.Errorf("%s: nothing is at %d, %d", name, cause.Check.Row, cause.Check.Col)
		}
	}
}

// TestGatesOnWhatIsMissing: the arm "part" lacks a benchmark that the baseline
// has. A gate that is about it, by name or in general, is no pass; one about
// another arm or benchmark does not ask.
func TestGatesOnWhatIsMissing(t *testing.T) {
	text := ""
	for _, v := range around(5, 10) {
		text += fmt.Sprintf("BenchmarkX/arm=part 100 %g ns/op\n", v)
	}
	for _, benchmark := range []string{"X", "Y"} {
		for _, arm := range []string{"old", "new"} {
			for _, v := range around(5, 10) {
				text += fmt.Sprintf("Benchmark%s/arm=%s 100 %g ns/op\n", benchmark, arm, v)
			}
		}
	}
	query := bench.DefaultQuery()
	query.Col = "/arm@(old new part)"
	for gate, rows := range map[string]int{"ns/op>5%": 1, "ns/op@part>5%": 1, "ns/op@Y>5%": 1, "ns/op@X>5%": 0, "ns/op@new>5%": 0} {
		report, err := tryJudge(t, query, gated(t, gate), text)
		if err != nil {
			t.Errorf("%s: %v", gate, err)
			continue
		}
		missing := 0
		for _, c := range report.Gates[0].Checks {
			if c.Reason != bench.ByAbsence {
				continue
			}
			missing++
			if c.Outcome != bench.Unusable || c.Col != -1 || c.Column != "part" {
				t.Errorf("%s: got %+v", gate, c)
			}
		}
		if missing != rows || (report.Gates[0].Outcome == bench.Unusable) != (rows > 0) {
			t.Errorf("%s: %d rows are missing, want %d; the gate is %s", gate, missing, rows, report.Gates[0].Outcome)
		}
	}
}

// TestVacuousGates: no result at all would make these fail.
func TestVacuousGates(t *testing.T) {
	text := series("ops/s", around(1000, 10), around(1000, 10), 20_000) + series("errors/op", make([]float64, 10), make([]float64, 10), 20_000)
	for _, row := range []struct {
		parse    func(string) (bench.Gate, error)
		gate     string
		vacuous  bool
		complain string
	}{
		{bench.ParseFailOn, "ops/s>100%", true, "more than 100 %"},
		{bench.ParseFailOn, "ops/s>99%", false, ""},
		{bench.ParseFailOn, "errors/op>200%", false, ""}, // three times as many
		{bench.ParseFailOn, "errors/op>1", true, "all requests"},
		{bench.ParseFailOn, "errors/op>0.9", false, ""},
		{bench.ParseSLO, "errors/op<=100%", true, "all requests"},
		{bench.ParseSLO, "errors/op<150%", true, "all requests"},
		{bench.ParseSLO, "errors/op<100%", false, ""},
		{bench.ParseSLO, "ops/s>=0", true, "never below 0"},
		{bench.ParseSLO, "ops/s>0", false, ""},
		{bench.ParseSLO, "ops/s>-1", true, "never below 0"},
		{bench.ParseSLO, "ops/s<-1", false, ""}, // which always fails
	} {
		gate, err := row.parse(row.gate)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tryJudge(t, byArm(), bench.Policy{Gates: []bench.Gate{gate}}, text)
		if row.vacuous != (err != nil) || err != nil && !strings.Contains(err.Error(), row.complain) {
			t.Errorf("%s: %v", row.gate, err)
		}
	}
}

// TestExcludedRunsGetNoVerdict: what a caller knows of the runs keeps a large
// difference from being a verdict, and a gate on it from passing or failing.
func TestExcludedRunsGetNoVerdict(t *testing.T) {
	text := series("capacity-ops/s", around(1000, 10), around(500, 10), 1) + series("ns/op", around(5, 10), around(50, 10), 1)
	policy := gated(t, "capacity-ops/s>5%")
	query := byArm()
	query.Col = "/arm@(old new)"
	for _, e := range []bench.Exclusion{
		{Code: bench.GeneratorLimit, Part: "arm=old", Unit: "capacity-ops/s", Runs: 1, All: 10},
		{Code: bench.GeneratorLimit, Source: "a", Unit: "capacity-ops/s", Runs: 1, All: 10},
	} {
		policy.Exclusions = []bench.Exclusion{e}
		report := judge(t, query, policy, text)
		if g := only(t, report, "capacity-ops/s"); g.Verdict != bench.Inconclusive || g.Excluded == nil || report.Gates[0].Outcome != bench.Unusable {
			t.Errorf("%+v: %s, gate %s", e, g.Verdict, report.Gates[0].Outcome)
		}
		if g := only(t, report, "sec/op"); g.Verdict != bench.Regressed {
			t.Errorf("%+v: another unit is %s", e, g.Verdict)
		}
	}
	for _, e := range []bench.Exclusion{
		{Part: "arm=ol", Unit: "capacity-ops/s"}, {Source: "b", Unit: "capacity-ops/s"}, {Part: "arm=old", Unit: "ops/s"},
	} {
		policy.Exclusions = []bench.Exclusion{e}
		report := judge(t, query, policy, text)
		if g := only(t, report, "capacity-ops/s"); g.Verdict != bench.Regressed || report.Gates[0].Outcome != bench.Failed {
			t.Errorf("%+v concerns others: %s, gate %s", e, g.Verdict, report.Gates[0].Outcome)
		}
	}
}
