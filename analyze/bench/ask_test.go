package bench_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

func tablesOf(t *testing.T, query bench.Query, text string) *bench.Tables {
	t.Helper()
	set, err := bench.Read(bench.Input{Label: "a", Path: "a.txt", Reader: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := query.Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// TestAskSaysWhatJudgeSays: the questions that Judge asks by itself have the
// same answers when they are asked one by one.
func TestAskSaysWhatJudgeSays(t *testing.T) {
	slower := quiet("new")
	slower.p95 *= 1.10
	for _, row := range []struct {
		name   string
		policy bench.Policy
		text   string
	}{
		{"rounds", bench.Policy{}, inRounds(91, 10, quiet("old"), slower, quiet("other"))},
		{"few rounds", bench.Policy{}, inRounds(92, 6, quiet("old"), slower, quiet("other"))},
		{"unpaired", bench.Policy{Pairing: bench.Unpaired}, inRounds(93, 10, quiet("old"), slower)},
		{"equal machine speed", bench.Policy{}, "Unit cpu-ns/op better=lower\n" + atSpeed(10, 3, 1.08)},
		{"a higher minimum effect", bench.Policy{MinEffect: 0.2}, inRounds(94, 10, quiet("old"), slower)},
	} {
		t.Run(row.name, func(t *testing.T) {
			tables := tablesOf(t, byArm(), row.text)
			report, err := bench.Judge(tables, row.policy)
			if err != nil {
				t.Fatal(err)
			}
			var questions []bench.Question
			var want []*bench.Judgement
			for _, table := range report.Judged {
				for col, g := range table.Judgements[0] {
					if table.Gated && g != nil {
						questions = append(questions, bench.Question{Unit: table.Unit, From: table.Cols[0].Label, To: table.Cols[col].Label})
						want = append(want, g)
					}
				}
			}
			answers, family := bench.Ask(tables, questions, row.policy)
			if family != report.Family || len(answers) != len(want) {
				t.Fatalf("got %d answers, family %d, want %d and %d", len(answers), family, len(want), report.Family)
			}
			for i, a := range answers {
				got, want := *a.Judgement, *want[i]
				if math.IsNaN(got.PHolm) && math.IsNaN(want.PHolm) { // which equals nothing
					got.PHolm, want.PHolm = 0, 0
				}
				if a.Err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%+v: got %+v, %v, want %+v", a.Question, got, a.Err, want)
				}
			}
		})
	}
}

// TestAskAboutAnyTwoColumns: neither need be the baseline, units may be as
// written, and what cannot be answered is said.
func TestAskAboutAnyTwoColumns(t *testing.T) {
	slower := quiet("slow")
	slower.p95 *= 1.5
	tables := tablesOf(t, byArm(), inRounds(95, 10, quiet("old"), slower, quiet("last")))
	answers, family := bench.Ask(tables, []bench.Question{
		{Unit: "p95-latency-ns", From: "slow", To: "last"},
		{Unit: "p95-latency-ns", From: "last", To: "slow"},
		{Unit: "p95-latency-ns", From: "last", To: "nowhere"},
		{Unit: "widgets", From: "last", To: "slow"},
	}, bench.Policy{Pairing: bench.Paired})
	if family != 2 {
		t.Errorf("got a family of %d, want the two that can be tested", family)
	}
	for i, want := range []bench.Verdict{bench.Improved, bench.Regressed} {
		if g := answers[i].Judgement; g == nil || g.Verdict != want || g.Test != bench.SignFlipTest || answers[i].Table.Unit != "p95-latency-sec" {
			t.Errorf("%+v: got %+v, want %s", answers[i].Question, g, want)
		}
	}
	for _, a := range answers[2:] {
		if a.Judgement != nil || a.Err != nil {
			t.Errorf("%+v: got %+v, %v", a.Question, a.Judgement, a.Err)
		}
	}
	one := tablesOf(t, byArm(), inRounds(96, 1, quiet("old"), quiet("new")))
	answers, family = bench.Ask(one, []bench.Question{{Unit: "p95-latency-ns", From: "old", To: "new"}}, bench.Policy{Pairing: bench.Paired})
	if family != 0 || !errors.Is(answers[0].Err, bench.ErrUnpairable) || answers[0].Judgement != nil {
		t.Errorf("one round is no pair: got %+v, family %d", answers[0], family)
	}
}

// TestZeroMeansDefault: nobody needs a constructor.
func TestZeroMeansDefault(t *testing.T) {
	if got := (bench.Query{}).Literally(); got.Table != bench.NoKeys || got.Row != bench.NoKeys || got.Col != bench.NoKeys || got.Alpha != bench.Never || got.Confidence != bench.Never {
		t.Errorf("literally nothing: got %+v", got)
	}
	full := bench.DefaultQuery()
	if full.Literally() != full {
		t.Errorf("a filled query is literal, got %+v", full.Literally())
	}
	text := "pkg: x\n" + lines("X", "ns/op", 1, 2) + "pkg: y\n" + lines("X", "ns/op", 3, 4)
	for _, row := range []struct {
		name   string
		query  bench.Query
		tables int
	}{
		{"zero", bench.Query{}, 2}, {"default", bench.DefaultQuery(), 2}, {"no keys", bench.Query{Table: bench.NoKeys}, 1},
	} {
		tables := tablesOf(t, row.query, text)
		if len(tables.Tables) != row.tables {
			t.Errorf("%s: got %d tables, want %d", row.name, len(tables.Tables), row.tables)
		}
		if q := tables.Query; q.Alpha != 0.05 || q.Confidence != 0.95 || q.Filter != "*" || q.Row != ".fullname" {
			t.Errorf("%s: the query is not filled in: %+v", row.name, q)
		}
	}
	tables := tablesOf(t, byArm(), inRounds(97, 10, quiet("old"), quiet("new")))
	for _, row := range []struct {
		policy bench.Policy
		least  float64
	}{
		{bench.Policy{}, 0.05}, {bench.Policy{MinEffect: 0.01}, 0.01}, {bench.Policy{MinEffect: bench.AnyEffect}, 0},
	} {
		report, err := bench.Judge(tables, row.policy)
		if err != nil || report.Policy.MinEffect != row.least || report.Judged[0].MinEffect != row.least {
			t.Errorf("%+v: got %+v, %v", row.policy, report.Policy, err)
		}
		if p := report.Policy; p.Pairing != bench.PairAuto || p.Seed != bench.DefaultSeed {
			t.Errorf("%+v: the policy is not filled in: %+v", row.policy, p)
		}
	}
}

// TestNoPValueIsLowEnoughForNever: a level of 0 lets nothing count.
func TestNoPValueIsLowEnoughForNever(t *testing.T) {
	slower := quiet("new")
	slower.p95 *= 2
	query := byArm()
	query.Alpha = bench.Never
	report := judge(t, query, bench.Policy{}, inRounds(98, 10, quiet("old"), slower))
	if g := only(t, report, "p95-latency-sec"); g.Verdict != bench.Inconclusive {
		t.Errorf("got %s at alpha 0", g.Verdict)
	}
	if !slices.Contains(bench.WarningCodes(), bench.WarnFewRuns) || warningCodes(report)[bench.WarnFewRuns] == 0 {
		t.Error("no warning that nothing can be found")
	}
}
