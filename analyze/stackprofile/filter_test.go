package stackprofile_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	re := regexp.MustCompile
	const serve = "net/http.(*conn).serve"
	const odd = "main.f[go.shape.struct { A int: B string }]<&\"名"
	for _, row := range []struct {
		name   string
		filter stackprofile.Filter
		want   string
	}{
		{"focus by function", stackprofile.Filter{Focus: re("parse")}, "main.main;" + serve + ";main.parse 30\nmain.main;" + serve + ";main.parse;runtime.mallocgc 5\n"},
		{"focus by file", stackprofile.Filter{Focus: re(`mgc\.go`)}, "runtime.gcBgMarkWorker 25\n"},
		{"ignore", stackprofile.Filter{Ignore: re("main.main|gcBg")}, "[no stack] 1\n[web] 9\n"},
		{"hide", stackprofile.Filter{Hide: re(`\(\*conn\)|go\.shape`), Focus: re("main.main")}, "main.main 30\nmain.main;main.parse 30\nmain.main;main.parse;runtime.mallocgc 5\n"},
		{"show", stackprofile.Filter{Show: re("mallocgc|go.shape")}, "[no stack] 1\n" + odd + " 20\n" + odd + ";" + odd + " 10\nruntime.mallocgc 5\n"},
		{"root at the outermost", stackprofile.Filter{Root: re("go.shape")}, odd + " 20\n" + odd + ";" + odd + " 10\n"},
		{"label", stackprofile.Filter{Labels: []stackprofile.LabelFilter{{Key: "route", Value: re("^/draw$")}}, Ignore: re("mallocgc")}, "main.main;" + serve + ";main.parse 30\n"},
		{"labels must all match", stackprofile.Filter{Labels: []stackprofile.LabelFilter{{Key: "route", Value: re("draw")}, {Key: "route", Value: re("admin")}}}, ""},
		{"fold the runtime", stackprofile.Filter{FoldRuntime: true, Focus: re("mallocgc|gcBg")}, "[runtime] 25\nmain.main;" + serve + ";main.parse;[runtime] 5\n"},
		{"label as root", stackprofile.Filter{LabelRoot: "route", Focus: re("mallocgc|gcBg")}, "/draw;main.main;" + serve + ";main.parse;runtime.mallocgc 5\n[no route];runtime.gcBgMarkWorker 25\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := fixtureProfile(t)
			before := folded(t, p, 0)
			filtered, kept := p.Filter(row.filter)
			if got := folded(t, filtered, 0); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
			if kept.Totals[0] != filtered.Total(0) || kept.OfTotals[0] != 100 || kept.Samples != filtered.Len() || kept.OfSamples != 7 {
				t.Errorf("kept: %+v", kept)
			}
			if after := folded(t, p, 0); after != before {
				t.Errorf("the filter changed the profile it was given:\n%s", after)
			}
		})
	}
}

// TestFilterIsPprofs compares with what go tool pprof's options of the same
// names leave, for every function.
func TestFilterIsPprofs(t *testing.T) {
	t.Parallel()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/pprof").Output()
	if err != nil {
		t.Fatal(err)
	}
	re := regexp.MustCompile
	cpp := filepath.Join(strings.TrimSpace(string(dir)), "internal/driver/testdata/cppbench.cpu")
	own := filepath.Join(t.TempDir(), "fixture.pb.gz")
	out, err := os.Create(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := fixture().Write(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		path   string
		args   []string
		filter stackprofile.Filter
	}{
		{own, []string{"-focus=parse|gcBg"}, stackprofile.Filter{Focus: re("parse|gcBg")}},
		{own, []string{"-focus=odd\\.go"}, stackprofile.Filter{Focus: re(`odd\.go`)}},
		{own, []string{"-focus=main", "-ignore=mallocgc"}, stackprofile.Filter{Focus: re("main"), Ignore: re("mallocgc")}},
		{own, []string{"-hide=serve|mallocgc"}, stackprofile.Filter{Hide: re("serve|mallocgc")}},
		{own, []string{"-show=main\\.|malloc"}, stackprofile.Filter{Show: re(`main\.|malloc`)}},
		{own, []string{"-show_from=serve"}, stackprofile.Filter{Root: re("serve")}},
		{own, []string{"-tagfocus=route=draw"}, stackprofile.Filter{Labels: []stackprofile.LabelFilter{{Key: "route", Value: re("draw")}}}},
		{cpp, []string{"-hide=lib"}, stackprofile.Filter{Hide: re("lib")}},
	} {
		t.Run(strings.Join(row.args, " "), func(t *testing.T) {
			t.Parallel()
			p, _ := readFile(t, row.path).Filter(row.filter)
			for i, valueType := range p.Types {
				compareTop(t, p, i, pprofTop(t, row.path, valueType, row.args...))
			}
		})
	}
}

func TestKeptShare(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	filtered, kept := p.Filter(stackprofile.Filter{Focus: regexp.MustCompile("gcBg")})
	if kept.Share(1) != 0.25 {
		t.Errorf("got %v, want 0.25", kept.Share(1))
	}
	if n := len(filtered.Notes); n == 0 || !filtered.Notes[n-1].Equal(stackprofile.Note{Code: stackprofile.StacksFiltered, Count: 1, Of: 7, Share: 0.25, Text: "cpu"}) {
		t.Errorf("notes: %+v", filtered.Notes)
	}
	missing := stackprofile.Note{Code: stackprofile.LabelsMissing, Missing: []string{"rout"}, Known: []string{"route"}}
	if odd, _ := p.Filter(stackprofile.Filter{LabelRoot: "rout"}); !slices.ContainsFunc(odd.Notes, missing.Equal) {
		t.Errorf("a label that is not there: %+v", odd.Notes)
	}
	if all, kept := p.Filter(stackprofile.Filter{}); kept.Share(0) != 1 || len(all.Notes) != len(p.Notes) {
		t.Errorf("a filter that keeps all: %v, %+v", kept, all.Notes)
	}
}
