package recorder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

// GoroutinesFile is the file of a snapshot with the text of all goroutines, by
// the name it has in a bundle of profiles, too.
const GoroutinesFile = "goroutines.txt"

// Files of a snapshot. Any may be missing; the manifest says why.
const (
	snapshotManifest   = "manifest.json"
	snapshotCPU        = "cpu.pb.gz"       // the ring, merged into one pprof profile
	snapshotTrace      = "trace.out"       // the flight recorder's window
	snapshotGoroutines = GoroutinesFile    // every goroutine with state and wait, or grouped
	snapshotGoroutine  = "goroutine.pb.gz" // the same grouped as a pprof profile, with labels
	snapshotHeap       = "heap.pb.gz"      // as of the last garbage collection
	mostFullDump       = 1_000             // goroutines; a dump of each stops the world, 15 ms for so many
	snapshotVersion    = 1                 // of the manifest's format
	snapshotNameTime   = "20060102T150405.000Z"
	maxManifestBytes   = 16 << 20 // of a manifest that is read
)

// Reason is why a snapshot was taken.
type Reason string

// The reasons there are.
const (
	ReasonLatency    Reason = "latency"    // a request took longer than the limit
	ReasonGoroutines Reason = "goroutines" // there were many more than usual
	ReasonManual     Reason = "manual"     // somebody asked
)

// Manifest describes a snapshot; it is its manifest.json.
type Manifest struct {
	Version int       `json:"version"` // of this format: 1
	Name    string    `json:"name"`    // of the snapshot: UTC time and reason
	Reason  Reason    `json:"reason"`
	Detail  string    `json:"detail,omitempty"` // one line about what happened
	Asked   time.Time `json:"asked"`            // when the trigger fired
	Taken   time.Time `json:"taken"`            // when the snapshot was complete
	Took    float64   `json:"took_seconds"`

	// Slices are the CPU slices that cpu.pb.gz is merged from. Its duration is
	// the sum of theirs, not the time from the first to the last.
	Slices []SliceBounds `json:"slices,omitempty"`
	// TraceFrom is when tracing began at the latest point it can have: the
	// window begins there or later.
	TraceFrom time.Time `json:"trace_from,omitzero"`
	// TraceAfter says that the flight recorder was off to save CPU time, so
	// that the trace begins after the trigger.
	TraceAfter bool `json:"trace_after,omitempty"`
	// Goroutines is how many there were.
	Goroutines int `json:"goroutines"`

	Files  map[string]int64  `json:"files"`            // names and sizes in bytes, without this manifest
	Failed map[string]string `json:"failed,omitempty"` // what is missing, and why

	GoVersion string `json:"go_version"`
	Program   string `json:"program,omitempty"` // path of the main package
	Revision  string `json:"revision,omitempty"`
}

// SliceBounds is when a CPU slice was taken and what it holds.
type SliceBounds struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Bytes   int       `json:"bytes"`   // compressed
	Samples int64     `json:"samples"` // how often the profiler looked
}

func (m Manifest) json() []byte {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // it has no field that could fail
	}
	return append(text, '\n')
}

func (m *Manifest) describeBuild() {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	m.Program = info.Path
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			m.Revision = s.Value
		}
	}
}

// ReadManifest reads the manifest of a snapshot of a [Recorder] whose root is
// fsys: the folder, or the one that its zip file has in it. Unknown fields are
// ignored; a version that is newer than this package is an error. An error that
// [errors.Is] io/fs.ErrNotExist means that fsys is not a snapshot.
func ReadManifest(fsys fs.FS) (*Manifest, error) {
	text, err := wholefile.Read(fsys, snapshotManifest, maxManifestBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", snapshotManifest, err)
	}
	m, err := parseSnapshot(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", snapshotManifest, err)
	}
	return m, nil
}

func parseSnapshot(text []byte) (*Manifest, error) {
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("not the manifest of a snapshot: %w", err)
	}
	switch {
	case m.Version == 0 || m.Reason == "":
		return nil, errors.New("not the manifest of a snapshot: it has no version or no reason")
	case m.Version != snapshotVersion:
		return nil, fmt.Errorf("the snapshot has version %d, but this program reads version %d; use the version that wrote it", m.Version, snapshotVersion)
	}
	return m, nil
}

// ProfileFile is the name of the snapshot's file with a profile of a kind, a
// pprof profile. The kinds are those of net/http/pprof that a snapshot has: cpu,
// heap, allocs and goroutine. The error says why there is none. The heap's file
// has the allocations since the process began, too.
func (m *Manifest) ProfileFile(kind string) (string, error) {
	file := map[string]string{"cpu": snapshotCPU, "heap": snapshotHeap, "allocs": snapshotHeap, "goroutine": snapshotGoroutine}[kind]
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
