package bench_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// wide is a text in UTF-16.
func wide(text string, order binary.AppendByteOrder, mark bool) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// events are what `go test -json` makes of the outputs of packages: each piece is
// an event of its own.
func events(pieces ...[2]string) string {
	var b strings.Builder
	write := func(action, pkg, test, output string) {
		line, err := json.Marshal(map[string]string{"Time": "2024-01-01T00:00:00Z", "Action": action, "Package": pkg, "Test": test, "Output": output})
		if err != nil {
			panic(err)
		}
		b.Write(append(line, '\n'))
	}
	var packages []string
	for _, p := range pieces {
		if !slices.Contains(packages, p[0]) {
			packages = append(packages, p[0])
			write("start", p[0], "", "")
		}
		write("output", p[0], "BenchmarkX", p[1])
	}
	for _, p := range packages {
		write("pass", p, "BenchmarkX", "")
		write("pass", p, "", "")
	}
	return b.String()
}

// inPieces cuts a text so that names and results are pieces of their own, as
// package testing prints them.
func inPieces(pkg, text string) (pieces [][2]string) {
	for line := range strings.Lines(text) {
		if name, rest, ok := strings.Cut(line, "\t"); ok && strings.HasPrefix(line, "Benchmark") {
			pieces = append(pieces, [2]string{pkg, name + "\t"}, [2]string{pkg, rest})
			continue
		}
		pieces = append(pieces, [2]string{pkg, line})
	}
	return pieces
}

func mapLines(text string, change func(string) string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(change(line))
	}
	return b.String()
}

// whatWasRead lists all results of a set, with their configuration.
func whatWasRead(t *testing.T, text string) []string {
	t.Helper()
	set, err := bench.Read(bench.Input{Label: "x", Path: "x", Reader: iotest.HalfReader(strings.NewReader(text))})
	if err != nil {
		t.Fatalf("%v: %v", err, set.Problems)
	}
	for _, p := range set.Problems {
		t.Errorf("lost: %s", p)
	}
	tables, err := bench.Query{Row: ".fullname", Col: ".file"}.Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, table := range tables.Tables {
		for row, cells := range table.Cells {
			all = append(all, fmt.Sprint(table.Unit, table.Config, table.Rows[row].Label, cells[0].Values))
		}
	}
	return all
}

