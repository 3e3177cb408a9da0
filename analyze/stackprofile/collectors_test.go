package stackprofile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// collector is what stands between a program and the file that somebody looks at.
type collector struct {
	name  string
	store func(dump string) string
}

// everyLine puts something in front of each line.
func everyLine(front func(n int) string) func(string) string {
	return func(dump string) string {
		var out strings.Builder
		for n, line := range strings.Split(strings.TrimSuffix(dump, "\n"), "\n") {
			out.WriteString(front(n) + line + "\n")
		}
		return out.String()
	}
}

// clock gives a line its time, without zeros at the end as many collectors do.
func clock(n int) string {
	return time.Date(2026, 11, 28, 9, 59, 59, 999_000_000+n*250_000_000, time.UTC).Format(time.RFC3339Nano)
}

func inJSON(member string) func(string) string {
	return func(dump string) string {
		var out bytes.Buffer
		for line := range strings.Lines(dump) {
			raw, _ := json.Marshal(map[string]string{member: line, "stream": "stderr", "time": "2026-11-28T09:59:59Z"})
			out.Write(append(raw, '\n'))
		}
		return out.String()
	}
}

func collectors() []collector {
	return []collector{
		{"none", func(dump string) string { return dump }},
		{"compose", everyLine(func(int) string { return "web-1  | " })},
		{"a container runtime", everyLine(func(n int) string { return clock(n) + " stderr F " })},
		{"kubectl with prefix and times", everyLine(func(n int) string { return "[pod/web-7c9f-x2/web] " + clock(n) + " " })},
		{"journald", everyLine(func(n int) string { return fmt.Sprintf("Nov 28 17:%02d:09 host-3 web[4711]: ", n%60) })},
		{"a level and a number", everyLine(func(n int) string { return fmt.Sprintf("%d ERROR seq=%d ", 1700000000+n, n) })},
		{"docker's JSON", inJSON("log")},
		{"another JSON", inJSON("message")},
		{"a message of many lines", func(dump string) string {
			raw, _ := json.Marshal(map[string]any{"level": "error", "msg": "it died", "stack": dump, "code": 7})
			return `{"level":"info","msg":"ready (1)"}` + "\n" + string(raw) + "\n" + `{"level":"info","msg":"over (2)"}` + "\n"
		}},
		{"a quoted field", func(dump string) string {
			return `time=2026-11-28T09:59:59Z level=error msg="it died" stack=` + strconv.Quote(dump) + " code=7\n"
		}},
		{"package log", func(dump string) string { return "2026/11/28 09:59:59 " + dump }},
		{"tabs to eight blanks", func(dump string) string { return strings.ReplaceAll(dump, "\t", "        ") }},
		{"rsyslog", func(dump string) string {
			return everyLine(func(int) string { return "Nov 28 09:59:59 web-1 shop[812]: " })(strings.ReplaceAll(dump, "\t", "#011"))
		}},
		{"rsyslog, a message of many lines", func(dump string) string {
			return "Nov 28 09:59:59 web-1 shop[812]: " + strings.NewReplacer("\t", "#011", "\n", "#012").Replace(dump) + "\n"
		}},
		{"tabs to one blank", func(dump string) string { return strings.ReplaceAll(dump, "\t", " ") }},
		{"no tabs", func(dump string) string { return strings.ReplaceAll(dump, "\t", "") }},
		{"no empty lines", func(dump string) string { return strings.ReplaceAll(dump, "\n\n", "\n") }},
		{"indented", everyLine(func(int) string { return "    " })},
		{"Windows", func(dump string) string { return strings.ReplaceAll(dump, "\n", "\r\n") }},
		{"a redirection of PowerShell", func(dump string) string {
			out := []byte{0xff, 0xfe}
			for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(dump, "\n", "\r\n"))) {
				out = append(out, byte(unit), byte(unit>>8))
			}
			return string(out)
		}},
		{"colors", everyLine(func(int) string { return "\x1b[36mweb-1  |\x1b[0m " })},
		{"a long log before", func(dump string) string {
			return strings.Repeat("10:00:00 INFO served /draw in 12 ms (200)\n", 5000) + "\npanic: no more\n\n" + dump + "\nexit status 2\n"
		}},
	}
}

