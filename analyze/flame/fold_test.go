package flame_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// checkRoot: the tree's root is the profile's total, exactly, of every type and
// however much is shown.
func checkRoot(t *testing.T, p *stackprofile.Profile) {
	t.Helper()
	for valueType := range p.Types {
		for _, share := range []float64{0, -1, 0.1} {
			tree, err := flame.Fold(p, valueType, flame.FoldOptions{MinShare: share})
			if err != nil {
				t.Fatal(err)
			}
			if total := p.Total(valueType); tree.Total() != total {
				t.Errorf("%s, share %v: the total is %d, the tree's root %d", p.Types[valueType], share, total, tree.Total())
			}
		}
	}
}

// TestRootIsTheTotal of the test profiles of google/pprof.
func TestRootIsTheTotal(t *testing.T) {
	t.Parallel()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/pprof").Output()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, pattern := range []string{"profile/testdata/*", "internal/driver/testdata/*"} {
		paths, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if p, err := stackprofile.Read(bytes.NewReader(raw), stackprofile.Limits{}); err == nil {
				checkRoot(t, p)
				read++
			}
		}
	}
	if read < 15 {
		t.Errorf("only %d test profiles of google/pprof can be read", read)
	}
}

func TestFoldOptions(t *testing.T) {
	t.Parallel()
	p := readText(t, "main;a 9999999\nmain;b 1\n")
	for _, row := range []struct {
		name  string
		share float64
		nodes int
		least float64
	}{
		{"the default hides what cannot be seen", 0, 3, flame.DefaultMinShare},
		{"negative keeps all", -1, 4, 0},
		{"a share of one's own", 1e-7, 4, 1e-7},
	} {
		tree, err := flame.Fold(p, 0, flame.FoldOptions{MinShare: row.share})
		if err != nil {
			t.Fatal(err)
		}
		if len(tree.Nodes) != row.nodes || tree.MinShare != row.least {
			t.Errorf("%s: got %d nodes at %v, want %d at %v", row.name, len(tree.Nodes), tree.MinShare, row.nodes, row.least)
		}
	}
	if _, err := flame.Fold(p, 0, flame.FoldOptions{MinShare: 1}); err == nil {
		t.Error("a share of 1 has no error")
	}
	if _, err := flame.Fold(p, 1, flame.FoldOptions{}); err == nil || !strings.Contains(err.Error(), "there is no sample type") {
		t.Errorf("a type that is not there: got %v", err)
	}
}

// FuzzFold holds for whatever can be read.
func FuzzFold(f *testing.F) {
	raw, err := os.ReadFile("../stackprofile/testdata/fixture.pb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	for _, text := range []string{
		"a;b 1\n", "main;operator new 2\nmain;b_[i] 1\n;; -3\n", "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n", "web 1 1.0: 5 cycles: \n\t1 f+0x1 (/b)\n\n",
		"goroutine profile: total 1\n1 @ 0x1 0x2\n#\t0x1\tmain.f+0x0\t/a.go:1\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := stackprofile.Read(bytes.NewReader(data), stackprofile.Limits{MaxBytes: 1 << 20, MaxFrames: 1 << 18})
		if err != nil {
			return
		}
		checkRoot(t, p)
	})
}
