package bench_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

func TestParseInputs(t *testing.T) {
	got := bench.ParseInputs([]string{"a.txt", "O=old.txt", "a.txt", "-", "O=new.txt", "x=y=z", "=a.txt"})
	want := []bench.Input{
		{Label: "a.txt#0", Path: "a.txt"},
		{Label: "O", Path: "old.txt"},
		{Label: "a.txt#1", Path: "a.txt"},
		{Label: "-", Path: "-"},
		{Label: "O", Path: "new.txt"},
		{Label: "x", Path: "y=z"},
		{Label: "", Path: "a.txt"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestReadProblems(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	text := strings.Join([]string{
		"BenchmarkX 1 1 ns/op",
		"BenchmarkX one 1 ns/op", // 2
		"BenchmarkX 1 1",         // 3
		"BenchmarkX",             // as go test -v announces it
		"some log line",
		"Unit ns/op better", // 6
		"Unit ns/op better=lower",
		"Unit ns/op better=higher",     // 8
		long,                           // 9
		"BenchmarkX 1 2 ns/op " + long, // 10
		"BenchmarkX 1 3 ns/op",
		"BenchmarkX 1 -Inf widgets 4 ns/op", // 12
	}, "\n")
	set, err := bench.Read(bench.Input{Label: "x", Path: "dir/x.txt", Reader: iotest.HalfReader(strings.NewReader(text))})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"dir/x.txt:2: parsing iteration count: invalid syntax",
		"dir/x.txt:3: missing units",
		"dir/x.txt:6: expected key=value",
		"dir/x.txt:8: metadata better of unit ns/op already set to lower",
		"dir/x.txt:9: line is longer than 61440 bytes and is ignored",
		"dir/x.txt:10: line is longer than 61440 bytes and is ignored",
		"dir/x.txt:12: X: widgets is -Inf; the value is ignored",
	}
	var got []string
	for _, p := range set.Problems {
		got = append(got, p.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got problems\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s, want := set.Sources[0], (bench.Source{Label: "x", Path: "dir/x.txt", Results: 3, Unread: 3, Rejected: 1}); s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
	var positions []int32
	for _, r := range set.Results {
		positions = append(positions, r.Line)
	}
	if want := []int32{1, 11, 12}; !slices.Equal(positions, want) {
		t.Errorf("got results from lines %v, want %v", positions, want)
	}
}

func TestReadUnitsCountForAllInputs(t *testing.T) {
	set := read(t, lines("X", "jobs-ns", 1), "Unit jobs-ns better=higher assume=exact\n"+lines("X", "jobs-ns", 1))
	if got := set.Units.GetBetter("jobs-sec"); got != 1 {
		t.Errorf("got better %d, want 1", got)
	}
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	if !tables.Tables[0].Exact {
		t.Error("the unit is not exact in the file before its Unit line")
	}
}

// An input must not inherit the configuration of the one before it.
func TestReadConfigurationEnds(t *testing.T) {
	tables := query(t, bench.DefaultQuery(), "goos: linux\n"+lines("X", "ns/op", 1), lines("X", "ns/op", 1)+"goos: plan9\n"+lines("X", "ns/op", 1))
	var got []string
	for _, table := range tables.Tables {
		got = append(got, fmt.Sprint(table.Config))
	}
	want := []string{"[{goos }]", "[{goos linux}]", "[{goos plan9}]"} // as benchproc sorts them
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRounds(t *testing.T) {
	inRounds := "BenchmarkX/arm=a 1 1 ns/op\nBenchmarkX/arm=b 1 11 ns/op\n" +
		"BenchmarkX/arm=b 1 12 ns/op 5 B/op\nBenchmarkX/arm=a 1 2 ns/op\n" +
		"BenchmarkX/arm=a 1 3 ns/op\nBenchmarkX/arm=b 1 13 ns/op 6 B/op\n"
	q := bench.DefaultQuery()
	q.Col = "/arm"
	type want struct {
		table, row, col int
		values          []float64
		rounds, results []int
	}
	for _, c := range []struct {
		name  string
		texts []string
		wants []want
	}{
		{"in rounds", []string{inRounds}, []want{
			{0, 0, 0, []float64{1e-9, 2e-9, 3e-9}, []int{1, 2, 3}, []int{0, 3, 4}},
			{0, 0, 1, []float64{11e-9, 12e-9, 13e-9}, []int{1, 2, 3}, []int{1, 2, 5}},
			{1, 0, 0, []float64{5, 6}, []int{2, 3}, []int{2, 5}},
		}},
		{"a line cannot be read", []string{inRounds + "BenchmarkX/arm=a 1 fast\n"}, []want{
			{0, 0, 0, []float64{1e-9, 2e-9, 3e-9}, nil, []int{0, 3, 4}},
		}},
		{"two files in one cell", []string{inRounds, inRounds}, []want{
			{1, 0, 0, []float64{5, 6, 5, 6}, []int{2, 3, 2, 3}, []int{2, 5, 8, 11}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables := query(t, q, c.texts...)
			for _, w := range c.wants {
				cell := tables.Tables[w.table].Cells[w.row][w.col]
				same := slices.EqualFunc(cell.Values, w.values, func(a, b float64) bool { return math.Abs(a-b) < 1e-15 })
				if !same || !slices.Equal(cell.Rounds, w.rounds) || !slices.Equal(cell.Results, w.results) {
					t.Errorf("got values %v, rounds %v, results %v, want %+v", cell.Values, cell.Rounds, cell.Results, w)
				}
			}
		})
	}
}

func TestOrdinals(t *testing.T) {
	set := read(t, lines("X", "ns/op", 1)+"pkg: other\n"+lines("Y", "ns/op", 1)+lines("X", "ns/op", 1), lines("X", "ns/op", 1))
	var got []int32
	for _, r := range set.Results {
		got = append(got, r.Ordinal)
	}
	if want := []int32{1, 1, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// sameInUTF16 checks that a text gives the same results in UTF-16.
func sameInUTF16(t *testing.T, text string) {
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\ufeff\ufffe\r") {
		return // those bytes are what encodings are told by
	}
	results := func(text string) (all []string) {
		set, _ := bench.Read(bench.Input{Label: "x", Reader: strings.NewReader(text)})
		for _, r := range set.Results {
			all = append(all, fmt.Sprint(r.Line, r.Name, r.Iters, r.Values))
		}
		return all
	}
	plain, wide := results(text), results(wide(text, binary.LittleEndian, true))
	if !slices.Equal(plain, wide) {
		t.Errorf("%q: got %v in UTF-16, %v in UTF-8", text, wide, plain)
	}
}

// FuzzRead reads anything, and compares it with itself.
func FuzzRead(f *testing.F) {
	f.Add("goos: linux\nBenchmarkX/a=1-8 1 2 ns/op 3 B/op\n", "Unit ns/op better=lower\nBenchmarkX/a=1-8 1 NaN ns/op\n")
	f.Add("BenchmarkX 1 0 gc-ns 1e308 MB/s -0 MB\n\xff: \xff\n", "BenchmarkX\nBenchmark 1 1 %\nUnit\nk:\n")
	f.Add("\ufeffBenchmarkX 1 2 ns/op\r\n", events(inPieces("p", "pkg: p\nBenchmarkX\t1\t2 ns/op\n")...))
	f.Add(wide("BenchmarkX 1 2 ns/op\r\n", binary.LittleEndian, true), "2024-01-01T00:00:00Z BenchmarkX-8 \tlog\n2024-01-01T00:00:00Z   1\t 2 ns/op\n")
	f.Add("web | BenchmarkX 1 2 ns/op\r--- FAIL: BenchmarkX\n5 ns/opBenchmarkX 1 2 ns/op\n", wide("BenchmarkX 1 2 ns/op\n", binary.BigEndian, false)+"B")
	f.Fuzz(func(t *testing.T, a, b string) {
		sameInUTF16(t, a)
		// The cost of an exact test with ties grows fast, and is benchmath's.
		if len(a)+len(b) > 2000 {
			return // bigger than needed
		}
		set, _ := bench.Read(inputs(a, b)...)
		results := make([]int, len(set.Sources))
		for _, r := range set.Results {
			results[r.Source]++
			if r.Line < 1 || r.Ordinal < 1 || len(r.Values) != len(r.Units()) {
				t.Errorf("result out of order: %+v", r)
			}
			for _, v := range r.Values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%v passed as a value", v)
				}
			}
		}
		for i, s := range set.Sources {
			if s.Results != results[i] {
				t.Errorf("source %d counts %d results, has %d", i, s.Results, results[i])
			}
		}
		tables, err := bench.DefaultQuery().Tables(set)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := tables.WriteText(&out); err != nil {
			t.Error(err)
		}
		if err := tables.WriteCSV(&out, &out); err != nil {
			t.Error(err)
		}
	})
}
