package stackprofile_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
)

// TestTextIsNeverPprof: names hold control characters, which say nothing about the
// format. Texts begin with every character there is.
func TestTextIsNeverPprof(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for first := range 256 {
		for range 20 {
			name := []byte{byte(first)}
			for range random.IntN(12) {
				name = append(name, byte(random.IntN(32)))
			}
			name = slices.DeleteFunc(name, func(c byte) bool { return c == '\n' || c == '\r' })
			name = append(name, "letters of a name that is longer than the odd ones"...)
			text := string(name) + ";work 3\nmain;load 4\n"
			p, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{})
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if p.Total(0) != 7 && first != '#' { // which may begin a comment
				t.Fatalf("%q: got %d", text, p.Total(0))
			}
		}
	}
}

// TestControlCharacters are shown as something that text can hold.
func TestControlCharacters(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"main;draw\x1b[0m 10\n", "main;class@anonymous\x00/srv/a.php0x7f::parse 10\n", "main;v16?0\"_CFPrefs\x01\"8l 10\n", "\x01\x02 10\n", "\x0a\x04\x08 10\n", "main;\xff\xfe\x80latin 10\n", "2\x00 10\n",
	} {
		p := readText(t, text+"main;load 4\n")
		if p.Total(0) != 14 {
			t.Errorf("%q: got %d", text, p.Total(0))
		}
		if got := folded(t, p, 0); strings.ContainsAny(got, "\x00\x01\x02\x1b") {
			t.Errorf("%q: wrote %q", text, got)
		}
	}
}

// TestPprofOfOtherWriters: fields may come in any order, and the types last.
func TestPprofOfOtherWriters(t *testing.T) {
	t.Parallel()
	made := fixture()
	var raw bytes.Buffer
	if err := made.WriteUncompressed(&raw); err != nil {
		t.Fatal(err)
	}
	types, rest := splitTypes(t, raw.Bytes())
	p, err := stackprofile.Read(bytes.NewReader(append(rest, types...)), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if want := flametest.Read(t, fixture()); p.Total(1) != want.Total(1) {
		t.Errorf("got %d, want %d", p.Total(1), want.Total(1))
	}
	var once, twice bytes.Buffer
	for _, step := range []struct {
		into *bytes.Buffer
		from []byte
	}{{&once, raw.Bytes()}, {&twice, nil}} {
		if step.from == nil {
			step.from = once.Bytes()
		}
		w := gzip.NewWriter(step.into)
		if _, err := w.Write(step.from); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
	}
	if p, err := stackprofile.Read(&twice, stackprofile.Limits{}); err != nil || p.Len() == 0 {
		t.Errorf("packed twice: %v", err)
	}
}

// splitTypes divides a message into its sample types, which come first in it, and
// all else.
func splitTypes(t *testing.T, raw []byte) (types, rest []byte) {
	t.Helper()
	for len(raw) > 2 && raw[0] == 0x0a {
		end := 2 + int(raw[1])
		types, raw = append(types, raw[:end]...), raw[end:]
	}
	if len(types) == 0 {
		t.Fatal("no types")
	}
	return types, slices.Clone(raw)
}

// TestOtherFiles are called what they are.
func TestOtherFiles(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"go 1.26 trace\x00\x00\x00\x01", "it is an execution trace of Go, not a profile; open it with go tool trace"},
		{"go1.7 heap dump\n\x01", "it is a heap dump of Go"},
		{"PERFILE2h\x00\x00\x00", "it is a recording of perf; use the output of perf script"},
		{"\x28\xb5\x2f\xfd\x04\x00", "it is compressed with zstd"},
		{"\xfd7zXZ\x00\x00", "it is compressed with xz"},
		{"BZh91AY&SY\x00", "it is compressed with bzip2"},
		{"PK\x03\x04\x00", "it is a zip file"},
		{"\x7fELF\x02\x01", "it is a program"},
		{"<html><body>Sign in 12</body></html>", "it is an HTML page"},
		{"<?xml version=\"1.0\"?>\n<svg/> 1\n", "it is an XML file or a picture"},
		{"Showing nodes accounting for 10ms, 100% of 10ms total\n      flat  flat%   sum%        cum   cum%\n      10ms   100%   100%       10ms   100%  main.f\n", "it is a table made of a profile"},
		{"cpu (nanoseconds): 10 ms in total\n\n      self    self%     sum%      total   total%  function\n     10 ms    100 %    100 %      10 ms    100 %  main.f 3\n", "it is a table made of a profile"},
		{"Dear reader,\nthe service took 12\nseconds, and then\nit was restarted\n", "it is not a profile: only 1 of its 4 lines are stacks with a value (line 1: its last field is not a number: \"Dear reader,\")"},
		{"\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\xff\x01\x80", 100), "it is not a profile that can be read"},
		{"main;f 1,5\nmain;g 2,5\n", "its last field has a comma; write a decimal point"},
	} {
		_, err := stackprofile.Read(strings.NewReader(row.text), stackprofile.Limits{})
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%.20q: got %v, want %q", row.text, err, row.want)
		}
	}
}

