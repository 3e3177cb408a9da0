package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/internal/wholefile"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// FormatVersion is the version of the run folder that this package writes; it
// reads all up to it. It grows when a reader of the old one would misread the
// new one; new fields and files do not count. Version 2 has rounds.jsonl lines
// that count nowhere because their round was repeated.
const FormatVersion = 2

// The files of a run folder.
const (
	runFile      = "run.json"
	roundsFile   = "rounds.jsonl"
	benchFile    = "bench.txt"
	capacityFile = "capacity.jsonl"
	profiledFile = "profiled.jsonl"
	armsDir      = "arms"
	bundleDir    = "profiles" // of a profiled run
	latencyFile  = "latency.hgrm"
	metricsFile  = "metrics.json"
	answersFile  = "answers.jsonl"
	probesFile   = "probes.json"
	// ServerLogFile is where an arm should let its program write, in Lap.Dir.
	ServerLogFile = "server.log"
)

// Folder is a run folder being written. It has a temporary name until Close.
// Every file in it is replaced as a whole, so that it is readable at any
// instant, whatever ends the writer. It is not safe for concurrent use.
type Folder struct {
	path, temporary string
	manifest        Manifest
	rounds          []Round    // in the order they ended
	profiled        []Profiled // the same
	lock            *os.File
	// write puts a file in place; tests let it fail.
	write func(path string, content func(io.Writer) error) error
}

// unfinished is what a folder's name ends in until it is whole.
const unfinished = ".incomplete"

// CheckPath says whether something is in the way of a new run folder at path.
func CheckPath(path string) error {
	path = filepath.Clean(path)
	if _, err := os.Lstat(path + unfinished); err == nil {
		return fmt.Errorf("run folder %s exists already, of a run that was interrupted: resume it, remove it or choose another", path+unfinished)
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("run folder %s exists already: remove it or choose another", path)
	}
	return nil
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
	if err := os.Mkdir(f.temporary, 0o755); err != nil {
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
		return nil, errors.Join(f.explain(err), f.Discard())
	}
	return f, nil
}

// takeLock makes this process the folder's only writer, until it ends.
func (f *Folder) takeLock() (err error) {
	f.lock, err = lockFolder(f.temporary)
	return err
}

// Path is where the folder will be after Close of a complete run.
func (f *Folder) Path() string { return f.path }

// Manifest is the manifest as it stands.
func (f *Folder) Manifest() Manifest { return f.manifest }

// WritingPath is where the folder is before Close.
func (f *Folder) WritingPath() string { return f.temporary }

// Rounds are the runs it holds, in the order they ended.
func (f *Folder) Rounds() []Round { return slices.Clone(f.rounds) }

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
		return fmt.Errorf("%w; what was measured is in %s and can be resumed", f.explain(err), f.temporary)
	}
	return nil
}

// explain adds to a failed write what a person wants to know.
func (f *Folder) explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("run folder: the disk is full: make room in %s (%w)", filepath.Dir(f.path), err)
	}
	return fmt.Errorf("run folder: %w", err)
}

// runDir makes the empty folder of a run.
func (f *Folder) runDir(arm string, round int) (string, error) {
	return f.emptyDir(f.armDir(arm, round))
}

// emptyDir makes a folder that is empty: what an interrupted run left there
// goes.
func (f *Folder) emptyDir(dir string) (string, error) {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return "", f.explain(err)
	}
	return dir, nil
}

func (f *Folder) armDir(arm string, round int) string {
	return filepath.Join(f.temporary, armsDir, arm, fmt.Sprintf("round-%d", round))
}

// add writes a run down.
func (f *Folder) add(r Round) error {
	f.rounds = append(f.rounds, r)
	if err := f.save(); err != nil {
		f.rounds = f.rounds[:len(f.rounds)-1]
		return f.explain(err)
	}
	return nil
}

// supersede marks the runs of a round, so that another try takes their place.
func (f *Folder) supersede(round, repeat int) error {
	for i := range f.rounds {
		r := &f.rounds[i]
		if r.Round != round || r.Repeated {
			continue
		}
		r.Repeated = true
		dir := f.armDir(r.Arm, round)
		if err := os.Rename(dir, fmt.Sprintf("%s.repeated-%d", dir, repeat+1)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return f.explain(err)
		}
	}
	if err := f.save(); err != nil {
		return f.explain(err)
	}
	return nil
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

// roundMetrics is metrics.json of a round.
type roundMetrics struct {
	Before runtimemetrics.Reading `json:"before,omitempty"` // the service, at the end of the warm-up
	After  runtimemetrics.Reading `json:"after,omitempty"`  // and after the last answer
	Ended  int64                  `json:"requests_between"` // that ended between the two readings
	Load   *loadgen.Result        `json:"load"`             // all histograms and counts
}

func (f *Folder) addFiles(dir string, result *loadgen.Result, marks [2]*mark) error {
	metrics := roundMetrics{Load: result}
	if before, after := marks[0], marks[1]; before != nil && after != nil {
		metrics.Before, metrics.After, metrics.Ended = before.reading, after.reading, after.ended-before.ended
	}
	err := errors.Join(
		f.write(filepath.Join(dir, latencyFile), result.Response.WriteText),
		f.writeJSON(filepath.Join(dir, metricsFile), metrics))
	if err != nil {
		return f.explain(err)
	}
	return nil
}

func (f *Folder) writeManifest() error { return f.writeJSON(f.file(runFile), f.manifest) }

func (f *Folder) writeJSON(path string, v any) error {
	return f.write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(v)
	})
}

// writeLines writes each value as a line of JSON.
func writeLines[T any](w io.Writer, values []T) error {
	encoder := json.NewEncoder(w)
	for i := range values {
		if err := encoder.Encode(&values[i]); err != nil {
			return err
		}
	}
	return nil
}
