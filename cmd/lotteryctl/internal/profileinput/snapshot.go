package profileinput

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/profiles"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// snapshot is what recorder.Recorder leaves behind: a folder, or a zip file with
// one in it.
type snapshot struct {
	path     string // as the user calls it
	packed   bool
	manifest *recorder.Manifest
}

// OpenSnapshot reads the manifest of a snapshot; nil if path is none.
func OpenSnapshot(path string) (*snapshot, error) {
	s := &snapshot{path: path}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil // whoever reads it will say so
	case !info.IsDir() && strings.EqualFold(filepath.Ext(path), ".zip"):
		s.packed = true
	case !info.IsDir():
		return nil, nil
	}
	root, done, err := s.root()
	if err != nil {
		return nil, err
	}
	defer done()
	s.manifest, err = recorder.ReadManifest(root)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.packed:
		return nil, fmt.Errorf("%s: not a snapshot of a recorder: manifest.json is missing", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// snapshotsIn names those that a folder of a recorder holds; nil if there are none.
func snapshotsIn(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	latest := ""
	for _, e := range entries { // in the order of names, which begin with the time
		path := filepath.Join(dir, e.Name())
		if _, err := recorder.ReadManifest(os.DirFS(path)); err == nil {
			latest = path
		}
	}
	if latest == "" {
		return nil
	}
	return fmt.Errorf("%s contains several snapshots of a recorder; name one, such as the latest, %s", dir, latest)
}

// root is where the files are, until done is called.
func (s *snapshot) root() (root fs.FS, done func(), err error) {
	if !s.packed {
		return os.DirFS(s.path), func() {}, nil
	}
	archive, err := zip.OpenReader(s.path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.path, err)
	}
	done = func() { _ = archive.Close() } // it was only read
	root = archive
	entries, err := fs.ReadDir(archive, ".")
	if err == nil && len(entries) == 1 && entries[0].IsDir() {
		root, err = fs.Sub(archive, entries[0].Name())
	}
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("%s: %w", s.path, err)
	}
	return root, done, nil
}

// open opens one of its files.
func (s *snapshot) open(name string) (io.ReadCloser, error) {
	root, done, err := s.root()
	if err != nil {
		return nil, err
	}
	file, err := root.Open(name)
	if err != nil {
		done()
		return nil, err
	}
	return &closing{file, done}, nil
}

// closing closes what a file is in, too.
type closing struct {
	fs.File
	done func()
}

func (c *closing) Close() error {
	defer c.done()
	return c.File.Close()
}

// Dump is its text of all goroutines.
func (s *snapshot) Dump() (Source, error) {
	if why := s.manifest.Failed[recorder.GoroutinesFile]; why != "" {
		return Source{}, fmt.Errorf("the snapshot %s has no goroutine dump: %s", s.path, why)
	}
	return s.file(recorder.GoroutinesFile), nil
}

// source is the snapshot's profile of a kind. Its allocations are in the file of
// the heap, whose own first look is at what is in use.
func (s *snapshot) source(kind profiles.Kind) (Source, error) {
	file, err := s.manifest.ProfileFile(string(kind))
	if err != nil {
		return Source{}, fmt.Errorf("the snapshot %s: %w", s.path, err)
	}
	source := s.file(file)
	if kind == profiles.Allocs {
		source.typ = "alloc_space"
	}
	return source, nil
}

// file is one of its files.
func (s *snapshot) file(name string) Source {
	path := s.path
	if !s.packed {
		path = filepath.Join(s.path, name)
	}
	return Source{Path: path, Name: filepath.Join(s.path, name), open: func() (io.ReadCloser, error) { return s.open(name) }}
}
