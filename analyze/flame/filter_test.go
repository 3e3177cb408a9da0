package flame_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	re := regexp.MustCompile
	const serve = "net/http.(*conn).serve"
	const odd = "main.f[go.shape.struct { A int: B string }]<&\"名"
	for _, row := range []struct {
		name   string
		filter flame.Filter
		want   string
	}{
		{"focus by function", flame.Filter{Focus: re("parse")}, "main.main;" + serve + ";main.parse 30\nmain.main;" + serve + ";main.parse;runtime.mallocgc 5\n"},
		{"focus by file", flame.Filter{Focus: re(`mgc\.go`)}, "runtime.gcBgMarkWorker 25\n"},
		{"ignore", flame.Filter{Ignore: re("main.main|gcBg")}, "[no stack] 1\n[web] 9\n"},
		{"hide", flame.Filter{Hide: re(`\(\*conn\)|go\.shape`), Focus: re("main.main")}, "main.main 30\nmain.main;main.parse 30\nmain.main;main.parse;runtime.mallocgc 5\n"},
		{"show", flame.Filter{Show: re("mallocgc|go.shape")}, "[no stack] 1\n" + odd + " 20\n" + odd + ";" + odd + " 10\nruntime.mallocgc 5\n"},
		{"root at the outermost", flame.Filter{Root: re("go.shape")}, odd + " 20\n" + odd + ";" + odd + " 10\n"},
		{"label", flame.Filter{Labels: []flame.LabelFilter{{Key: "route", Value: re("^/draw$")}}, Ignore: re("mallocgc")}, "main.main;" + serve + ";main.parse 30\n"},
		{"labels must all match", flame.Filter{Labels: []flame.LabelFilter{{Key: "route", Value: re("draw")}, {Key: "route", Value: re("admin")}}}, ""},
		{"fold the runtime", flame.Filter{FoldRuntime: true, Focus: re("mallocgc|gcBg")}, "[runtime] 25\nmain.main;" + serve + ";main.parse;[runtime] 5\n"},
		{"label as root", flame.Filter{LabelRoot: "route", Focus: re("mallocgc|gcBg")}, "/draw;main.main;" + serve + ";main.parse;runtime.mallocgc 5\n[no route];runtime.gcBgMarkWorker 25\n"},
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
		filter flame.Filter
	}{
		{own, []string{"-focus=parse|gcBg"}, flame.Filter{Focus: re("parse|gcBg")}},
		{own, []string{"-focus=odd\\.go"}, flame.Filter{Focus: re(`odd\.go`)}},
		{own, []string{"-focus=main", "-ignore=mallocgc"}, flame.Filter{Focus: re("main"), Ignore: re("mallocgc")}},
		{own, []string{"-hide=serve|mallocgc"}, flame.Filter{Hide: re("serve|mallocgc")}},
		{own, []string{"-show=main\\.|malloc"}, flame.Filter{Show: re(`main\.|malloc`)}},
		{own, []string{"-show_from=serve"}, flame.Filter{Root: re("serve")}},
		{own, []string{"-tagfocus=route=draw"}, flame.Filter{Labels: []flame.LabelFilter{{Key: "route", Value: re("draw")}}}},
		{cpp, []string{"-hide=lib"}, flame.Filter{Hide: re("lib")}},
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
	filtered, kept := p.Filter(flame.Filter{Focus: regexp.MustCompile("gcBg")})
	if kept.Share(1) != 0.25 {
		t.Errorf("got %v, want 0.25", kept.Share(1))
	}
	if n := len(filtered.Notes); n == 0 || filtered.Notes[n-1] != "the filters keep 1 of 7 stacks, 25 % of cpu" {
		t.Errorf("notes: %q", filtered.Notes)
	}
	if odd, _ := p.Filter(flame.Filter{LabelRoot: "rout"}); !slices.ContainsFunc(odd.Notes, func(n string) bool { return strings.HasPrefix(n, "no sample has a label rout; there are ") }) {
		t.Errorf("a label that is not there: %q", odd.Notes)
	}
	if all, kept := p.Filter(flame.Filter{}); kept.Share(0) != 1 || len(all.Notes) != len(p.Notes) {
		t.Errorf("a filter that keeps all: %v, %q", kept, all.Notes)
	}
}
