package goroutine_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

func TestGoldens(t *testing.T) {
	t.Parallel()
	before, after := flametest.Dump(t, "goroutines.txt"), flametest.Dump(t, "goroutines-later.txt")
	for _, row := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"goroutines-groups.json", func(w io.Writer) error { return goroutine.WriteGroupsJSON(w, goroutine.Groups(before)) }},
		{"goroutines-growth.json", func(w io.Writer) error { return goroutine.WriteGrowthJSON(w, goroutine.Compare(before, after)) }},
	} {
		var out bytes.Buffer
		if err := row.write(&out); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, row.name, out.String())
	}
}

func TestGoroutineGroups(t *testing.T) {
	t.Parallel()
	groups := goroutine.Groups(flametest.Dump(t, "goroutines.txt"))
	if len(groups) != 5 {
		t.Fatalf("got %d groups, want 5", len(groups))
	}
	if g := groups[0]; g.Count != 2 || g.MinWait != 2*time.Minute || g.MedianWait != 2*time.Minute || g.MaxWait != 4*time.Minute {
		t.Errorf("got %+v", g)
	}
}

func TestGrowthFindsALeakAndNothingElse(t *testing.T) {
	t.Parallel()
	before, after := flametest.Dump(t, "goroutines.txt"), flametest.Dump(t, "goroutines-later.txt")
	growth := goroutine.Compare(before, after)
	for i, g := range growth {
		if leaks := i == 0; g.Suspect != leaks {
			t.Errorf("%s: suspect is %v", g.Group.State, g.Suspect)
		}
	}
	if g := growth[0]; g.Old != 2 || g.New != 4 || g.Stayed != 2 || g.Stuck != 2 || g.Group.Stack[0].Function != "main.leak" {
		t.Errorf("got %+v", g)
	}
	for _, g := range goroutine.Compare(after, after) {
		if g.Suspect || g.Delta() != 0 {
			t.Errorf("the same dump twice: %+v", g)
		}
	}
}

// FuzzGroups: every goroutine is in one group, and a dump differs in nothing from
// itself.
func FuzzGroups(f *testing.F) {
	f.Add("main.f(...)\n\t/a.go:1\ncreated by main.main in goroutine 1\n\t/a.go:2 +0x3\n\ngoroutine 2 [select, 3 minutes, locked to thread labels:{\"a\": \"b\"}]:\n...4 frames elided...\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := stackprofile.ReadGoroutines(strings.NewReader("goroutine 1 [running]:\n"+text), stackprofile.Limits{MaxBytes: 1 << 20, MaxFrames: 1 << 18})
		if err != nil {
			return
		}
		count := 0
		for _, g := range goroutine.Groups(d) {
			count += g.Count
		}
		if count != len(d.Goroutines) {
			t.Errorf("%d goroutines are %d in groups", len(d.Goroutines), count)
		}
		for _, g := range goroutine.Compare(d, d) {
			if g.Delta() != 0 || g.Suspect {
				t.Errorf("a dump differs from itself: %+v", g)
			}
		}
	})
}
