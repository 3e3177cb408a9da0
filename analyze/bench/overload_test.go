package bench_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// sameRounds are eight rounds of two arms that do not differ; flagged says which arms
// were overloaded in every second round.
func sameRounds(flagged ...string) string {
	var b strings.Builder
	for round := range 8 {
		for _, arm := range []string{"old", "new"} {
			flag := ""
			if round%2 == 0 && strings.Contains(strings.Join(flagged, " "), arm) {
				flag = " 1 overloaded"
			}
			fmt.Fprintf(&b, "BenchmarkHTTP/arm=%s 20000 %d ns/op %d p95-latency-ns %d B/op%s\n", arm, 100_000+round, 200_000+round, 3000+round, flag)
		}
	}
	return b.String()
}

// TestOverloadedRunsAreNotAlike plants overload: equal latencies are no verdict, and
// memory, which does not wait in a queue, is.
func TestOverloadedRunsAreNotAlike(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		flagged  []string
		latency  bench.Verdict
		warnings int
	}{
		{"healthy", nil, bench.Equivalent, 0},
		{"one arm", []string{"new"}, bench.Inconclusive, 1},
		{"both arms", []string{"old", "new"}, bench.Inconclusive, 2},
	} {
		report := judge(t, bench.Query{Col: "/arm"}, bench.Policy{}, sameRounds(row.flagged...))
		for unit, want := range map[string]bench.Verdict{"sec/op": row.latency, "p95-latency-sec": row.latency, "B/op": bench.Equivalent} {
			if g := only(t, report, unit); g.Verdict != want {
				t.Errorf("%s: %s is %s, want %s", row.name, unit, g.Verdict, want)
			}
		}
		found := 0
		for _, w := range report.Warnings {
			switch w.Code {
			case bench.WarnOverload:
				if found++; w.Overload.Runs != 4 || w.Overload.Of != 8 || w.Overload.Row != "HTTP" {
					t.Errorf("%s: got %+v", row.name, *w.Overload)
				}
			case bench.WarnMissing, bench.WarningCode(bench.NoteNoBaseline):
				t.Errorf("%s: got the warning %s", row.name, w.Code)
			}
		}
		if found != row.warnings {
			t.Errorf("%s: %d warnings of overload, want %d", row.name, found, row.warnings)
		}
	}
}

// TestGatesDoNotPassOnOverload: latencies within the bound keep no gate if a queue
// still grew, and those beyond it fail as ever.
func TestGatesDoNotPassOnOverload(t *testing.T) {
	t.Parallel()
	overloaded, healthy := []string{"old", "new"}, []string(nil)
	for _, row := range []struct {
		gate    string
		parse   func(string) (bench.Gate, error)
		flagged []string
		want    bench.Outcome
		reason  bench.GateReason
	}{
		{"ns/op>5%", bench.ParseFailOn, healthy, bench.Passed, ""},
		{"ns/op>5%", bench.ParseFailOn, overloaded, bench.Undecided, bench.ByOverload},
		{"B/op>5%", bench.ParseFailOn, overloaded, bench.Passed, ""},
		{"p95-latency<1ms", bench.ParseSLO, healthy, bench.Passed, ""},
		{"p95-latency<1ms", bench.ParseSLO, overloaded, bench.Undecided, bench.ByOverload},
		{"p95-latency<1us", bench.ParseSLO, overloaded, bench.Failed, bench.ByLevel},
		{"B/op<1MiB", bench.ParseSLO, overloaded, bench.Passed, ""},
	} {
		gate, err := row.parse(row.gate)
		if err != nil {
			t.Fatal(err)
		}
		report := judge(t, bench.Query{Col: "/arm"}, bench.Policy{Gates: []bench.Gate{gate}}, sameRounds(row.flagged...))
		result := report.Gates[0]
		if result.Outcome != row.want || result.Checks[0].Reason != row.reason {
			t.Errorf("%s with overload in %v: %s (%s), want %s (%s)", row.gate, row.flagged, result.Outcome, result.Checks[0].Reason, row.want, row.reason)
		}
	}
}

// TestMoreOverloadedRunsDecideNothing: of scattered runs that seem alike, more would
// find them equal; not if a queue grew in them.
func TestMoreOverloadedRunsDecideNothing(t *testing.T) {
	t.Parallel()
	for flag, hopeful := range map[string]bool{"": true, " 1 overloaded": false} {
		var b strings.Builder
		for round := range 8 {
			for i, arm := range []string{"old", "new"} {
				scatter := []int{0, 18, 7, 25}[(round+2*i)%4] * 1000
				fmt.Fprintf(&b, "BenchmarkHTTP/arm=%s 20000 %d ns/op%s\n", arm, 100_000+scatter, flag)
			}
		}
		g := only(t, judge(t, bench.Query{Col: "/arm"}, bench.Policy{}, b.String()), "sec/op")
		if g.Verdict != bench.Inconclusive || g.Runs > 0 != hopeful {
			t.Errorf("with %q: %s, %d runs would decide", flag, g.Verdict, g.Runs)
		}
	}
}
