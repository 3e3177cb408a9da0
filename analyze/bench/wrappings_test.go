package bench_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

const plainBench = "goos: linux\npkg: ex/größe\nBenchmarkA-8   \t    1000\t      1330 ns/op\t  12 B/op\nPASS\n" +
	"BenchmarkB/µ=1-8 \t 2 \t 7 ns/op\nok  \tex\t1.2s\n"

// eventsOf is a text as "go test -json" writes it: cut into several outputs.
func eventsOf(pkg, text string, cut int) string {
	var pieces [][2]string
	for text != "" {
		n := min(cut, len(text))
		for n < len(text) && text[n]&0xc0 == 0x80 {
			n++ // not within a letter
		}
		pieces = append(pieces, [2]string{pkg, text[:n]})
		text = text[n:]
	}
	return events(pieces...)
}

// flat is what a set holds, without the lines of its results: those of the
// tables tell under which configuration each result stands.
func flat(t *testing.T, set *bench.Set) (out []string) {
	t.Helper()
	for i := range set.Results {
		r := &set.Results[i]
		out = append(out, fmt.Sprint(r.Name, r.Iters, r.Values, r.Units()))
	}
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	var csv strings.Builder
	if err := tables.WriteCSV(&csv, io.Discard); err != nil {
		t.Fatal(err)
	}
	return append(out, csv.String())
}

// TestWrappingsAgree: a text is the same benchmark in whatever a tool wrapped it.
func TestWrappingsAgree(t *testing.T) {
	want, err := bench.Read(inputs(plainBench)...)
	if err != nil || len(want.Results) != 2 {
		t.Fatalf("plain: %v, %d results", err, len(want.Results))
	}
	stamped := ""
	for line := range strings.Lines(plainBench) {
		stamped += "2026-01-02T03:04:05.1234567Z " + line
	}
	for _, row := range []struct{ name, text string }{
		{"CRLF", strings.ReplaceAll(plainBench, "\n", "\r\n")},
		{"UTF-8 with a mark", "\ufeff" + plainBench},
		{"two files joined, each with a mark", "\ufeff" + strings.Replace(plainBench, "PASS\n", "PASS\n\ufeff", 1)},
		{"UTF-16, low byte first", wide(plainBench, binary.LittleEndian, true)},
		{"UTF-16, low byte first, CRLF", wide(strings.ReplaceAll(plainBench, "\n", "\r\n"), binary.LittleEndian, true)},
		{"UTF-16, low byte first, no mark", wide(plainBench, binary.LittleEndian, false)},
		{"UTF-16, high byte first", wide(plainBench, binary.BigEndian, true)},
		{"UTF-16, high byte first, no mark", wide(plainBench, binary.BigEndian, false)},
		{"events", eventsOf("ex/größe", plainBench, 1000)},
		{"events of a few letters", eventsOf("ex/größe", plainBench, 7)},
		{"events, text does not name the package", eventsOf("ex/größe", strings.Replace(plainBench, "pkg: ex/größe\n", "", 1), 20)},
		{"events that stop", strings.Split(eventsOf("ex/größe", plainBench, 9), `{"Action":"pass"`)[0]},
		{"events in UTF-16", wide(eventsOf("ex/größe", plainBench, 30), binary.LittleEndian, true)},
		{"timestamps", stamped},
		{"timestamps before events", "2026-01-02T03:04:05Z " + strings.ReplaceAll(strings.TrimSpace(eventsOf("ex/größe", plainBench, 40)), "\n", "\n2026-01-02T03:04:05Z ") + "\n"},
		{"no line end", strings.TrimSuffix(plainBench, "ok  \tex\t1.2s\n")},
	} {
		t.Run(row.name, func(t *testing.T) {
			set, err := bench.Read(inputs(row.text)...)
			if err != nil {
				t.Fatal(err)
			}
			if len(set.Problems) > 0 {
				t.Errorf("healthy text has problems: %v", set.Problems)
			}
			if got := flat(t, set); !slices.Equal(got, flat(t, want)) {
				t.Errorf("got  %q\nwant %q", got, flat(t, want))
			}
		})
	}
}

// TestReadEventsOfSeveralPackages: their outputs alternate, and a result must
// not count for the package that wrote just before it.
func TestReadEventsOfSeveralPackages(t *testing.T) {
	a := strings.SplitAfter(eventsOf("ex/a", "goos: linux\npkg: ex/a\nBenchmarkX-8 \t 10\t 5 ns/op\n", 18), "\n")
	b := strings.SplitAfter(eventsOf("ex/b", "BenchmarkX-8 \t 10\t 6 ns/op\nBenchmarkY-8 \tlog line\n 10\t 7 ns/op\n", 13), "\n")
	var mixed strings.Builder
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			mixed.WriteString(a[i])
		}
		if i < len(b) {
			mixed.WriteString(b[i])
		}
		if i == 2 {
			mixed.WriteString("# a line of the build, and no event\n")
		}
	}
	set, err := bench.Read(inputs(mixed.String())...)
	if err != nil {
		t.Fatal(err)
	}
	got := flat(t, set)
	csv := got[len(got)-1]
	_, ofA, _ := strings.Cut(csv, "pkg: ex/a")
	_, ofB, _ := strings.Cut(csv, "pkg: ex/b")
	if len(set.Results) != 3 || !strings.Contains(ofB, "Y-8,7.0") || !strings.Contains(ofA, "X-8,5e-09") || !strings.Contains(ofB, "X-8,6.0") {
		t.Errorf("got %d results:\n%s", len(set.Results), csv)
	}
}

// FuzzWrappings: in any wrapping a text of letters gives what it gives alone.
func FuzzWrappings(f *testing.F) {
	f.Add(plainBench, uint8(7))
	f.Add("BenchmarkX 1 2 ns/op\npkg: a\n\nUnit ns/op better=lower\nBenchmarkX 1 x\n 1 2 ns/op", uint8(1))
	f.Fuzz(func(t *testing.T, text string, cut uint8) {
		if len(text) > 400 || strings.ContainsAny(text, "\x00\ufeff\ufffd") || strings.ToValidUTF8(text, "") != text || strings.Contains(text, "{") {
			return // no text, or a wrapping itself
		}
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		text = "pkg: p\n" + text
		plain, _ := bench.Read(inputs(text)...)
		for name, wrapped := range map[string]string{
			"utf8":   "\ufeff" + text,
			"little": wide(text, binary.LittleEndian, true),
			"big":    wide(text, binary.BigEndian, true),
			"events": eventsOf("p", text, int(cut)+1),
		} {
			set, _ := bench.Read(inputs(wrapped)...)
			if got, want := flat(t, set), flat(t, plain); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
			if len(set.Problems) != len(plain.Problems) {
				t.Errorf("%s: problems %v, plain %v", name, set.Problems, plain.Problems)
			}
		}
	})
}
