package profiles_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/profiles"
)

func snapshotOf(text string) fs.FS {
	return fstest.MapFS{"manifest.json": {Data: []byte(text)}}
}

func TestReadSnapshot(t *testing.T) {
	t.Parallel()
	m, err := profiles.ReadSnapshot(snapshotOf(`{"version": 1, "reason": "latency", "new_field": 1,
		"files": {"cpu.pb.gz": 10, "goroutine.pb.gz": 5}, "failed": {"heap.pb.gz": "broken"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[profiles.Kind]string{
		profiles.CPU: "cpu.pb.gz", profiles.Goroutine: "goroutine.pb.gz",
		profiles.Heap: "there is no heap profile: broken", profiles.Allocs: "there is no allocs profile: broken",
		profiles.Mutex: "a snapshot has no mutex profile",
	} {
		got, err := m.ProfileFile(kind)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}

func TestReadSnapshotRefuses(t *testing.T) {
	t.Parallel()
	if _, err := profiles.ReadSnapshot(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	for text, want := range map[string]string{
		"": "not the manifest of a snapshot", "[]": "not the manifest of a snapshot", "{}": "it has no version",
		`{"version": 2, "reason": "manual"}`: "has version 2 and this program reads version 1",
		strings.Repeat(" ", 17<<20):          "larger than 16 MiB",
	} {
		if _, err := profiles.ReadSnapshot(snapshotOf(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

func FuzzReadSnapshot(f *testing.F) {
	f.Add(`{"version": 1, "reason": "latency", "files": {"cpu.pb.gz": 10}}`)
	f.Add(`{"version": 1, "reason": "", "failed": {"": ""}}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := profiles.ReadSnapshot(snapshotOf(text))
		if err != nil {
			return
		}
		for _, kind := range profiles.Kinds() {
			if file, err := m.ProfileFile(kind); err == nil && !fs.ValidPath(file) {
				t.Errorf("%q", file)
			}
		}
	})
}
