package profiles_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestFilesThatCannotBeWritten plants folders where files belong, which nobody can
// replace: what a full disk does to single files. All others are kept, and the
// manifest says which are missing.
func TestFilesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	all := []string{"cpu.pb.gz", "allocs.pb.gz", profiles.HeapStartFile, profiles.GoroutinesFile, profiles.TraceFile, profiles.MetricsFile}
	for _, inTheWay := range [][]string{{"allocs.pb.gz"}, {profiles.HeapStartFile}, {profiles.GoroutinesFile}, {profiles.TraceFile}, {profiles.MetricsFile}, all} {
		dir := t.TempDir()
		for _, name := range inTheWay {
			if err := os.MkdirAll(filepath.Join(dir, name, "x"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		mux := canned(t)
		mux["/metrics"] = answer(200, []byte("go_goroutines 7\n"))
		m, err := profiles.Capture(t.Context(), profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Duration: time.Second, Trace: true}, dir)
		var unwritten *profiles.UnwrittenError
		if !errors.As(err, &unwritten) || unwritten.Files != len(inTheWay) || m == nil {
			t.Fatalf("%v: got %v with %+v", inTheWay, err, m)
		}
		read, err := profiles.ReadManifest(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, p := range read.Profiles {
			if p.Status == profiles.Failed {
				failed++
				if p.Failure.Code != profiles.FailNotWritten || p.File != "" {
					t.Errorf("%v: got %+v", inTheWay, p)
				}
				continue
			}
			checkFile(t, dir, p)
		}
		s := read.Targets[0]
		for _, f := range []*profiles.Failure{s.Goroutines.Failure, s.Metrics.Failure, s.Trace.Failure} {
			if f != nil {
				failed++
				if f.Code != profiles.FailNotWritten {
					t.Errorf("%v: got %+v", inTheWay, f)
				}
			}
		}
		if heap := entry(t, m, profiles.Heap); heap.StartFile == "" {
			failed++
		}
		if failed != len(inTheWay) {
			t.Errorf("%v: %d parts are called failed in %+v", inTheWay, failed, read)
		}
	}
}
