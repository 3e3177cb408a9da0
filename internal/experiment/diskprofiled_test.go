package experiment

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestFullDiskKeepsProfiles fills the disk at every file of the run folder in turn:
// the bundle, which was written before, stays whatever of the run's own files is
// missing.
func TestFullDiskKeepsProfiles(t *testing.T) {
	mux := http.NewServeMux()
	var taken atomic.Int64
	mux.HandleFunc("/debug/pprof/", func(w http.ResponseWriter, r *http.Request) {
		taken.Add(1)
		pprof.Index(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	start := func(context.Context, Lap) (*Target, error) {
		return &Target{
			Plan:  loadgen.Plan{URL: server.URL, Rate: 50, Duration: time.Second},
			Pprof: []profiles.Target{{URL: server.URL, MetricsURL: profiles.NoMetrics}},
		}, nil
	}
	spec := Spec{
		Name: "test", Benchmark: "HTTP", Seed: 1, Arms: []Arm{{Name: "a", Start: start}},
		Profile: &ProfileOptions{Rounds: 1, Duration: time.Second, Kinds: []profiles.Kind{profiles.Heap}},
	}
	m := runfolder.Manifest{Name: "test", Benchmark: "HTTP", Seed: 1, Arms: []runfolder.ArmManifest{{Name: "a"}}, Command: []string{"lotteryctl", "profile"}}
	kept := 0
	for room := 0; ; room++ {
		folder, err := runfolder.Create(filepath.Join(t.TempDir(), "run"), m)
		if err != nil {
			t.Fatal(err)
		}
		folder.WriteWith(fullDisk(room))
		taken.Store(0)
		_, err = Run(t.Context(), spec, folder)
		if err == nil {
			if kept < 2 {
				t.Errorf("only %d failures came after the bundle", kept)
			}
			return
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("room %d: %v", room, err)
		}
		if taken.Load() == 0 { // it failed before
			continue
		}
		kept++
		bundle := runfolder.BundleIn(filepath.Join(folder.WritingPath(), "arms/a/profile-1"))
		if _, err := profiles.ReadManifest(os.DirFS(bundle)); err != nil || !folder.HoldsFiles() {
			t.Errorf("room %d: the bundle is gone: %v", room, err)
		}
		if err := folder.Discard(); err != nil {
			t.Fatal(err)
		}
		if room > 20 {
			t.Fatal("it fails however much room there is")
		}
	}
}
