package recorder

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sync"
)

// shelf keeps snapshots within a bound in bytes: the oldest go for a new one.
// Safe for concurrent use.
type shelf interface {
	put(*snapshot) error
	// list gives the manifests, oldest first, and the bytes in use.
	list() ([]Manifest, int64)
	// open gives one file of one snapshot; fs.ErrNotExist if there is none.
	open(name, file string) ([]byte, error)
}

// snapshotName is what snapshots are called; other names are not looked for,
// so that no request reaches another file.
var snapshotName = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[a-z]+$`)

// snapshotFiles are the files there can be, in the order they are shown.
func snapshotFiles() []string {
	return []string{snapshotManifest, snapshotCPU, snapshotTrace, snapshotGoroutines, snapshotGoroutine, snapshotHeap}
}

// tooLarge refuses a snapshot that would not fit alone.
func tooLarge(size, most int64) error {
	return fmt.Errorf("the snapshot has %d bytes, but the budget for all snapshots is %d; increase Budget.SnapshotBytes", size, most)
}

// memoryShelf keeps snapshots in memory.
type memoryShelf struct {
	most int64

	mu    sync.Mutex
	kept  []*snapshot // oldest first
	bytes int64
}

func (m *memoryShelf) put(s *snapshot) error {
	size := s.bytes()
	if size > m.most {
		return tooLarge(size, m.most)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.bytes+size > m.most {
		m.bytes -= m.kept[0].bytes()
		m.kept = slices.Delete(m.kept, 0, 1)
	}
	m.kept = append(m.kept, s)
	m.bytes += size
	return nil
}

func (m *memoryShelf) list() (all []Manifest, bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.kept {
		all = append(all, s.manifest)
	}
	return all, m.bytes
}

func (m *memoryShelf) open(name, file string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.kept {
		if s.manifest.Name != name {
			continue
		}
		if file == snapshotManifest {
			return s.manifest.json(), nil
		}
		if data, ok := s.files[file]; ok {
			return data, nil
		}
	}
	return nil, fs.ErrNotExist
}

// isMissing tells a file that is not there from one that cannot be read.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