// TestDumpsFromCollectors: whatever a collector of logs has done to a dump, it is
// read as the runtime wrote it.
func TestDumpsFromCollectors(t *testing.T) {
	t.Parallel()
	var own bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&own, 2); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"production": testdata(t, "production.txt"), "this process": own.String()} {
		want := dump(t, text)
		if n := len(regexp.MustCompile(`(?m)^goroutine \d+ `).FindAllString(text, -1)); len(want.Goroutines) != n || len(want.Notes) != 0 {
			t.Fatalf("%s: got %d of %d goroutines, notes %+v", name, len(want.Goroutines), n, want.Notes)
		}
		for _, c := range collectors() {
			got := dump(t, c.store(text))
			if !reflect.DeepEqual(got.Goroutines, want.Goroutines) {
				t.Errorf("%s, %s: got\n%+v\nwant\n%+v", name, c.name, got.Goroutines, want.Goroutines)
			}
			if c.name != "a level and a number" && len(got.Notes) > 0 {
				t.Errorf("%s, %s: notes %+v", name, c.name, got.Notes)
			}
			if p := readText(t, c.store(text)); p.Total(0) != int64(len(want.Goroutines)) {
				t.Errorf("%s, %s: as a profile it has %d goroutines of %d", name, c.name, p.Total(0), len(want.Goroutines))
			}
		}
	}
}

func TestDumpOfProduction(t *testing.T) {
	t.Parallel()
	d := dump(t, testdata(t, "production.txt"))
	pool, c, leaf, elsewhere := d.Goroutines[0], d.Goroutines[1], d.Goroutines[2], d.Goroutines[3]
	if !pool.Locked || pool.Stack[1].Function != "main.(*Pool[go.shape.struct { A int; B string }]).take" || pool.Stack[1].File != "/home/my user/src/pool.go" || pool.Stack[1].Line != 31 {
		t.Errorf("got %+v", pool)
	}
	var names []string
	for _, f := range c.Stack {
		names = append(names, fmt.Sprintf("%s %s:%d", f.Function, f.File, f.Line))
	}
	want := []string{
		"main.wait C:/src/main.go:20", "main._Cfunc_sleep_for _cgo_gotypes.go:51", "runtime.cgocall /go/src/runtime/cgocall.go:167",
		"non-Go function :0", "C.sleep_for /src/native/sleep.c:7", "[frames elided] :0",
	}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if c.Wait != 5*time.Minute || !c.Locked || !c.Elided || c.CreatedBy.Function != "main.start" || c.Creator != 1 {
		t.Errorf("got %+v", c)
	}
	if len(leaf.Labels) != 2 || leaf.Labels[0] != (stackprofile.Label{Key: "route", Text: "/a b"}) || leaf.CreatedBy.Function != "main.mid" || len(leaf.Stack) != 1 {
		t.Errorf("got %+v", leaf)
	}
	if len(elsewhere.Stack) != 0 || elsewhere.CreatedBy.Line != 13 {
		t.Errorf("got %+v", elsewhere)
	}
}

// TestSeveralDumps: those of one process are told apart, the last is the one, and
// those of several processes are refused.
func TestSeveralDumps(t *testing.T) {
	t.Parallel()
	first := "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n\n"
	second := first + "goroutine 7 [select]:\nmain.f()\n\t/a.go:2 +0x1\n\n"
	for name, text := range map[string]string{
		"one after the other":  first + second,
		"crashes":              "panic: a\n\n" + "goroutine 9 [running]:\nmain.f()\n\t/a.go:2 +0x1\nexit status 2\n\nfatal error: all goroutines are asleep - deadlock!\n\n" + second,
		"with the same prefix": everyLine(func(int) string { return "web-1  | " })(first + second),
	} {
		dumps, err := stackprofile.ReadGoroutineDumps(strings.NewReader(text), stackprofile.Limits{})
		if err != nil || len(dumps) != 2 || len(dumps[0].Goroutines) != 1 || len(dumps[1].Goroutines) != 2 {
			t.Errorf("%s: got %v, %v", name, dumps, err)
			continue
		}
		p := readText(t, text)
		if p.Total(0) != 2 || len(p.Notes) == 0 || !p.Notes[0].Equal(stackprofile.Note{Code: stackprofile.SeveralDumps, Count: 2}) {
			t.Errorf("%s: got %d goroutines, notes %+v", name, p.Total(0), p.Notes)
		}
	}
	var mixed strings.Builder // as of a group of containers
	a, b := strings.Split(everyLine(func(int) string { return "web-1  | " })(second), "\n"), strings.Split(everyLine(func(int) string { return "web-2  | " })(second), "\n")
	for i := range a {
		mixed.WriteString(a[i] + "\n" + b[i] + "\n")
	}
	_, err := stackprofile.Read(strings.NewReader(mixed.String()), stackprofile.Limits{})
	if err == nil || err.Error() != `it contains goroutine dumps of 2 processes, whose lines begin with "web-1  |" and "web-2  |"; write each into a file of its own` {
		t.Errorf("got %v", err)
	}
}

