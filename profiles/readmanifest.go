package profiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

// maxManifestBytes bounds what ReadManifest reads.
const maxManifestBytes = 16 << 20

// ReadManifest reads the manifest of the bundle whose root is fsys. Every path
// in it stays below the root. Unknown fields are ignored; a format that is newer
// than this package is an error. An error that [errors.Is] io/fs.ErrNotExist
// means that fsys is not a bundle.
func ReadManifest(fsys fs.FS) (*Manifest, error) {
	m, err := readManifest(fsys)
	if err != nil {
		var wrapped *fs.PathError // its text repeats the name
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	return m, nil
}

func readManifest(fsys fs.FS) (*Manifest, error) {
	text, err := wholefile.Read(fsys, ManifestFile, maxManifestBytes)
	if err != nil {
		return nil, err
	}
	return parseManifest(text)
}

func parseManifest(text []byte) (*Manifest, error) {
	var head struct{ Format int }
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("not the manifest of a bundle: %w", err)
	}
	switch {
	case head.Format == 0:
		return nil, errors.New("not the manifest of a bundle: it has no format")
	case head.Format != Format && head.Format != formatInText:
		return nil, fmt.Errorf("the bundle has format %d and this program reads formats 1 to %d: use the version that wrote it", head.Format, Format)
	}
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("not the manifest of a bundle: %w", err)
	}
	for _, path := range m.files() {
		if !filepath.IsLocal(filepath.FromSlash(path)) {
			return nil, fmt.Errorf("the path %q leads out of the bundle", path)
		}
	}
	return m, nil
}

// files returns the path of every file of the bundle but the manifest.
func (m *Manifest) files() []string {
	var paths []string
	add := func(more ...string) {
		for _, path := range more {
			if path != "" {
				paths = append(paths, path)
			}
		}
	}
	for _, p := range m.Profiles {
		add(p.File, p.StartFile)
	}
	for i := range m.Targets {
		s := &m.Targets[i]
		for _, p := range s.Profiles {
			add(p.File, p.StartFile)
		}
		if s.Goroutines != nil {
			add(s.Goroutines.File, s.Goroutines.StartFile)
		}
		if s.Metrics != nil {
			add(s.Metrics.File)
		}
		if s.Trace != nil {
			add(s.Trace.File)
		}
	}
	return paths
}
