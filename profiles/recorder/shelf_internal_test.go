package recorder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestShelvesAreBounded puts more into both kinds of shelf than fits.
func TestShelvesAreBounded(t *testing.T) {
	t.Parallel()
	const most = 30_000
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".new-left-by-a-crash"), 0o700); err != nil {
		t.Fatal(err)
	}
	disk, err := openDiskShelf(dir, most)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		s    shelf
	}{{"memory", &memoryShelf{most: most}}, {"disk", disk}} {
		clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		put := func(size int) (string, error) {
			clock = clock.Add(time.Minute)
			n := clock.Format(snapshotNameTime) + "-manual"
			return n, row.s.put(&snapshot{Manifest{Name: n, Files: map[string]int64{snapshotTrace: int64(size)}}, map[string][]byte{snapshotTrace: make([]byte, size)}})
		}
		var last string
		for range 10 {
			if last, err = put(9_000); err != nil {
				t.Fatal(err)
			}
			if _, bytes := row.s.list(); bytes > most {
				t.Errorf("%s: %d bytes are kept", row.name, bytes)
			}
		}
		all, _ := row.s.list()
		if len(all) != 3 || all[2].Name != last || all[0].Name >= all[1].Name {
			t.Errorf("%s: kept %v; want the last three", row.name, all)
		}
		if _, err := put(most); err == nil || !strings.Contains(err.Error(), "Budget.SnapshotBytes") {
			t.Errorf("%s: one that is larger than all may be: %v", row.name, err)
		}
		if all, _ := row.s.list(); len(all) != 3 {
			t.Errorf("%s: it made room for what cannot fit: %v", row.name, all)
		}
		for _, bad := range []string{"..", "../" + last, last + "/..", "", ".new-x"} {
			if _, err := row.s.open(bad, snapshotTrace); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %q: %v", row.name, bad, err)
			}
		}
		if _, err := row.s.open(last, "../"+last+"/"+snapshotTrace); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file by a path: %v", row.name, err)
		}
	}
	again, err := openDiskShelf(dir, most)
	if err != nil {
		t.Fatal(err)
	}
	if all, bytes := again.list(); len(all) != 3 || bytes == 0 {
		t.Errorf("what an earlier process left: %v", all)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, unfinished+"*")); len(left) != 0 {
		t.Errorf("half-written: %v", left)
	}
}

// TestManyGoroutinesAreGrouped: a dump of each would stop the world for long.
func TestManyGoroutinesAreGrouped(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		count int
		want  string
	}{{1000, "goroutine 2"}, {1001, "goroutine 1"}} {
		f := newFake(t)
		f.count = row.count
		r := fakeRecorder(t, f, Options{Latency: time.Second})
		r.Observe("slow", 2*time.Second)
		f.serveOrders(r)
		got, err := r.open(r.Stats().Snapshots[0].Name, snapshotGoroutines)
		if err != nil || string(got) != row.want {
			t.Errorf("%d goroutines: %q, %v; want %q", row.count, got, err, row.want)
		}
	}
}