// TestThreadsOfACrash: with GOTRACEBACK=crash each thread prints its goroutine
// once more, which is no dump of its own.
func TestThreadsOfACrash(t *testing.T) {
	t.Parallel()
	text := "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 1 gp=0xc1 m=nil [select]:\nmain.main()\n\t/a.go:1 +0x1\n\n" +
		"goroutine 5 gp=0xc2 m=3 mp=0xc3 [running]:\n\tgoroutine running on other thread; stack unavailable\n\nrax    0x0\nrbx    0x1\n-----\n\n" +
		"SIGQUIT: quit\nPC=0x2 m=3 sigcode=0\n\ngoroutine 5 gp=0xc2 m=3 mp=0xc3 [running]:\nmain.burn()\n\t/a.go:9 +0x1\n\nrax    0x0\n-----\n"
	d := dump(t, text)
	if len(d.Goroutines) != 2 || len(d.Goroutines[1].Stack) != 1 || len(d.Notes) != 0 {
		t.Errorf("got %+v", d)
	}
}

// TestOtherLinesWithinADump are counted, and change no stack.
func TestOtherLinesWithinADump(t *testing.T) {
	t.Parallel()
	text := everyLine(func(n int) string { return "web-1  | " })("goroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\nmain.main()\n\t/a.go:2 +0x1\n")
	text = strings.Replace(text, "web-1  | main.main", "db-1   | checkpoint complete (12)\nweb-1  | main.main", 1)
	d := dump(t, text)
	if len(d.Goroutines) != 1 || len(d.Goroutines[0].Stack) != 2 || d.Goroutines[0].Stack[1].Line != 1 {
		t.Errorf("got %+v", d.Goroutines)
	}
	if len(d.Notes) != 1 || d.Notes[0].Reason != stackprofile.NotTheDumps || d.Notes[0].Line != 4 {
		t.Errorf("notes: %+v", d.Notes)
	}
}

// TestLabelsInEveryDebugLevel reads the same labels of a profile (debug=0), of
// text (debug=1) and of a dump (debug=2, with GODEBUG=tracebacklabels=1).
func TestLabelsInEveryDebugLevel(t *testing.T) {
	t.Parallel()
	text := "goroutine profile: total 4\n3 @ 0x47dece 0x4dd0af\n# labels: {\"route\":\"/a\", \"tier\":\"go\\\"ld\"}\n#\t0x4dd0ae\tmain.worker+0xe\t/src/main.go:48\n\n" +
		"1 @ 0x442c51 0x4dcee5\n#\t0x4dcee4\tmain.main+0x344\t/src/main.go:57\n"
	for name, text := range map[string]string{"as it is": text, "blanks": strings.ReplaceAll(text, "\t", "    "), "Windows": strings.ReplaceAll(text, "\n", "\r\n")} {
		p := readText(t, text)
		filtered, _ := p.Filter(stackprofile.Filter{Labels: []stackprofile.LabelFilter{{Key: "tier", Value: regexp.MustCompile(`^go"ld$`)}}})
		if got := folded(t, filtered, 0); got != "main.worker 3\n" || p.Total(0) != 4 {
			t.Errorf("%s: got %q, %d in total", name, got, p.Total(0))
		}
	}
	if _, err := stackprofile.Read(strings.NewReader(text+"\n"+text), stackprofile.Limits{}); err == nil || !strings.Contains(err.Error(), "several profiles") {
		t.Errorf("two: got %v", err)
	}
}
