package benchreport_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

// TestEveryCodeHasASentence: a code of the rooms below that nobody words would
// be an empty line in a report.
func TestEveryCodeHasASentence(t *testing.T) {
	table := judged(t, lines("X", "ns/op", 1, 2, 3), lines("X", "ns/op", 2, 3, 4)).Judged[0]
	judgement := table.Judgements[0][1]
	judgement.Excluded = &bench.Exclusion{Code: bench.GeneratorLimit, Part: "arm=new", Unit: "capacity-ops/s", Runs: 3, All: 10}
	judgement.Effect.Note = stat.Negative
	few := &bench.Shortage{Old: 3, New: 3, Family: 2, Need: 7}
	absent := &bench.Absence{Row: "X", Column: "new", Units: []bench.AbsentUnit{{Unit: "B/op"}}}
	note := bench.Note{Unit: "sec/op", Row: "X", Rows: 2, Names: []string{"a", "b"}, Baseline: "old", Stem: "X", Key: "/step", Values: 8, Below: 1, Above: 2, Better: 9}
	var said []string
	say := func(what, text string) {
		t.Helper()
		if text == "" || strings.Contains(text, "%!") || strings.Contains(text, "--") {
			t.Errorf("%s is worded as %q", what, text)
		}
		for _, before := range said {
			if text == before {
				t.Errorf("%s is worded like another one: %s", what, text)
			}
		}
		said = append(said, text)
	}
	for _, code := range bench.WarningCodes() {
		w := bench.Warning{Code: code}
		switch code {
		case bench.WarnMissing:
			w.Missing = absent
		case bench.WarnFewRuns:
			w.Few = few
		case bench.WarnOverload:
			w.Overload = &bench.Overload{Row: "X", Column: "new", Runs: 3, Of: 5}
		case bench.WarnSequential:
			w.Blocks = &bench.Blocks{Old: "old", New: "new", Row: "X"}
		case bench.WarnTrend:
			w.Series = &bench.Series{Table: table, Col: 1, Tau: 0.9}
			say("trend of neighbours", benchreport.Warning(bench.Warning{Code: code, Series: &bench.Series{Table: table, Col: 1, Lag1: 0.9}}))
		default:
			n := note
			n.Code = bench.NoteCode(code)
			w.Note = &n
		}
		say("warning "+string(code), benchreport.Warning(w))
	}
	said = nil
	for _, code := range []bench.AdvisoryCode{bench.TooFewRequests, bench.Explanatory} {
		say("advisory "+string(code), benchreport.Advisory(bench.Advisory{Code: code, Need: 2000, Least: 100}, "p95-latency-sec"))
	}
	said = nil
	for _, oddity := range append(stat.Oddities(), bench.NotExact) {
		say("oddity "+string(oddity), benchreport.Oddity(oddity))
	}
	said = nil
	for _, reason := range bench.GateReasons() {
		say("gate reason "+string(reason), benchreport.Check(bench.GateCheck{
			Table: table, Reason: reason, Judgement: judgement, Few: few, Column: "new",
			Advisory: bench.Advisory{Code: bench.Explanatory}, Level: &bench.Level{Center: 1, Low: 1, High: 2, Runs: 3},
		}))
	}
	said = nil
	for _, code := range bench.ExclusionCodes() {
		say("exclusion "+string(code), benchreport.Exclusion(&bench.Exclusion{Code: code, Part: "arm=new", Unit: "capacity-ops/s", Runs: 3, All: 10}))
	}
	queued := *judgement
	queued.Queued, queued.Runs = true, 16
	say("a queue that grew", benchreport.Check(bench.GateCheck{Table: table, Outcome: bench.Undecided, Reason: bench.ByEffect, Judgement: &queued}))
	said = nil
	say("no interval", benchreport.Check(bench.GateCheck{Table: table, Reason: bench.ByShortage, Few: &bench.Shortage{Old: 7, New: 7, Family: 1, Need: 15, Confidence: 0.9999}}))
	said = nil
	check := &bench.GateCheck{Table: table, Row: -1, Col: -1, Outcome: bench.Unusable, Reason: bench.ByNothing}
	for _, code := range bench.CauseCodes() {
		say("cause "+string(code), benchreport.Why(bench.Cause{Code: code, Gate: &bench.GateResult{Gate: bench.Gate{Text: "sec/op>5%"}, Outcome: bench.Unusable}, Check: check, Missing: absent, Count: 2}))
	}
	say("no noise floor", benchreport.Unbounded(bench.Unbounded{Unit: "sec/op", Row: "X"}))
}

// TestNothingToSay: what passed, or was not asked, has no sentence.
func TestNothingToSay(t *testing.T) {
	for _, row := range []struct{ name, text string }{
		{"warning", benchreport.Warning(bench.Warning{})},
		{"note", benchreport.Note(bench.Note{})},
		{"advisory", benchreport.Advisory(bench.Advisory{}, "sec/op")},
		{"oddity", benchreport.Oddity("")},
		{"exclusion", benchreport.Exclusion(nil)},
		{"check", benchreport.Check(bench.GateCheck{Outcome: bench.Passed})},
		{"cause", benchreport.Why(bench.Cause{})},
		{"runs", benchreport.RunsToDecide(&bench.Judgement{})},
	} {
		if row.text != "" {
			t.Errorf("%s: got %q", row.name, row.text)
		}
	}
}