// TestTwoSides reads what difffolded.pl writes.
func TestTwoSides(t *testing.T) {
	t.Parallel()
	p := readText(t, "main;a 10 12\nmain;b 4.5 4.5\nmain;gone 3 0\n")
	for i, want := range []string{"main;a 10\nmain;b 4.5\nmain;gone 3\n", "main;a 12\nmain;b 4.5\n", "main;a 2\nmain;gone -3\n"} {
		if got := folded(t, p, i); got != want {
			t.Errorf("%s: got %q, want %q", p.Types[i], got, want)
		}
	}
	if p.DefaultType != 2 || len(p.Notes) != 1 || p.Notes[0].Code != stackprofile.TwoSides {
		t.Errorf("got type %d, notes %+v", p.DefaultType, p.Notes)
	}
	before, after, ok := p.Sides()
	if !ok || len(before.Notes) != 0 || folded(t, before, 0) != "main;a 10\nmain;b 4.5\nmain;gone 3\n" || folded(t, after, 0) != "main;a 12\nmain;b 4.5\n" {
		t.Errorf("got %+v, %+v", before, after)
	}
	damaged := readText(t, "main;a 10 12\nmain;b 4 4\nmain;c 5\n")
	if damaged.Len() != 2 || len(damaged.Notes) != 2 || damaged.Notes[1].Reason != stackprofile.OneValue {
		t.Errorf("a line with one value: got %d samples, notes %+v", damaged.Len(), damaged.Notes)
	}
	// Names end with numbers, too.
	names := readText(t, "main;worker 3 12\nmain;load 4\nmain;thread 7 5\nmain 1\n")
	if got, want := folded(t, names, 0), "main 1\nmain;load 4\nmain;thread 7 5\nmain;worker 3 12\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, _, ok := names.Sides(); ok {
		t.Error("names with numbers were taken for two sides")
	}
}

// TestDecimals are added up exactly, written as they were, and merged with
// integers.
func TestDecimals(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "main;f%d 0.1\n", i%10)
	}
	p := readText(t, text.String())
	if got := p.Types[0].Text(p.Total(0)); got != "100" {
		t.Errorf("got %s, want 100", got)
	}
	if got := p.Types[0].InUnit(p.Total(0)); got != 100 {
		t.Errorf("got %v, want 100", got)
	}
	merged, err := stackprofile.Merge(p, readText(t, "main;f0 2\n"), readText(t, "main;f1 0.125\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := merged.Types[0].Text(merged.Total(0)); got != "102.125" {
		t.Errorf("merged: got %s", got)
	}
	fine := readText(t, "a 0.12345678949\nb 1e-12\n")
	if got := fine.Notes; len(got) != 1 || !got[0].Equal(stackprofile.Note{Code: stackprofile.ValuesRounded, Count: 2}) {
		t.Errorf("notes: %+v", got)
	}
	if got := folded(t, fine, 0); got != "a 0.123456789\n" {
		t.Errorf("got %q", got)
	}
	var out strings.Builder
	if err := readText(t, "a 1.5\nb -2.25\n").WriteSpeedscope(&out, 0, stackprofile.ByFunction, ""); err == nil {
		t.Error("a negative value was written")
	}
	out.Reset()
	if err := readText(t, "a 1.5\nb 2.25\n").WriteSpeedscope(&out, 0, stackprofile.ByFunction, ""); err != nil || !strings.Contains(out.String(), `"endValue":3.75`) || !strings.Contains(out.String(), `"weights":[1.5,2.25]`) {
		t.Errorf("got %s, %v", out.String(), err)
	}
}

