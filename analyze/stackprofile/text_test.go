package stackprofile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

func readText(t *testing.T, text string) *stackprofile.Profile {
	t.Helper()
	p, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func folded(t *testing.T, p *stackprofile.Profile, valueType int) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.WriteFolded(&out, valueType, stackprofile.ByFunction); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestReadFolded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text, want string
		notes            []stackprofile.Note
	}{
		{"values add up, names hold spaces", "main;operator new 2\nmain;b 1\nmain;operator new 3\n", "main;b 1\nmain;operator new 5\n", nil},
		{"windows lines, blank lines, tabs", "a;b\t1\r\n\r\n  \na 2", "a 2\na;b 1\n", nil},
		{"decimals are exact", "a 1.5\nb 2\nc .25e1\nd -1e-3\n", "a 1.5\nb 2\nc 2.5\nd -0.001\n", nil},
		{"comments, and names that begin like one", "# a comment 7\n#another\n#<Class:A>;b 1\n", "#<Class:A>;b 1\n", nil},
		{"lines that are no stacks", "a 1\nb 1,5\nnonsense\n 7\na 2\nc 12ms\nd 3\ne 4\n", "a 3\nd 3\ne 4\n", []stackprofile.Note{
			{Code: stackprofile.LineLeftOut, Line: 2, Reason: stackprofile.CommaInNumber, Text: `"b 1,5"`},
			{Code: stackprofile.LineLeftOut, Line: 3, Reason: stackprofile.NoValue, Text: `"nonsense"`},
			{Code: stackprofile.LineLeftOut, Line: 4, Reason: stackprofile.NoFrames, Text: `" 7"`},
			{Code: stackprofile.LineLeftOut, Line: 6, Reason: stackprofile.NoNumber, Text: `"c 12ms"`},
		}},
		{"empty frames and inlined ones", "a;;b_[i] 4\n", "a;<unknown>;b 4\n", nil},
		{"chinese and negative", "主;<b>&\" -4\n", "主;<b>&\" -4\n", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := readText(t, row.text)
			if got := folded(t, p, 0); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
			if !slices.EqualFunc(p.Notes, row.notes, stackprofile.Note.Equal) {
				t.Errorf("notes: got %+v, want %+v", p.Notes, row.notes)
			}
		})
	}
}

func TestMostBadLinesAreCounted(t *testing.T) {
	t.Parallel()
	p := readText(t, strings.Repeat("a 1\n", 25)+strings.Repeat("nonsense\n", 25))
	if n := len(p.Notes); n != 11 || !p.Notes[10].Equal(stackprofile.Note{Code: stackprofile.LinesLeftOut, Count: 15}) {
		t.Errorf("got %d notes, the last %+v", n, p.Notes[n-1])
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", "the input is empty"},
		{"JSON", " {\n  \"format\": 1\n}\n", "it is JSON"},
		{"no stack", "hello\nworld\n", `none of its lines is a stack (line 1 is skipped: it has no value after a space: "hello")`},
		{"blank", "\n\n", "none of its lines is a stack"},
		{"too much", "a 9223372036854775807\nb 9223372036854775807\n", "does not fit in 63 bits"},
		{"a web page", "<!doctype html>\n<title>404</title>\n", "it is an HTML page"},
		{"a damaged old profile", "heap profile: what\n", "it is not a profile that can be read"},
		{"a dump without goroutines", "goroutine profile: total x\n", "it is not a profile that can be read"},
		{"half a gzip", "\x1f\x8b\x08", "its gzip header is damaged"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := stackprofile.Read(strings.NewReader(row.text), stackprofile.Limits{})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestReadStopsAtItsLimits(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a;b;c 1\n", 100)
	if _, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{MaxBytes: 100, MaxFrames: 1000}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("bytes: got %v", err)
	}
	if _, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{MaxBytes: 1000, MaxFrames: 299}); err == nil || !strings.Contains(err.Error(), "more than 299 frames") {
		t.Errorf("frames: got %v", err)
	}
	if _, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{MaxBytes: 1000, MaxFrames: 300}); err != nil {
		t.Errorf("within: got %v", err)
	}
}

func TestReadPerfScript(t *testing.T) {
	t.Parallel()
	p := readText(t, testdata(t, "perf.txt"))
	if want := []stackprofile.ValueType{{Name: "samples", Unit: "count"}, {Name: "cpu-clock", Unit: "nanoseconds"}}; !slices.Equal(p.Types, want) {
		t.Fatalf("types: got %v, want %v", p.Types, want)
	}
	want := "web server;[web];main.serve 250000\n" +
		"web server;[web];main.serve;parse;operator new(unsigned long);do_fault 250000\n" +
		"worker;[unknown] 500000\n"
	if got := folded(t, p, 1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	note := stackprofile.Note{Code: stackprofile.LineLeftOut, Line: 16, Reason: stackprofile.NoEvent, Text: `"what is this"`}
	if len(p.Notes) != 1 || !p.Notes[0].Equal(note) {
		t.Errorf("notes: %+v", p.Notes)
	}
	var serve, parse stackprofile.Frame
	for _, f := range p.Frames() {
		switch f.Function {
		case "main.serve":
			if f.Line > 0 {
				serve = f
			}
		case "parse":
			parse = f
		}
	}
	if serve.File != "serve.go" || serve.Line != 12 || serve.Mapped != "/srv/web" || !parse.Inlined {
		t.Errorf("got %+v and %+v", serve, parse)
	}
}

func TestReadGoroutineTextOfGo(t *testing.T) {
	t.Parallel()
	text := "goroutine profile: total 3\n" +
		"3 @ 0x47d92e 0x4158ee 0x4dc2b9\n" +
		"#\t0x4dc2b8\tmain.leak+0x18\t/src/leak.go:3\n\n"
	p := readText(t, text)
	if got, want := folded(t, p, 0), "main.leak 3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(p.Notes); n == 0 || !p.Notes[n-1].Equal(stackprofile.Note{Code: stackprofile.AddressesUnnamed, Count: 2}) {
		t.Errorf("notes: %+v", p.Notes)
	}
}