// TestWrappedInputs: every result counts, however a tool wraps it.
func TestWrappedInputs(t *testing.T) {
	var plain strings.Builder
	plain.WriteString("goos: linux\npkg: example.com/größe\nUnit jobs/s better=higher\n")
	for i := range 10 {
		fmt.Fprintf(&plain, "BenchmarkX/mode=süß-8   \t     100\t      %d ns/op\t %d jobs/s\n", 500+i, 7+i)
	}
	plain.WriteString("PASS\nok  \texample.com/größe\t1.2s\n")
	text := plain.String()
	want := whatWasRead(t, text)
	if len(want) != 2 {
		t.Fatalf("the plain text has %v", want)
	}
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	stamped := func(line string) string { return "2024-01-01T00:00:00.1234567Z " + line }
	split := mapLines(text, func(line string) string {
		if name, rest, ok := strings.Cut(line, "\t"); ok && strings.HasPrefix(line, "Benchmark") {
			return name + "\tconnecting to the store\nready, 12 items\n" + rest
		}
		return line
	})
	for name, wrapped := range map[string]string{
		"a byte order mark":              "\ufeff" + text,
		"a mark before every line":       mapLines(text, func(line string) string { return "\ufeff" + line }),
		"CRLF":                           crlf,
		"CR alone":                       strings.ReplaceAll(text, "\n", "\r"),
		"no newline at the end":          strings.TrimSuffix(text, "\n"),
		"UTF-16LE with a mark":           wide(crlf, binary.LittleEndian, true),
		"UTF-16LE without a mark":        wide(text, binary.LittleEndian, false),
		"UTF-16BE with a mark":           wide(text, binary.BigEndian, true),
		"UTF-16BE without a mark":        wide(crlf, binary.BigEndian, false),
		"go test -json":                  events(inPieces("p", text)...),
		"go test -json, in UTF-16":       wide(events(inPieces("p", text)...), binary.LittleEndian, true),
		"go test -json, cut short":       strings.Split(events(inPieces("p", text)...), `{"Action":"pass"`)[0],
		"go test -json, with CRLF":       strings.ReplaceAll(events(inPieces("p", text)...), "\n", "\r\n"),
		"go test -json, one character":   events(inCharacters("p", text)...),
		"a build server's log":           mapLines(text, stamped),
		"a build server's log, download": mapLines(text, func(line string) string { return "bench\tRun go test\t\ufeff" + stamped(line) }),
		"go test -json in such a log":    mapLines(events(inPieces("p", text)...), stamped),
		"go test -v": mapLines(text, func(line string) string {
			if strings.HasPrefix(line, "Benchmark") {
				return "=== RUN   BenchmarkX\nBenchmarkX\n=== RUN   BenchmarkX/mode=süß\nBenchmarkX/mode=süß\n" + line + "--- BENCH: BenchmarkX/mode=süß-8\n    x_test.go:8: BenchmarkX says hello\n"
			}
			return line
		}),
		"output behind the name":              split,
		"output behind the name, in UTF-16":   wide(split, binary.LittleEndian, true),
		"output behind the name, with events": events(inPieces("p", split)...),
		"a text and a JSON file in one":       mapLines(text, func(line string) string { return line + `{"Action":"start","Package":"q"}` + "\n" }),
	} {
		t.Run(name, func(t *testing.T) {
			if got := whatWasRead(t, wrapped); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func inCharacters(pkg, text string) (pieces [][2]string) {
	for _, r := range text {
		pieces = append(pieces, [2]string{pkg, string(r)})
	}
	return pieces
}

// TestPackagesSideBySide: events of two packages are mixed, and each result
// belongs to its own.
func TestPackagesSideBySide(t *testing.T) {
	a := inPieces("a", "goos: linux\npkg: a\nBenchmarkX-8\t100\t5 ns/op\nBenchmarkX-8\t100\t6 ns/op\nPASS\n")
	b := inPieces("b", "goos: linux\npkg: b\nBenchmarkX-8\t100\t7 ns/op\nBenchmarkX-8\t100\t8 ns/op\nPASS\n")
	var mixed [][2]string
	for i := range a {
		mixed = append(mixed, a[i], b[i])
	}
	want := whatWasRead(t, "goos: linux\npkg: a\nBenchmarkX-8 100 5 ns/op\nBenchmarkX-8 100 6 ns/op\npkg: b\nBenchmarkX-8 100 7 ns/op\nBenchmarkX-8 100 8 ns/op\n")
	if got := whatWasRead(t, events(mixed...)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestNothingIsLostSilently: a line that looks like a benchmark and does not count
// is named with its line, and makes gates unusable.
func TestNothingIsLostSilently(t *testing.T) {
	good := "BenchmarkX-8 100 5 ns/op\n"
	lost := "BenchmarkX-8\t     100\t      6 ns/op\n"
	event := func(text string) string { return events([2]string{"p", text}) }
	for name, row := range map[string]struct {
		text string
		line int
		says string
	}{
		"a log collector":            {good + "web-1  | " + lost, 2, "other text before it"},
		"colors":                     {good + "\x1b[32m" + lost, 2, "other text before it"},
		"quoted":                     {good + "> " + lost, 2, "other text before it"},
		"indented":                   {good + "\n    " + lost, 3, "other text before it"},
		"a progress bar":             {good + "50 %\r" + lost, 2, "other text before it"},
		"behind a line without end":  {good + "ok  \tp\t1.2s" + lost, 2, "other text before it"},
		"two results without a line": {good + "BenchmarkX-8 100 5 ns/op" + lost, 2, "two results on one line"},
		"a failed benchmark":         {good + "BenchmarkX-8\t--- FAIL: BenchmarkX-8\n", 2, "parsing iteration count"},
		"a failure in verbose text":  {good + "=== RUN   BenchmarkX\nBenchmarkX\n--- FAIL: BenchmarkX\n", 4, "BenchmarkX failed"},
		"a name without result":      {good + "BenchmarkX-8\t\n", 2, "missing iteration count"},
		"a result without name":      {good + "hello     100\t       5 ns/op\n", 2, "without its name"},
		"a cut line":                 {good + "BenchmarkX-8 100 5", 2, "missing units"},
		"other text in the result":   {good + "BenchmarkX-8\tstarted     100\t       5 ns/op\n", 2, "parsing iteration count"},
		"UTF-16 added to UTF-8":      {good + wide(lost, binary.LittleEndian, false), 2, "UTF-16"},
		"UTF-8 added to UTF-16":      {wide(good, binary.LittleEndian, true) + lost, 2, "UTF-16"},
		"half a character":           {wide(good, binary.LittleEndian, true) + "B", 1, "within a character"},
		"an event":                   {good + event("web: "+lost), 3, "other text before it"},
		"a stamp and more":           {good + "2024-01-01T00:00:00Z web: " + lost, 2, "other text before it"},
		"half an event":              {good + event("BenchmarkY-8 100 5 ns/op\n") + `{"Time":"2024-01-01T00:00:00Z","Action":"output","Package":"p","Output":"BenchmarkX-8 1`, 6, "cut short"},
		"a long event":               {good + event(lost+strings.Repeat("x", 100_000)), 3, "longer than"},
	} {
		set, err := bench.Read(bench.Input{Label: "x", Path: "x", Reader: strings.NewReader(row.text)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(set.Problems) == 0 || set.Problems[0].Line != row.line || !strings.Contains(set.Problems[0].Text, row.says) || set.Sources[0].Unread == 0 {
			t.Errorf("%s: problems %v, unread %d; want line %d, %q", name, set.Problems, set.Sources[0].Unread, row.line, row.says)
		}
	}
	for name, text := range map[string]string{
		"a run that does not count": good + "# round 3 failed and is left out: " + lost,
		"prose":                     good + "Benchmarks of X took 5 minutes\nall 10 Benchmark functions passed\n",
		"a skipped benchmark":       good + "--- SKIP: BenchmarkY\n    y_test.go:3: no store\n",
		"a name that is announced":  good + "BenchmarkY\nBenchmarkY/a\n",
		"JSON among events":         event(good) + `{"level":"info"}` + "\n{not JSON}\n" + event(good),
		"a log in JSON":             good + `{"level":"info","msg":"benchmark started"}` + "\n",
	} {
		set, err := bench.Read(bench.Input{Label: "x", Path: "x", Reader: strings.NewReader(text)})
		if err != nil || name != "prose" && len(set.Problems) > 0 {
			t.Errorf("%s: %v, %v", name, err, set.Problems)
		}
	}
}

// TestPositionsOfWrappedResults: a result knows the line of the file it is in.
func TestPositionsOfWrappedResults(t *testing.T) {
	text := "BenchmarkX 1 1 ns/op\n" + events([2]string{"p", "pkg: p\n"}, [2]string{"p", "BenchmarkX \t"}, [2]string{"p", "log\n"}, [2]string{"p", " 1\t2 ns/op\nBenchmarkX 1"}, [2]string{"p", "\t3 ns/op\n"}) + "BenchmarkX 1 4 ns/op\n"
	set, err := bench.Read(bench.Input{Label: "x", Path: "x", Reader: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []int32
	for _, r := range set.Results {
		got = append(got, r.Line)
	}
	if want := []int32{1, 6, 7, 10}; !slices.Equal(got, want) || len(set.Problems) > 0 {
		t.Errorf("results of lines %v, want %v; %v", got, want, set.Problems)
	}
}
