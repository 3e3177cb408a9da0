package recorder_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

func snapshotOf(text string) fs.FS {
	return fstest.MapFS{"manifest.json": {Data: []byte(text)}}
}

func TestReadManifest(t *testing.T) {
	t.Parallel()
	m, err := recorder.ReadManifest(snapshotOf(`{"version": 1, "reason": "latency", "new_field": 1,
		"files": {"cpu.pb.gz": 10, "goroutine.pb.gz": 5}, "failed": {"heap.pb.gz": "broken"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ kind, want string }{
		{"cpu", "cpu.pb.gz"},
		{"goroutine", "goroutine.pb.gz"},
		{"heap", "there is no heap profile: broken"},
		{"allocs", "there is no allocs profile: broken"},
		{"mutex", "a snapshot has no mutex profile"},
	} {
		got, err := m.ProfileFile(row.kind)
		if err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.kind, got, row.want)
		}
	}
}

func TestReadManifestRefuses(t *testing.T) {
	t.Parallel()
	if _, err := recorder.ReadManifest(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	for _, row := range []struct{ name, text, want string }{
		{"empty", "", "not the manifest of a snapshot"},
		{"a list", "[]", "not the manifest of a snapshot"},
		{"nothing in it", "{}", "it has no version"},
		{"newer", `{"version": 2, "reason": "manual"}`, "has version 2, but this program reads version 1"},
		{"too large", strings.Repeat(" ", 17<<20), "larger than 16 MiB"},
	} {
		if _, err := recorder.ReadManifest(snapshotOf(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
	}
}

func FuzzReadManifest(f *testing.F) {
	f.Add(`{"version": 1, "reason": "latency", "files": {"cpu.pb.gz": 10}}`)
	f.Add(`{"version": 1, "reason": "", "failed": {"": ""}}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := recorder.ReadManifest(snapshotOf(text))
		if err != nil {
			return
		}
		for _, kind := range []string{"cpu", "heap", "allocs", "goroutine", "mutex"} {
			if file, err := m.ProfileFile(kind); err == nil && !fs.ValidPath(file) {
				t.Errorf("%q", file)
			}
		}
	})
}
