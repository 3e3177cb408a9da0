package profiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// ReadSnapshot reads the manifest of a snapshot of a [Recorder] whose root is
// fsys: the folder, or the one that its zip file has in it. Unknown fields are
// ignored; a version that is newer than this package is an error. An error that
// [errors.Is] io/fs.ErrNotExist means that fsys is no snapshot. The text of all
// goroutines is called as in a bundle, [GoroutinesFile].
func ReadSnapshot(fsys fs.FS) (*SnapshotManifest, error) {
	text, err := readBounded(fsys, snapshotManifest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", snapshotManifest, err)
	}
	m, err := parseSnapshot(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", snapshotManifest, err)
	}
	return m, nil
}

func parseSnapshot(text []byte) (*SnapshotManifest, error) {
	m := new(SnapshotManifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("not the manifest of a snapshot: %w", err)
	}
	switch {
	case m.Version == 0 || m.Reason == "":
		return nil, errors.New("not the manifest of a snapshot: it has no version or no reason")
	case m.Version != snapshotVersion:
		return nil, fmt.Errorf("the snapshot has version %d and this program reads version %d: use the version that wrote it", m.Version, snapshotVersion)
	}
	return m, nil
}

// ProfileFile is the name of the snapshot's file with a profile of that kind, a
// pprof profile. The error says why there is none. The heap's file has the
// allocations since the process began, too.
func (m *SnapshotManifest) ProfileFile(kind Kind) (string, error) {
	file := map[Kind]string{CPU: snapshotCPU, Heap: snapshotHeap, Allocs: snapshotHeap, Goroutine: snapshotGoroutine}[kind]
	switch {
	case file == "":
		return "", fmt.Errorf("a snapshot has no %s profile", kind)
	case m.Failed[file] != "":
		return "", fmt.Errorf("there is no %s profile: %s", kind, m.Failed[file])
	case m.Files[file] == 0:
		return "", fmt.Errorf("there is no %s profile", kind)
	}
	return file, nil
}
