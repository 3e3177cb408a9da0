package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// handlers is a profile in which a third is the work of taking profiles, a part is
// libraries' under the program's own code, and a part is nobody's.
const handlers = `main.main;shop/cart.Add;encoding/json.Marshal 40
net/http.(*conn).serve;net/http/pprof.Index;runtime/pprof.(*Profile).WriteTo 30
runtime.gcBgMarkWorker;runtime.scanobject 20
`

// TestFlameLeavesTheProfilerOut: a bundle is shown without the work of taking it
// unless that is asked for, a single file as it is, and what was left out is noted.
func TestFlameLeavesTheProfilerOut(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bundle")
	writeBundle(t, dir, handlers, 200)
	for _, row := range []struct {
		args      []string
		in, notIn string
		note      string
	}{
		{[]string{dir}, "60 in total, 0.3 per request of 200\n", "WriteTo", "note: taking the profiles is left out: 33.3 % of samples; --with-profiler shows it\n"},
		{[]string{"--with-profiler", dir}, "90 in total, 0.45 per request of 200\n", "nothing", ""},
		{[]string{filepath.Join(dir, "cpu.pb.gz")}, "90 in total\n", "per request", ""},
		{[]string{"--diff", "--format", "folded", "--with-profiler", dir, dir}, "WriteTo", "nothing", ""},
		{[]string{"--diff", "--format", "folded", dir, dir}, "json.Marshal", "WriteTo", ""},
	} {
		stdout, stderr, err := execute(t, append([]string{"flame"}, row.args...)...)
		if err != nil || !strings.Contains(stdout, row.in) || strings.Contains(stdout, row.notIn) || !strings.Contains(stderr, row.note) {
			t.Errorf("%v: got %v, %q and\n%s", row.args, err, stderr, stdout)
		}
	}
}

// TestFlameOwn shows the program's own code next to the whole: the shares are those
// of the whole.
func TestFlameOwn(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bundle")
	writeBundle(t, dir, handlers, 200)
	for _, row := range []struct {
		args      []string
		in, notIn string
	}{
		{[]string{"--own", dir}, "66.7 %          0.2  shop/cart.Add\n", "Marshal"},
		{[]string{"--own", dir}, "33.3 %          0.1  [not in the program's own code]\n", "scanobject"},
		{[]string{"--own=shop", dir}, "shop/cart.Add\n", "Marshal"},
		{[]string{"--own", "--diff", "--format", "folded", dir, dir}, "shop/cart.Add", "Marshal"},
		{[]string{"--own=shop", "--focus", "Marshal", dir}, "100 %", "not in the program"},
	} {
		stdout, stderr, err := execute(t, append([]string{"flame"}, row.args...)...)
		if err != nil || !strings.Contains(stdout, row.in) || strings.Contains(stdout, row.notIn) || !strings.Contains(stderr, "only the program's own code") {
			t.Errorf("%v: got %v, %q and\n%s", row.args, err, stderr, stdout)
		}
	}
	library := filepath.Join(t.TempDir(), "cpu.folded")
	writeText(t, filepath.Dir(library), "cpu.folded", "runtime.mcall;runtime.park_m 3\n")
	for _, row := range []struct{ args, want string }{
		{"--own=example.com/nobody", "no function has such an import path"},
		{"--own", "name its module with --own=PATH"},
		{"--own=", "--own= names no module"},
	} {
		if _, stderr, err := execute(t, "flame", row.args, library); err == nil || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: got %v, %q", row.args, err, stderr)
		}
	}
}

// TestGoroutinesOfTheProgramFirst: one goroutine of the program stands before the
// many of libraries.
func TestGoroutinesOfTheProgramFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var b strings.Builder
	for _, id := range []string{"5", "6", "7"} {
		b.WriteString("goroutine " + id + " [select]:\ngithub.com/x/y.wait()\n\t/root/go/pkg/mod/github.com/x/y@v1.0.0/y.go:1 +0x1\ncreated by github.com/x/y.Dial in goroutine 1\n\t/root/go/pkg/mod/github.com/x/y@v1.0.0/y.go:2 +0x1\n\n")
	}
	b.WriteString("goroutine 9 [chan receive]:\nmain.work()\n\t/app/main.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/app/main.go:2 +0x1\n")
	writeText(t, dir, "dump.txt", b.String())
	stdout, stderr, err := execute(t, "flame", "--goroutines", filepath.Join(dir, "dump.txt"))
	own, heading, library := strings.Index(stdout, "main.work"), strings.Index(stdout, "without code of the program:"), strings.Index(stdout, "y.wait")
	if err != nil || own < 0 || own > heading || heading > library {
		t.Errorf("got %v, %q and\n%s", err, stderr, stdout)
	}
}