// TestNamesAsPprofHasThem compares the names of functions with go tool pprof: of
// C++ and Rust, mangled, demangled by the writer, or with only the linker's name.
func TestNamesAsPprofHasThem(t *testing.T) {
	t.Parallel()
	systems := []string{
		"_ZN4core3fmt5write17h0123456789abcdefE", "_RNvCs1234_7mycrate3foo", "_RNvMs_NtCs6Dp5RQhmQJm_4core3stre3len", "_ZNSt6vectorIiSaIiEE9push_backEOi",
		"__ZN3foo3barEv", "_Znwm", "_ZN12_GLOBAL__N_13runEv", "std::vector<int, std::allocator<int> >::push_back(int&&)", "foo<bar(int)>::operator()(int)", "a<b>c>d::e(f",
		"main.(*Map[go.shape.int,go.shape.string]).Get", "main.f[go.shape.func(int)]", "java.util.List.<init>", "memcpy", "_start", "main.main", "operator delete(void*)",
	}
	made := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}}, PeriodType: &profile.ValueType{}}
	made.Mapping = []*profile.Mapping{{ID: 1, Start: 1, Limit: 1 << 40, File: "/srv/none", HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true}}
	add := func(name, system string) {
		n := len(made.Function) + 1
		f := &profile.Function{ID: uint64(n), Name: name, SystemName: system}
		l := &profile.Location{ID: uint64(n), Address: uint64(n), Mapping: made.Mapping[0], Line: []profile.Line{{Function: f}}}
		made.Function, made.Location = append(made.Function, f), append(made.Location, l)
		made.Sample = append(made.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: []int64{int64(1) << n}})
	}
	for _, system := range systems {
		add(system, system)
	}
	add("", "_ZN5only66systemEv")
	add("shown by its writer<int>", "_ZN5shownIiE")
	path := writeFile(t, made)
	top, err := readFile(t, path).Top(0, stackprofile.ByFunction)
	if err != nil {
		t.Fatal(err)
	}
	want := pprofNames(t, path)
	for _, f := range top {
		if want[f.Self] != f.Name {
			t.Errorf("got %q, go tool pprof has %q", f.Name, want[f.Self])
		}
		delete(want, f.Self)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	// A writer that has only one name for each function, and mangled it.
	only := readText(t, "goroutine profile: total 1\n1 @ 0x1\n#\t0x0\t_ZN3foo3barEv+0x1\t/a.cc:1\n")
	if got := folded(t, only, 0); got != "foo::bar 1\n" {
		t.Errorf("got %q", got)
	}
}

// TestSharesOfDifferences compares shares with go tool pprof: of profiles with
// negative values, and of those that it makes with -diff_base.
func TestSharesOfDifferences(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]int64{"up and down": {-125, 122, 6}, "nothing in all": {100, -100}, "less": {100, -300}, "plain": {3, 4, 5}} {
		for _, base := range []bool{false, true} {
			made := difference(values, base)
			path := writeFile(t, made)
			p := readFile(t, path)
			top, err := p.Top(0, stackprofile.ByFunction)
			if err != nil {
				t.Fatal(err)
			}
			want := pprofShares(t, path)
			for _, f := range top {
				got := fmt.Sprintf("%.2f%%", 100*abs(float64(f.Self))/p.Size(0))
				if w := strings.TrimSuffix(want[f.Name], "%"); !sameShare(t, strings.TrimSuffix(got, "%"), w) {
					t.Errorf("%s, base %v: %s: got %s, go tool pprof has %s", name, base, f.Name, got, want[f.Name])
				}
			}
		}
	}
}
