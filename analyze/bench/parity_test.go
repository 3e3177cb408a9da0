package bench_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// benchstat's own test cases and the examples of its documentation lie in the
// module that this package is built on. The tests here run all of them and
// want the same bytes.

// benchstatDir returns the folder of benchstat's source.
func benchstatDir(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/perf").Output()
	if err != nil {
		t.Fatalf("where is golang.org/x/perf? %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "cmd", "benchstat")
}

// compare does what benchstat does with the same arguments, on the files of a
// folder.
func compare(t testing.TB, fsys fs.FS, args []string) (stdout, stderr string) {
	t.Helper()
	q := bench.DefaultQuery()
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.StringVar(&q.Filter, "filter", q.Filter, "")
	flags.StringVar(&q.Table, "table", q.Table, "")
	flags.StringVar(&q.Row, "row", q.Row, "")
	flags.StringVar(&q.Col, "col", q.Col, "")
	flags.StringVar(&q.Ignore, "ignore", q.Ignore, "")
	flags.Float64Var(&q.Alpha, "alpha", q.Alpha, "")
	flags.Float64Var(&q.Confidence, "confidence", q.Confidence, "")
	format := flags.String("format", "text", "")
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}

	set := readFiles(t, fsys, flags.Args()...)
	tables, err := q.Literally().Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	for _, p := range set.Problems {
		fmt.Fprintln(&problems, p)
	}
	if *format == "csv" {
		err = tables.WriteCSV(&out, &problems)
	} else {
		err = tables.WriteText(&out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), problems.String()
}

// readFiles reads inputs that are all fit for use.
func readFiles(t testing.TB, fsys fs.FS, args ...string) *bench.Set {
	t.Helper()
	inputs := bench.ParseInputs(args)
	for i := range inputs {
		f, err := fsys.Open(inputs[i].Path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		inputs[i].Reader = f
	}
	set, err := bench.Read(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestBenchstatCases(t *testing.T) {
	testdata := os.DirFS(filepath.Join(benchstatDir(t), "testdata"))
	cases := []struct {
		golden string
		args   []string
	}{
		{"csvOldNew", []string{"-format", "csv", "old.txt", "new.txt"}},
		{"csvErrors", []string{"-format", "csv", "-row", ".name", "new.txt"}},
		{"crcOldNew", []string{"crc-old.txt", "crc-new.txt"}},
		{"crcIgnore", []string{"-ignore", "note", "crc-old.txt", "crc-new.txt"}},
		{"crcSizeVsPoly", []string{"-filter", "/align:0", "-row", "/size", "-col", "/poly", "crc-new.txt"}},
		{"units", []string{"-col", "note", "units.txt"}},
		{"zero", []string{"-col", "note", "zero.txt"}},
		{"smallSample", []string{"-col", "note", "smallSample.txt"}},
		{"issue19565", []string{"-col", "note", "issue19565.txt"}},
		{"issue19634", []string{"-col", "note", "issue19634.txt"}},
	}
	for _, c := range cases {
		t.Run(c.golden, func(t *testing.T) {
			stdout, stderr := compare(t, testdata, c.args)
			diff(t, "stdout", stdout, golden(t, testdata, c.golden+".stdout"))
			diff(t, "stderr", stderr, golden(t, testdata, c.golden+".stderr"))
		})
	}

	t.Run("all goldens are used", func(t *testing.T) {
		known := make(map[string]bool)
		for _, c := range cases {
			known[c.golden+".stdout"] = true
		}
		files, err := fs.Glob(testdata, "*.stdout")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !known[f] {
				t.Errorf("%s has no case here", f)
			}
		}
	})
}

// golden returns what benchstat is expected to write; nothing if it has no
// such file.
func golden(t *testing.T, fsys fs.FS, name string) string {
	t.Helper()
	text, err := fs.ReadFile(fsys, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

var example = regexp.MustCompile(`(?m)^//\t\$ benchstat (.*)\n((?://\t.*\n)+)`)

func TestBenchstatDocumentation(t *testing.T) {
	dir := benchstatDir(t)
	source, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllStringSubmatch(string(source), -1)
	if len(examples) < 8 {
		t.Fatalf("got %d examples, want at least 8: has the documentation changed its form?", len(examples))
	}
	for _, e := range examples {
		t.Run(e[1], func(t *testing.T) {
			want := strings.TrimPrefix(strings.ReplaceAll(e[2], "\n//\t", "\n"), "//\t")
			stdout, stderr := compare(t, os.DirFS(filepath.Join(dir, "testdata")), words(e[1]))
			diff(t, "stdout", stdout, want)
			diff(t, "stderr", stderr, "")
		})
	}
}

// words splits a command line at spaces that are not between double quotes.
func words(line string) []string {
	var all []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}

// diff reports the first line in which two texts differ.
func diff(t *testing.T, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s, line %d:\ngot:  %q\nwant: %q", what, i+1, g[i], w[i])
			return
		}
	}
	t.Errorf("%s: got %d lines, want %d:\n%s", what, len(g), len(w), got)
}
