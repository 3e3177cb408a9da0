package flamecmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestServeCountsPerArgument: nothing that was named is left out silently.
func TestServeCountsPerArgument(t *testing.T) {
	bundle, heap := t.TempDir(), filepath.Join(t.TempDir(), "heap.folded")
	for path, text := range map[string]string{
		filepath.Join(bundle, profiles.ManifestFile): `{"format": 2, "state": "complete", "profiles": [
			{"kind": "cpu", "status": "ok", "file": "cpu.folded"}, {"kind": "mutex", "status": "ok", "file": "mutex.folded"},
			{"kind": "block", "status": "skipped"}]}`,
		filepath.Join(bundle, "cpu.folded"):   "main 1\n",
		filepath.Join(bundle, "mutex.folded"): "main 1\n",
		heap:                                  "main 1\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stderr bytes.Buffer
	entries, err := flameEntries(&stderr, []string{bundle, heap})
	if want := "note: " + bundle + " has 2 profiles, " + heap + " has 1 profile\n"; err != nil || len(entries) != 3 || stderr.String() != want {
		t.Errorf("%d entries, %v, it says %q, want %q", len(entries), err, stderr.String(), want)
	}
	if _, err := flameEntries(&stderr, []string{heap, t.TempDir()}); err == nil {
		t.Error("an argument without any profile was left out silently")
	}
}
