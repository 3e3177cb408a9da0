package bench_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// The tests of this file are the cases in which benchstat misleads without a
// word. Each has a healthy neighbor that must stay silent.

// read reads texts as the files a.txt, b.txt and so on.
func read(t testing.TB, texts ...string) *bench.Set {
	t.Helper()
	set, err := bench.Read(inputs(texts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func inputs(texts ...string) []bench.Input {
	var all []bench.Input
	for i, text := range texts {
		name := string(rune('a'+i)) + ".txt"
		all = append(all, bench.Input{Label: name, Path: name, Reader: strings.NewReader(text)})
	}
	return all
}

// query returns the tables of texts.
func query(t testing.TB, q bench.Query, texts ...string) *bench.Tables {
	t.Helper()
	tables, err := q.Tables(read(t, texts...))
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// lines repeats a benchmark with values of a unit, one line each.
func lines(name, unit string, values ...float64) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "Benchmark%s 1 %v %s\n", name, v, unit)
	}
	return b.String()
}

// codes returns the codes of notes.
func codes(notes []bench.Note) []bench.NoteCode {
	var all []bench.NoteCode
	for _, n := range notes {
		all = append(all, n.Code)
	}
	return all
}

func TestTrap1EmptyInput(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, c := range []struct {
		name string
		in   io.Reader
		want error
	}{
		{"empty", strings.NewReader(""), bench.ErrNoResults},
		{"no benchmarks", strings.NewReader("PASS\nok example.org 0.1s\n"), bench.ErrNoResults},
		{"only malformed", strings.NewReader("BenchmarkX 1 fast\n"), bench.ErrNoResults},
		{"only NaN", strings.NewReader("BenchmarkX 1 NaN ns/op\n"), bench.ErrNoResults},
		{"breaks off", io.MultiReader(strings.NewReader("BenchmarkX 1 2 ns/op\n"), failing{broken}), broken},
		{"fine", strings.NewReader("BenchmarkX 1 2 ns/op"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := bench.Read(
				bench.Input{Label: "good", Path: "good.txt", Reader: strings.NewReader("BenchmarkX 1 2 ns/op\n")},
				bench.Input{Label: "other", Path: "other.txt", Reader: c.in},
			)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if set.Sources[0].Results != 1 {
				t.Errorf("the good input has %d results, want 1", set.Sources[0].Results)
			}
			var in *bench.InputError
			if c.want != nil && (!errors.As(err, &in) || in.Path != "other.txt") {
				t.Errorf("%v does not name other.txt", err)
			}
		})
	}

	t.Run("not opened", func(t *testing.T) {
		if _, err := bench.Read(bench.ParseInputs([]string{"gone.txt"})...); err == nil {
			t.Error("an input without a reader passed")
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestTrap2ZeroStaysInItsMetric(t *testing.T) {
	tables := query(t, bench.DefaultQuery(),
		lines("X", "gc-pause-ns", 5, 6, 7, 5, 6, 7),
		lines("X", "gc-pause-ns", 0, 0, 0, 0, 0, 0)+lines("X", "heap-MB", 0, 1))
	if n := len(tables.Tables); n != 2 {
		t.Fatalf("got %d tables, want 2", n)
	}
	table := tables.Tables[0]
	if table.Unit != "gc-pause-sec" {
		t.Fatalf("got unit %q, want gc-pause-sec", table.Unit)
	}
	cell := table.Cells[0][1]
	if cell == nil || len(cell.Values) != 6 || cell.Delta() != "-100.00%" {
		t.Errorf("the drop to zero does not show: %+v", cell)
	}
	if unit, n := tables.Tables[1].Unit, len(tables.Tables[1].Cells[0][0].Values); unit != "heap-B" || n != 2 {
		t.Errorf("got %d values of %s, want 2 of heap-B", n, unit)
	}

	q := bench.DefaultQuery()
	q.Filter = ".unit:gc-pause-ns"
	if n := len(query(t, q, lines("X", "gc-pause-ns", 0, 1)).Tables[0].Cells[0][0].Values); n != 2 {
		t.Errorf("a filter by the unit as written keeps %d values, want 2", n)
	}
}

func TestTrap3NotFinite(t *testing.T) {
	old := lines("X", "ns/op", 1, 2, 3, 4)
	set := read(t, old, "BenchmarkX 1 5 ns/op 7 B/op\nBenchmarkX 1 NaN ns/op 8 B/op\nBenchmarkX 1 +Inf ns/op\nBenchmarkX 1 6 ns/op\n")
	want := []string{
		"b.txt:2: X: ns/op is NaN; the value is ignored",
		"b.txt:3: X: ns/op is +Inf; the value is ignored",
	}
	var got []string
	for _, p := range set.Problems {
		got = append(got, p.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got problems %q, want %q", got, want)
	}
	if s := set.Sources[1]; s.Results != 4 || s.Rejected != 2 || s.Unread != 0 {
		t.Errorf("got %+v, want 4 results, 2 rejected, 0 unread", s)
	}
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	cell := tables.Tables[0].Cells[0][1]
	if !slices.Equal(cell.Rounds, []int{1, 4}) {
		t.Errorf("got rounds %v, want 1 and 4: the lines between count", cell.Rounds)
	}
	if cell.Comparison.N2 != 2 {
		t.Errorf("compared %d values, want 2", cell.Comparison.N2)
	}
	if n := len(tables.Tables[1].Cells[0][0].Values); n != 2 {
		t.Errorf("the rest of the line is lost: %d values of B/op, want 2", n)
	}
}

func TestTrap4TiesInUnequalSamples(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new []float64
		doubtful bool
	}{
		{"ties, unequal sizes", []float64{1, 1, 1}, []float64{0, 0, 0, 1, 1}, true},
		{"ties, equal sizes", []float64{1, 1, 1, 2}, []float64{0, 0, 1, 1}, false},
		{"no ties, unequal sizes", []float64{1, 2, 3}, []float64{4, 5, 6, 7}, false},
		{"all equal", []float64{1, 1, 1}, []float64{1, 1}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables := query(t, bench.DefaultQuery(), lines("X", "widgets", c.old...), lines("X", "widgets", c.new...))
			cell := tables.Tables[0].Cells[0][1]
			if cell.DoubtfulP != c.doubtful {
				t.Errorf("got doubtful %v, want %v", cell.DoubtfulP, c.doubtful)
			}
			if noted := slices.Contains(codes(tables.Notes), bench.NoteDoubtfulP); noted != c.doubtful {
				t.Errorf("noted %v, want %v", noted, c.doubtful)
			}
		})
	}
}

func TestTrap5PooledInputs(t *testing.T) {
	text := lines("X/step=1", "ns/op", 1, 2) + lines("X/step=2", "ns/op", 3, 4)
	for _, c := range []struct {
		name     string
		row, col string
		ignore   string
		texts    []string
		noted    bool
	}{
		{"steps of two files", ".fullname", "/step", "", []string{text, text}, true},
		{"files in columns", "/step", ".file", "", []string{text, text}, false},
		{"files ignored on purpose", ".fullname", "/step", ".file", []string{text, text}, false},
		{"one file", ".fullname", "/step", "", []string{text}, false},
		{"the second and third of three files", ".fullname", "/step", "", []string{strings.ReplaceAll(text, "X", "Y"), text, text}, true},
		{"files that share no cell", ".fullname", "/step", "", []string{text, strings.ReplaceAll(text, "X", "Y")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := bench.DefaultQuery()
			q.Row, q.Col, q.Ignore = c.row, c.col, c.ignore
			if noted := slices.Contains(codes(query(t, q, c.texts...).Notes), bench.NotePooled); noted != c.noted {
				t.Errorf("noted %v, want %v", noted, c.noted)
			}
		})
	}
}

func TestTrap6BaselineWithoutTheUnit(t *testing.T) {
	times := lines("X", "ns/op", 1, 2, 3, 4)
	both := times + lines("X", "B/op", 1, 2, 3, 4)
	t.Run("three files", func(t *testing.T) {
		tables := query(t, bench.DefaultQuery(), times, both, both)
		table := tables.Tables[1]
		if len(table.Cols) != 3 || table.Cols[0].Label != "a.txt" || table.Baseline != 0 {
			t.Fatalf("got columns %v, baseline %d, want a.txt to stay the baseline", table.Cols, table.Baseline)
		}
		for _, c := range table.Cells[0][1:] {
			if c.Baseline != nil {
				t.Errorf("a column is compared with %v", c.Baseline.Values)
			}
		}
		want := bench.Note{Code: bench.NoteNoBaseline, Table: 1, Unit: "B/op", Config: table.Config, Baseline: "a.txt", Names: []string{"b.txt", "c.txt"}}
		if !slices.ContainsFunc(tables.Notes, func(n bench.Note) bool { return reflect.DeepEqual(n, want) }) {
			t.Errorf("got notes %v, want %v", tables.Notes, want)
		}
		var out strings.Builder
		if err := tables.WriteText(&out); err != nil || !strings.Contains(out.String(), "│ a.txt │") {
			t.Errorf("error %v, or no column for a.txt:\n%s", err, out.String())
		}
	})
	t.Run("two files", func(t *testing.T) {
		tables := query(t, bench.DefaultQuery(), times, both)
		if b := tables.Tables[1].Baseline; b != -1 {
			t.Errorf("got baseline %d, want none", b)
		}
		if !slices.Contains(codes(tables.Notes), bench.NoteNoBaseline) {
			t.Error("not noted")
		}
	})
	t.Run("all there", func(t *testing.T) {
		if notes := query(t, bench.DefaultQuery(), both, both, both).Notes; len(notes) != 0 {
			t.Errorf("got notes %v, want none", notes)
		}
	})
	t.Run("one file", func(t *testing.T) {
		if notes := query(t, bench.DefaultQuery(), both).Notes; len(notes) != 0 {
			t.Errorf("got notes %v, want none", notes)
		}
	})
	t.Run("packages with values of their own", func(t *testing.T) {
		q := bench.DefaultQuery()
		q.Col = "/kind"
		tables := query(t, q, "pkg: p\n"+lines("X/kind=json", "ns/op", 1, 2)+lines("X/kind=gob", "ns/op", 1, 2)+
			"pkg: q\n"+lines("Y/kind=round", "ns/op", 1, 2)+lines("Y/kind=square", "ns/op", 1, 2))
		if c := tables.Tables[1].Cells[0][1]; c.Baseline == nil {
			t.Error("the second package compares nothing")
		}
	})
}

func TestTrap7ProcsSuffix(t *testing.T) {
	five, six := lines("X/step=pool-5", "ns/op", 1, 2), lines("X/step=pool-6", "ns/op", 3, 4)
	for _, c := range []struct {
		name     string
		col      string
		text     string
		expected bool
	}{
		{"numbers taken for GOMAXPROCS", "/step", five + six, true},
		{"by file, names stay whole", ".file", five + six, false},
		{"one number", "/step", five, false},
		{"another key", "/kind", lines("X/kind=a/step=pool-5", "ns/op", 1, 2) + lines("X/kind=b/step=pool-6", "ns/op", 1, 2), false},
		{"real GOMAXPROCS behind", "/step", lines("X/step=pool-5-2", "ns/op", 1) + lines("X/step=pool-6-2", "ns/op", 1), false},
		{"the base name", ".name", lines("Pool-5", "ns/op", 1) + lines("Pool-6", "ns/op", 1), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := bench.DefaultQuery()
			q.Col = c.col
			notes := query(t, q, c.text).Notes
			at := slices.Index(codes(notes), bench.NoteProcsSuffix)
			if noted := at >= 0; noted != c.expected {
				t.Errorf("noted %v, want %v", noted, c.expected)
			}
			if at >= 0 && notes[at].Table != -1 {
				t.Errorf("it is about all tables, not about the one at %d", notes[at].Table)
			}
		})
	}
}

func TestTrap8LopsidedIntervals(t *testing.T) {
	// The sizes are those of the intervals that benchmath biases to the left
	// at the level 0.95.
	lopsided := []int{8, 11, 14, 16, 19}
	for n := 2; n <= 20; n++ {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(i + 1)
		}
		tables := query(t, bench.DefaultQuery(), lines("X", "widgets", values...))
		noted := slices.Contains(codes(tables.Notes), bench.NoteLopsided)
		if want := slices.Contains(lopsided, n); noted != want {
			t.Errorf("n=%d: noted %v, want %v (%v)", n, noted, want, tables.Notes)
		}
		for _, note := range tables.Notes {
			if note.Code == bench.NoteLopsided && (note.Table != -1 || note.Values != n || note.Above != note.Below+1 || note.Better <= n) {
				t.Errorf("n=%d: got %+v", n, note)
			}
		}
	}
}
