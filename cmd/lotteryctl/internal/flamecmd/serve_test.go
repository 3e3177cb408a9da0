package flamecmd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestServeCountsPerArgument: nothing that was named is left out silently.
func TestServeCountsPerArgument(t *testing.T) {
	bundle, heap := t.TempDir(), filepath.Join(t.TempDir(), "heap.folded")
	for path, text := range map[string]string{
		filepath.Join(bundle, profiles.ManifestFile): `{"format": 2, "state": "complete", "profiles": [
			{"kind": "cpu", "status": "ok", "file": "cpu.folded"}, {"kind": "mutex", "status": "ok", "file": "mutex.folded"},
			{"kind": "block", "status": "skipped"}, {"kind": "threadcreate", "status": "empty", "file": "threadcreate.folded"}]}`,
		filepath.Join(bundle, "cpu.folded"):   "main 1\n",
		filepath.Join(bundle, "mutex.folded"): "main 1\n",
		heap:                                  "main 1\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stderr bytes.Buffer
	env := cli.Env{Stderr: &stderr}
	entries, err := (&flameOptions{}).flameEntries(t.Context(), env, []string{bundle, heap})
	if want := "note: " + bundle + " has 3 profiles (threadcreate empty), " + heap + " has 1 profile\n"; err != nil || len(entries) != 4 || stderr.String() != want {
		t.Errorf("%d entries, %v, it says %q, want %q", len(entries), err, stderr.String(), want)
	}
	hello, nothing := filepath.Join(t.TempDir(), "hello.txt"), filepath.Join(t.TempDir(), "nothing.pb.gz")
	if err := errors.Join(os.WriteFile(hello, []byte("hello\n"), 0o644), os.WriteFile(nothing, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, arg, want string }{
		{"a folder without profiles", t.TempDir(), "it is not a bundle"},
		{"no profile", hello, hello + ": none of its lines is a stack"},
		{"an empty file", nothing, nothing + ": the input is empty"},
		{"nothing there", heap + ".gone", "no such file"},
	} {
		if _, err := (&flameOptions{}).flameEntries(t.Context(), env, []string{heap, row.arg}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
	}
}
