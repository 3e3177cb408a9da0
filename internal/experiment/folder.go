package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// FormatVersion is the version of the run folder that this package writes and
// reads. It grows when a reader of the old one would misread the new one; new
// fields and files do not count.
const FormatVersion = 1

// The files of a run folder.
const (
	runFile     = "run.json"
	roundsFile  = "rounds.jsonl"
	benchFile   = "bench.txt"
	latencyFile = "latency.hgrm"
	metricsFile = "metrics.json"
	answersFile = "answers.jsonl"
	// ServerLogFile is where an arm should let its program write, in Lap.Dir.
	ServerLogFile = "server.log"
)

// State says whether a run folder is whole.
type State string

// The states of a run. A folder found in state Running whose writer is gone
// was killed; its complete lines are good.
const (
	Running  State = "running"
	Complete State = "complete"
	Partial  State = "partial"
)

// Manifest is run.json: what was run, where, and how.
type Manifest struct {
	Format  int       `json:"format"`
	State   State     `json:"state"`
	Reason  string    `json:"reason,omitempty"` // why it is partial
	Tool    string    `json:"tool"`             // name and version of the writer
	Command []string  `json:"command"`          // the command line, secrets replaced
	Name    string    `json:"name"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Host    Host      `json:"host"`
	Seed    uint64    `json:"seed"`
	// Benchmark, Service and Workload name the measurement in bench.txt.
	Benchmark string        `json:"benchmark"`
	Service   string        `json:"service"`
	Workload  string        `json:"workload"`
	Rounds    int           `json:"rounds"` // planned
	Arms      []ArmManifest `json:"arms"`
	// Order lists, for each round, the arms as they were to run.
	Order [][]string `json:"order"`
}

// ArmManifest is an arm in run.json.
type ArmManifest struct {
	Name string `json:"name"`
	// FreshProcess says that each round started the program anew. Otherwise all
	// rounds loaded the same running one and are not independent: what one
	// round left behind, the next one met.
	FreshProcess bool          `json:"fresh_process"`
	Command      []string      `json:"command,omitempty"` // secrets replaced
	URL          string        `json:"url"`
	Method       string        `json:"method"`
	Headers      []string      `json:"headers,omitempty"` // names only
	BodyBytes    int           `json:"body_bytes,omitempty"`
	BodySHA256   string        `json:"body_sha256,omitempty"` // of the template
	Arrivals     string        `json:"arrivals"`
	Rate         float64       `json:"rate,omitempty"`
	Connections  int           `json:"connections,omitempty"` // the cap; absent: none
	DurationNS   time.Duration `json:"duration_ns"`
	WarmupNS     time.Duration `json:"warmup_ns"`
	TimeoutNS    time.Duration `json:"timeout_ns"`
	MetricsURL   string        `json:"metrics_url,omitempty"`
}

// Folder is a run folder being written. It has a temporary name until Close.
// It is not safe for concurrent use.
type Folder struct {
	path, temporary string
	manifest        Manifest
	rounds, bench   *os.File
}

// unfinished is what a folder's name ends in until it is whole.
const unfinished = ".incomplete"

// CheckPath says whether something is in the way of a new run folder at path.
func CheckPath(path string) error {
	path = filepath.Clean(path)
	for _, taken := range []string{path, path + unfinished} {
		if _, err := os.Lstat(taken); err == nil {
			return fmt.Errorf("run folder %s exists already: remove it or choose another", taken)
		}
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
	temporary := path + unfinished
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	if err := os.Mkdir(temporary, 0o755); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	m.Format, m.State, m.Host, m.Started = FormatVersion, Running, ThisHost(), time.Now().UTC()
	m.Order = namedOrder(m)
	f := &Folder{path: path, temporary: temporary, manifest: m}
	if err := f.open(); err != nil {
		_ = os.RemoveAll(temporary)
		return nil, fmt.Errorf("run folder: %w", err)
	}
	return f, nil
}

func namedOrder(m Manifest) [][]string {
	var named [][]string
	for _, round := range Order(m.Seed, m.Rounds, len(m.Arms)) {
		var names []string
		for _, arm := range round {
			names = append(names, m.Arms[arm].Name)
		}
		named = append(named, names)
	}
	return named
}

func (f *Folder) open() (err error) {
	if err := f.writeManifest(); err != nil {
		return err
	}
	if f.rounds, err = os.Create(filepath.Join(f.temporary, roundsFile)); err != nil {
		return err
	}
	if f.bench, err = os.Create(filepath.Join(f.temporary, benchFile)); err != nil {
		return err
	}
	return writeBenchHeader(f.bench, &f.manifest)
}

// Path is where the folder will be after Close of a complete run.
func (f *Folder) Path() string { return f.path }

// Manifest is the manifest as it stands.
func (f *Folder) Manifest() Manifest { return f.manifest }

// WritingPath is where the folder is before Close.
func (f *Folder) WritingPath() string { return f.temporary }

// Discard removes everything: for a run that measured nothing.
func (f *Folder) Discard() error {
	return errors.Join(f.rounds.Close(), f.bench.Close(), os.RemoveAll(f.temporary))
}

// Close gives the folder its name, with state Complete when reason is empty
// and Partial otherwise.
func (f *Folder) Close(reason string) error {
	f.manifest.State, f.manifest.Reason, f.manifest.Ended = Complete, reason, time.Now().UTC()
	if reason != "" {
		f.manifest.State = Partial
	}
	if err := errors.Join(f.rounds.Close(), f.bench.Close(), f.writeManifest()); err != nil {
		return err
	}
	return os.Rename(f.temporary, f.path)
}

func (f *Folder) roundDir(arm string, round int) (string, error) {
	dir := filepath.Join(f.temporary, "arms", arm, fmt.Sprintf("round-%d", round))
	return dir, os.MkdirAll(dir, 0o755)
}

// add writes a round's lines. Both files are whole after every round.
func (f *Folder) add(r *Round) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := f.rounds.Write(append(line, '\n')); err != nil {
		return err
	}
	return writeBenchLine(f.bench, f.manifest.Benchmark, r)
}

// roundMetrics is metrics.json of a round.
type roundMetrics struct {
	Before Reading         `json:"before,omitempty"` // the service, at the end of the warm-up
	After  Reading         `json:"after,omitempty"`  // and after the last answer
	Ended  int64           `json:"requests_between"` // that ended between the two readings
	Load   *loadgen.Result `json:"load"`             // all histograms and counts
}

func (f *Folder) addFiles(dir string, result *loadgen.Result, marks [2]*mark) error {
	metrics := roundMetrics{Load: result}
	if before, after := marks[0], marks[1]; before != nil && after != nil {
		metrics.Before, metrics.After, metrics.Ended = before.reading, after.reading, after.ended-before.ended
	}
	err := writeFile(filepath.Join(dir, latencyFile), result.Response.WriteText)
	return errors.Join(err, writeJSON(filepath.Join(dir, metricsFile), metrics))
}

func (f *Folder) writeManifest() error {
	return writeJSON(filepath.Join(f.temporary, runFile), f.manifest)
}

func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(v)
	})
}

// writeFile replaces path as a whole or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(file), file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		if rmErr := os.Remove(file.Name()); rmErr != nil && !errors.Is(rmErr, fs.ErrNotExist) {
			err = errors.Join(err, rmErr)
		}
	}
	return err
}
