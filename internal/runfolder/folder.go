package runfolder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

// folderMode: answers, profiles and logs may hold secrets of the service, so
// everything in a run folder is for its owner alone.
const folderMode = 0o700

// Writer puts a file at path, as a whole or not at all, with what content writes.
type Writer func(path string, content func(io.Writer) error) error

// Folder is a run folder being written. It has a temporary name until Close.
// Every file in it is replaced as a whole, so that it is readable at any
// instant, whatever ends the writer. It is not safe for concurrent use.
type Folder struct {
	path, temporary string
	manifest        Manifest
	rounds          []Round    // in the order they ended
	profiled        []Profiled // the same
	lock            *os.File
	write           Writer
}

// Create begins the run folder at path, which must not exist yet: everything
// goes to path + ".incomplete", a folder beside it, until Close. Parents are
// made. Format, State, Host, Started and Order of the manifest are filled in.
func Create(path string, m Manifest) (*Folder, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	path = filepath.Clean(path)
	f := &Folder{path: path, temporary: path + unfinished, write: wholefile.Write}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	if err := os.Mkdir(f.temporary, folderMode); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	m.Format, m.State, m.Host, m.Started = FormatVersion, Running, ThisHost(), time.Now().UTC()
	m.Order = namedOrder(m)
	f.manifest = m
	err := f.takeLock()
	if err == nil {
		err = errors.Join(f.writeManifest(), f.save())
	}
	if err != nil {
		return nil, errors.Join(f.Explain(err), f.Discard())
	}
	return f, nil
}

// takeLock makes this process the folder's only writer, until it ends.
func (f *Folder) takeLock() (err error) {
	f.lock, err = lockFolder(f.temporary)
	return err
}

// Resumable says whether the command that wrote it is one that can be resumed.
func (m *Manifest) Resumable() bool { return len(m.Command) < 2 || m.Command[1] == "bench" }

// Path is where the folder will be after Close of a complete run.
func (f *Folder) Path() string { return f.path }

// Manifest is the manifest as it stands.
func (f *Folder) Manifest() Manifest { return f.manifest }

// WritingPath is where the folder is before Close.
func (f *Folder) WritingPath() string { return f.temporary }

// HoldsFiles says whether any run has left a file, although it may not be recorded.
func (f *Folder) HoldsFiles() bool {
	found := false
	_ = filepath.WalkDir(filepath.Join(f.temporary, armsDir), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			found = true
			return fs.SkipAll
		}
		return nil // what cannot be read is not removed for that: it is in the way of nothing
	})
	return found
}

// Discard removes everything: for a run that measured nothing.
func (f *Folder) Discard() error {
	return errors.Join(f.unlock(), os.RemoveAll(f.temporary))
}

func (f *Folder) unlock() error {
	if f.lock == nil {
		return nil
	}
	return f.lock.Close()
}

// Close gives the folder its name, with state Complete when reason is empty
// and Partial otherwise. If that fails, such as on a full disk, the folder
// stays where it is, fit to be resumed, and the error says so.
func (f *Folder) Close(reason string) error {
	f.manifest.State, f.manifest.Reason, f.manifest.Ended = Complete, reason, time.Now().UTC()
	if reason != "" {
		f.manifest.State = Partial
	}
	err := f.writeManifest()
	if err == nil {
		err = os.Rename(f.temporary, f.path)
	}
	err = errors.Join(err, f.unlock())
	if err != nil {
		text := "what was measured is in %s and can be resumed"
		if !f.manifest.Resumable() {
			text = "what was measured is in %s"
		}
		return fmt.Errorf("%w; "+text, f.Explain(err), f.temporary)
	}
	return nil
}

// Explain adds to a failed write what a person wants to know.
func (f *Folder) Explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("run folder: the disk is full; free some space in %s (%w)", filepath.Dir(f.path), err)
	}
	return fmt.Errorf("run folder: %w", err)
}

func (f *Folder) armDir(arm string, round int) string {
	return filepath.Join(f.temporary, armsDir, arm, fmt.Sprintf("round-%d", round))
}

// save writes what is made of the rounds. They are few and their lines short:
// of 100 runs, 0.3 MB.
func (f *Folder) save() error {
	rounds := func(w io.Writer) error { return writeLines(w, f.rounds) }
	bench := func(w io.Writer) error { return WriteBench(w, &f.manifest, f.rounds) }
	err := errors.Join(f.write(f.file(roundsFile), rounds), f.write(f.file(benchFile), bench))
	if searches := capacityLines(f.rounds); len(searches) > 0 {
		err = errors.Join(err, f.write(f.file(capacityFile), func(w io.Writer) error { return writeLines(w, searches) }))
	}
	if len(f.profiled) > 0 {
		err = errors.Join(err, f.write(f.file(profiledFile), func(w io.Writer) error { return writeLines(w, f.profiled) }))
	}
	return err
}

func (f *Folder) file(name string) string { return filepath.Join(f.temporary, name) }

func (f *Folder) writeManifest() error { return f.writeJSON(f.file(runFile), f.manifest) }

func (f *Folder) writeJSON(path string, v any) error {
	return f.write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(v)
	})
}

// WriteWith lets the folder put its files in place by write instead: for tests of
// what happens when that fails.
func (f *Folder) WriteWith(write Writer) { f.write = write }
