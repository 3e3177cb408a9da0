package bench

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/turns"
)

// TestColumnNames: spreadsheets count A to Z, AA to AZ, and so on.
func TestColumnNames(t *testing.T) {
	for col, want := range map[int]string{0: "A", 1: "B", 25: "Z", 26: "AA", 27: "AB", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := columnName(col); got != want {
			t.Errorf("column %d is %q, want %q", col, got, want)
		}
	}
	for col, want := range []int{1, 3, 7, 11} { // label, then value and CI, then four each
		if got := csvColumn(col); got != want {
			t.Errorf("arm %d begins in column %d, want %d", col, got, want)
		}
	}
	if row := extend([]string{"x"}, 3); !slices.Equal(row, []string{"x", "", ""}) || len(extend(row, 2)) != 3 {
		t.Errorf("extended to %q", row)
	}
}

func TestDirectFigures(t *testing.T) {
	for _, row := range []struct{ before, after, want float64 }{{2, 3, 1.5}, {3, 2, 2.0 / 3}, {0, 0, 1}, {4, 4, 1}, {0, 2, math.Inf(1)}, {2, 0, 0}} {
		if got := quotient(row.before, row.after); got != row.want {
			t.Errorf("from %v to %v is %v, want %v", row.before, row.after, got, row.want)
		}
	}
	if got := average([]float64{1, 2, 6}); got != 3 {
		t.Errorf("the average of 1, 2 and 6 is %v", got)
	}
}

// TestRequestsBehindAPercentile: a hundred requests beyond it.
func TestRequestsBehindAPercentile(t *testing.T) {
	for unit, want := range map[string]int{
		"p95-latency-sec": 2000, "p99-latency-sec": 10_000, "p90-latency-sec": 1000, "p75-latency-sec": 400, "p99.9-latency-sec": 100_000, "p999-latency-sec": 100_000,
		"p9999-latency-sec": 1_000_000, "p51-latency-sec": 204, "P95-x": 2000, "x_p95": 2000, "p95/op": 2000,
		"p50-latency-sec": 0, "p05-latency-sec": 0, "p100-latency-sec": 0, "mean-latency-sec": 0, "ap95-latency": 0, "p95ms": 0, "p9-latency": 0,
	} {
		if got := RequestsFor(unit); got != want {
			t.Errorf("%s needs %d requests, want %d", unit, got, want)
		}
	}
}

func TestRoundsOfACell(t *testing.T) {
	for _, row := range []struct {
		rounds []int
		ok     bool
	}{{nil, false}, {[]int{1, 2, 3}, true}, {[]int{1, 1, 2}, false}, {[]int{2, 1, 3}, false}, {[]int{4, 7, 9}, true}} {
		c := &Cell{Rounds: row.rounds, Values: []float64{5, 6, 7}, Results: []int{10, 11, 12}}
		runs, ok := byRound(c)
		if ok != row.ok || ok && (len(runs) != 3 || runs[2] != turns.Run{Round: row.rounds[2], Line: 12, Value: 7}) {
			t.Errorf("rounds %v: %v, %v", row.rounds, runs, ok)
		}
	}
}

// tablesOf reads a text, one table per unit, arms as columns.
func tablesOf(t *testing.T, text string) *Tables {
	t.Helper()
	set, err := Read(Input{Label: "a", Reader: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	query := DefaultQuery()
	query.Col = "/arm"
	tables, err := query.Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// TestCalibrateNamesTheLargest: the floor is that of the benchmark that scatters
// most, and says of how many runs.
func TestCalibrateNamesTheLargest(t *testing.T) {
	var text strings.Builder
	for _, v := range []string{"100", "101", "99", "100", "102", "98"} {
		text.WriteString("BenchmarkQuiet/arm=a 1 " + v + " sec/op\n")
	}
	one := text.String()
	for _, v := range []string{"100", "200", "50", "100", "300", "30"} {
		text.WriteString("BenchmarkLoud/arm=a 1 " + v + " sec/op\n")
	}
	noise, _ := Calibrate(tablesOf(t, text.String()), 1)
	if len(noise.Floors) != 1 || !strings.HasPrefix(noise.Floors[0].Largest, "Loud") || noise.Floors[0].Runs != 6 || noise.Floors[0].Change < .5 {
		t.Errorf("two benchmarks: %+v", noise.Floors)
	}
	noise, _ = Calibrate(tablesOf(t, one), 1)
	if len(noise.Floors) != 1 || noise.Floors[0].Largest != "" || noise.Floors[0].Change > .05 || noise.Floors[0].Change <= 0 {
		t.Errorf("one benchmark: %+v", noise.Floors)
	}
	var rounds strings.Builder
	for range 5 {
		rounds.WriteString("BenchmarkX/arm=a 1 100 sec/op\nBenchmarkX/arm=b 1 100 sec/op\n")
	}
	noise, _ = Calibrate(tablesOf(t, rounds.String()), 1)
	if len(noise.Floors) != 1 || noise.Floors[0].Runs != 10 || noise.Floors[0].Change != 0 {
		t.Errorf("five rounds of two arms: %+v", noise.Floors)
	}
	noise, _ = Calibrate(tablesOf(t, "goos: linux\ncpu: old\nBenchmarkX 1 100 sec/op\ncpu: new\nBenchmarkX 1 101 sec/op\nBenchmarkX 1 102 sec/op\nBenchmarkX 1 99 sec/op\n"), 1)
	if _, ok := noise.Config["cpu"]; ok || noise.Config["goos"] != "linux" {
		t.Errorf("one system and two processors: %v, want goos alone", noise.Config)
	}
	noise, skipped := Calibrate(tablesOf(t, "BenchmarkX/arm=a 1 100 sec/op\n"), 1)
	if len(noise.Floors) != 0 || len(skipped) != 1 {
		t.Errorf("one run: %+v, skipped %v", noise.Floors, skipped)
	}
}

func TestGateTexts(t *testing.T) {
	for _, row := range []struct {
		parse func(string) (Gate, error)
		text  string
		want  string // of the error; "" for none
	}{
		{ParseSLO, "errors/op<0%", ""}, {ParseSLO, "errors/op<1%", ""}, {ParseSLO, "errors/op<-1%", "the bound is negative"},
		{ParseSLO, "p95-latency<5%", "a share is not a valid bound"}, {ParseSLO, "p95-latency<5ms", ""},
		{ParseSLO, "<5ms", "is not of the form"}, {ParseSLO, "p95", "is not of the form"}, {ParseSLO, "x<1ms", ""},
		{ParseFailOn, "x>0", ""}, {ParseFailOn, "x>0%", ""}, {ParseFailOn, "x>-1%", "the bound is negative"}, {ParseFailOn, "x<1%", "write METRIC>BOUND"},
	} {
		_, err := row.parse(row.text)
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.text, err, row.want)
		}
	}
	table := &Table{Rows: []Key{{Label: "Draw"}, {Label: "Verify"}}, Cols: []Key{{Label: "old"}, {Label: "new"}}}
	for _, row := range []struct {
		where    string
		row, col int
		want     bool
	}{{"", 0, 1, true}, {"Draw", 0, 1, true}, {"Draw", 1, 1, false}, {"new", 1, 1, true}, {"new", 1, 0, false}, {"other", 0, 0, false}} {
		if got := (Gate{Where: row.where}).isAt(table, row.row, row.col); got != row.want {
			t.Errorf("a gate at %q and row %d, column %d: %v", row.where, row.row, row.col, got)
		}
	}
}
