package profiles_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// pprofMux is net/http/pprof as a service registers it.
func pprofMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// capture takes a bundle of one second.
func capture(t *testing.T, plan profiles.Plan) (*profiles.Manifest, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bundle")
	plan.Duration = time.Second
	m, err := profiles.Capture(t.Context(), plan, dir)
	if err != nil {
		t.Fatal(err)
	}
	return m, dir
}

func readProfile(t *testing.T, dir, file string) *profile.Profile {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		t.Fatal(file, err)
	}
	return p
}

// TestCaptureTakesEverything finds every part of a bundle in its file.
func TestCaptureTakesEverything(t *testing.T) {
	var served atomic.Int64
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: serve(t, pprofMux()), Process: profiles.Process{Revision: "abc"}}},
		Trace:   true, Tool: "test", Requests: func() int64 { return served.Add(10) },
	})
	for _, kind := range profiles.Kinds() {
		p, ok := m.Profile(kind)
		if !ok || p.Status != profiles.OK && p.Status != profiles.Empty {
			t.Errorf("%s: %+v", kind, p)
			continue
		}
		got := readProfile(t, dir, p.File)
		if len(got.Sample) != p.Samples || len(got.SampleType) != len(p.SampleTypes) {
			t.Errorf("%s: %d samples of %d types, the manifest has %+v", kind, len(got.Sample), len(got.SampleType), p)
		}
		if known := p.Requests != nil; known != kind.IsDelta() {
			t.Errorf("%s: requests known %v", kind, known)
		}
		if p.Delta != kind.IsDelta() || p.Delta && p.DurationNS < time.Second {
			t.Errorf("%s: delta %v over %v", kind, p.Delta, p.DurationNS)
		}
	}
	source := m.Targets[0]
	if source.Name != "web" || source.Process.Revision != "abc" || source.Process.Binary != "profiles.test" || m.Tool != "test" {
		t.Errorf("got %+v", source)
	}
	heap, _ := m.Profile(profiles.Heap)
	readProfile(t, dir, heap.StartFile)
	for file, begin := range map[string]string{
		source.Goroutines.File: "goroutine ", source.Goroutines.StartFile: "goroutine ", source.Trace.File: "go 1.",
	} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.HasPrefix(string(text), begin) {
			t.Errorf("%s: %v %.20q", file, err, text)
		}
	}
	read, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil || !reflect.DeepEqual(read, m) {
		t.Errorf("read %+v, %v\nwrote %+v", read, err, m)
	}
}
