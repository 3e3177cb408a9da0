package benchreport_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

// TestManyDoubtsOfAKindAreCounted: what nobody reads to its end is cut, with
// the number of what is left out, in its place.
func TestManyDoubtsOfAKindAreCounted(t *testing.T) {
	r := judged(t, lines("X", "ns/op", 1, 2, 3, 4, 5, 6), lines("X", "ns/op", 1, 2, 3, 4, 5, 6))
	r.Warnings = nil
	for i := range 12 {
		r.Warnings = append(r.Warnings, bench.Warning{Code: bench.WarnMissing, Missing: &bench.Absence{Row: fmt.Sprint("M", i), Column: "new", Units: []bench.AbsentUnit{{Unit: "B/op"}}}})
	}
	for range 7 {
		r.Warnings = append(r.Warnings, bench.Warning{Code: bench.WarnTrend, Series: &bench.Series{Table: r.Judged[0], Col: 1, Tau: 1}})
	}
	r.Warnings = append(r.Warnings, bench.Warning{Code: bench.WarnSequential, Blocks: &bench.Blocks{Old: "old", New: "new", Row: "X"}})
	r.Doubts = []benchreport.Doubt{{Code: benchreport.DoubtUnlike, Text: "two hosts"}}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(text.String()) {
		if said, ok := strings.CutPrefix(line, "warning: "); ok {
			got = append(got, said)
		}
	}
	if len(got) != 1+10+1+5+1+1 || got[0] != "two hosts\n" || got[11] != "and 2 more benchmarks are missing\n" || got[17] != "and 2 more of this kind\n" {
		t.Errorf("got %q", got)
	}
}

// TestAFigureIsWrittenAlikeInEveryFormat: the same change, interval and p-value.
func TestAFigureIsWrittenAlikeInEveryFormat(t *testing.T) {
	r := judged(t, lines("X", "ns/op", 100, 101, 102, 103, 104, 105, 106, 107, 108, 109), lines("X", "ns/op", 210, 211, 212, 214, 213, 215, 216, 217, 218, 219))
	for _, row := range []struct {
		name  string
		write func(*strings.Builder) error
		want  []string
	}{
		{"text", func(b *strings.Builder) error { return r.WriteText(b) }, []string{"×2.05 [×2.00, ×2.11]", "p < 0.0001", "104.5 ns → 214.5 ns"}},
		{"markdown", func(b *strings.Builder) error { return r.WriteMarkdown(b) }, []string{`×2.05 \[×2.00, ×2.11\]`, "p &lt; 0.0001", "104.5 ns → 214.5 ns"}},
		{"html", func(b *strings.Builder) error { return r.WriteHTML(b) }, []string{"×2.05 [×2.00, ×2.11]", "p &lt; 0.0001", "104.5 ns → 214.5 ns"}},
	} {
		var b strings.Builder
		if err := row.write(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range row.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s lacks %s:\n%s", row.name, want, b.String())
			}
		}
	}
}

// TestErrorsOfOneSideAreCounted: how many runs have them, as the medians show none.
func TestErrorsOfOneSideAreCounted(t *testing.T) {
	with := strings.Repeat("BenchmarkX 1 0 errors/op\n", 7) + strings.Repeat("BenchmarkX 1 0.05 errors/op\n", 3)
	without := strings.Repeat("BenchmarkX 1 0 errors/op\n", 10)
	for _, row := range []struct{ old, new, want, side string }{
		{without, with, "new has errors in 3 of 10 runs, 1.5 % of its requests on average; old has none", `"side": "new"`},
		{with, without, "old has errors in 3 of 10 runs, 1.5 % of its requests on average; new has none", `"side": "old"`},
		{with, with, "", ""},
		{without, without, "", ""},
	} {
		report := judged(t, row.old, row.new)
		var text, js strings.Builder
		if err := errors.Join(report.WriteText(&text), report.WriteJSON(&js)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), row.want) || strings.Contains(text.String(), "has errors in") != (row.want != "") {
			t.Errorf("want %q in\n%s", row.want, text.String())
		}
		if !strings.Contains(js.String(), row.side) || strings.Contains(js.String(), "errors_of_one_side") != (row.side != "") {
			t.Errorf("want %q in\n%s", row.side, js.String())
		}
	}
}
