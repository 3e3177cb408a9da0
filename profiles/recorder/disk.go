package recorder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// unfinished begins the names of snapshots on their way into place.
const unfinished = ".new-"

// diskShelf keeps each snapshot as a folder. The folder belongs to one recorder
// at a time; what an earlier process left in it counts, and is shown.
type diskShelf struct {
	dir  string
	most int64
	mu   sync.Mutex // held while snapshots come and go
}

func openDiskShelf(dir string, most int64) (*diskShelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { // profiles tell what runs inside
		return nil, fmt.Errorf("the folder for snapshots: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder for snapshots: %w", err)
	}
	for _, e := range entries { // what a crash left half-written
		if strings.HasPrefix(e.Name(), unfinished) {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return nil, fmt.Errorf("the folder for snapshots: %w", err)
			}
		}
	}
	return &diskShelf{dir: dir, most: most}, nil
}

func (d *diskShelf) put(s *snapshot) error {
	size := s.bytes()
	if size > d.most {
		return tooLarge(size, d.most)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.makeRoom(size); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(d.dir, unfinished)
	if err != nil {
		return err
	}
	err = s.writeInto(temporary)
	if err == nil {
		err = os.Rename(temporary, filepath.Join(d.dir, s.manifest.Name))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	return nil
}

func (s *snapshot) writeInto(dir string) error {
	for name, data := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, snapshotManifest), s.manifest.json(), 0o600)
}

// makeRoom removes the oldest snapshots until size fits.
func (d *diskShelf) makeRoom(size int64) error {
	names, sizes := d.names()
	for i, name := range names {
		if sum(sizes[i:])+size <= d.most {
			break
		}
		if err := os.RemoveAll(filepath.Join(d.dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// names are the snapshots there are, oldest first, with their sizes.
func (d *diskShelf) names() (names []string, sizes []int64) {
	entries, _ := os.ReadDir(d.dir) // a folder that is gone holds nothing
	for _, e := range entries {
		if e.IsDir() && snapshotName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names) // they begin with their time
	for _, name := range names {
		sizes = append(sizes, folderSize(filepath.Join(d.dir, name)))
	}
	return names, sizes
}

func folderSize(dir string) (size int64) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			size += info.Size()
		}
	}
	return size
}

func sum(sizes []int64) (total int64) {
	for _, n := range sizes {
		total += n
	}
	return total
}

func (d *diskShelf) list() (all []Manifest, bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	names, sizes := d.names()
	for _, name := range names {
		var m Manifest
		data, err := os.ReadFile(filepath.Join(d.dir, name, snapshotManifest))
		if err != nil || json.Unmarshal(data, &m) != nil {
			m = Manifest{Failed: map[string]string{snapshotManifest: "it cannot be read"}}
		}
		m.Name = name // whatever it says: by this one it is found
		all = append(all, m)
	}
	return all, sum(sizes)
}

func (d *diskShelf) open(name, file string) ([]byte, error) {
	if !snapshotName.MatchString(name) || !slices.Contains(snapshotFiles(), file) {
		return nil, fs.ErrNotExist
	}
	return os.ReadFile(filepath.Join(d.dir, name, file))
}
