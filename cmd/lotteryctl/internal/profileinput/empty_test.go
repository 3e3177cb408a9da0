package profileinput

import (
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestWhyEmptyOfARealBundle asks a bundle that profiles.Capture has written why
// its mutex profile is empty: in tests nobody switches it on.
func TestWhyEmptyOfARealBundle(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	server := httptest.NewServer(mux)
	defer server.Close()
	dir := filepath.Join(t.TempDir(), "bundle")
	_, err := profiles.Capture(t.Context(), profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: server.URL, MetricsURL: profiles.NoMetrics}},
		Kinds:   []profiles.Kind{profiles.Mutex, profiles.Goroutine}, Duration: time.Second,
	}, dir)
	if err != nil {
		t.Fatal(err)
	}
	source, err := SourceInBundle(dir, profiles.Mutex)
	if err != nil || !strings.HasPrefix(source.Why, "mutex profiling is off on web; call runtime.") {
		t.Errorf("got %q, %v", source.Why, err)
	}
	if source, err = SourceInBundle(dir, profiles.Goroutine); err != nil || source.Why != "" {
		t.Errorf("got %q, %v", source.Why, err)
	}
}

// TestWhyEmptyOfOldBundles: those of format 1 say it in a sentence.
func TestWhyEmptyOfOldBundles(t *testing.T) {
	dir := t.TempDir()
	const sentence = "mutex profiling is off on web; call runtime.SetMutexProfileFraction(100) when the service starts"
	if err := os.WriteFile(filepath.Join(dir, profiles.ManifestFile), []byte(`{"format": 1, "state": "complete", "profiles": [{"kind": "mutex", "status": "empty", "file": "mutex.pb.gz"},
		{"kind": "block", "status": "empty", "file": "block.pb.gz"}], "warnings": ["web restarted within the window: its profiles are of more than one process", "`+sentence+`"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		kind profiles.Kind
		want string
	}{{profiles.Mutex, sentence}, {profiles.Block, ""}} {
		if source, err := SourceInBundle(dir, row.kind); err != nil || source.Why != row.want {
			t.Errorf("%s: got %q, %v", row.kind, source.Why, err)
		}
	}
}
