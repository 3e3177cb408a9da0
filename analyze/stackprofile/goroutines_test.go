package stackprofile_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

func dump(t *testing.T, text string) *stackprofile.GoroutineDump {
	t.Helper()
	d, err := stackprofile.ReadGoroutines(strings.NewReader(text), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReadGoroutines(t *testing.T) {
	t.Parallel()
	d := dump(t, testdata(t, "goroutines.txt"))
	if len(d.Goroutines) != 6 {
		t.Fatalf("got %d goroutines, want 6", len(d.Goroutines))
	}
	if len(d.Notes) != 1 || d.Notes[0].Reason != stackprofile.NoCall || d.Notes[0].Text != `"this is no call"` {
		t.Errorf("notes: %+v", d.Notes)
	}
	lock := d.Goroutines[3]
	if lock.ID != 22 || lock.State != "sync.Mutex.Lock" || lock.Wait != time.Minute || !lock.Locked || lock.Creator != 1 {
		t.Errorf("got %+v", lock)
	}
	if root := lock.Stack[0]; root.Function != "main.(*server).serve" || root.File != "/src/main.go" || root.Line != 70 || root.Inlined {
		t.Errorf("root: got %+v", root)
	}
	if !lock.Stack[1].Inlined || lock.Stack[2].Inlined {
		t.Errorf("inlined: got %+v", lock.Stack)
	}
	if by := lock.CreatedBy; by.Function != "main.main" || by.Line != 7 {
		t.Errorf("created by: got %+v", by)
	}
	wait := d.Goroutines[4]
	if len(wait.Labels) != 2 || wait.Labels[0] != (stackprofile.Label{Key: "route", Text: "/draw"}) || wait.Labels[1].Text != `a "q"` || !wait.Elided {
		t.Errorf("got %+v", wait)
	}
}

func TestGoroutineProfileIsRootedAtCreation(t *testing.T) {
	t.Parallel()
	p := readText(t, testdata(t, "goroutines.txt"))
	want := "created by main.main 1\n" +
		"created by main.main;main.(*server).serve;sync.(*Mutex).Lock;internal/sync.runtime_SemacquireMutex 1\n" +
		"created by main.main;main.leak 2\n" +
		"created by main.main.func2;main.deep;[frames elided];main.wait 1\n" +
		"main.main 1\n"
	if got := folded(t, p, 0); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestDumpOfThisProcess reads what the runtime writes today.
func TestDumpOfThisProcess(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 5 {
		go waitFor(ctx)
	}
	count := func() (n int) {
		var out bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&out, 2); err != nil {
			t.Fatal(err)
		}
		for _, g := range dump(t, out.String()).Goroutines {
			if g.State == "chan receive" && g.CreatedBy.Function == "github.com/lotteryctl/lotteryctl/analyze/stackprofile_test.TestDumpOfThisProcess" {
				n++
			}
		}
		return n
	}
	for end := time.Now().Add(10 * time.Second); count() != 5; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("found %d of 5 goroutines", count())
		}
	}
}

func waitFor(ctx context.Context) { <-ctx.Done() }
