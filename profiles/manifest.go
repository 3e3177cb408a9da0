package profiles

import "time"

// Format is the version of the bundle that this package writes.
const Format = 2

// formatInText is the version that has sentences where there are codes now. It
// is still read: the sentences are kept, with codes that say so.
const formatInText = 1

// The files of a bundle besides the profiles; see also [Kind.File].
const (
	ManifestFile        = "profile.json"
	HeapStartFile       = "heap-start.pb.gz"
	GoroutinesFile      = "goroutines.txt"
	GoroutinesStartFile = "goroutines-start.txt"
	MetricsFile         = "metrics.jsonl"
	TraceFile           = "trace.out"
	TargetsFolder       = "targets"
)

// Manifest is profile.json: what a bundle holds, from where, when, and what is
// missing and why. Paths are relative to the bundle, with slashes. What is not
// known is absent.
type Manifest struct {
	Format  int       `json:"format"`
	State   State     `json:"state"`
	Reason  Reasons   `json:"reason,omitempty"`  // why it is partial
	Tool    string    `json:"tool,omitempty"`    // the writer
	Command []string  `json:"command,omitempty"` // the command line, secrets replaced
	Started time.Time `json:"started"`           // UTC, of the first snapshot
	Ended   time.Time `json:"ended"`

	// WindowStart and WindowEnd bound the profiling between the snapshots;
	// DurationNS is the length that was asked for.
	WindowStart time.Time     `json:"window_start"`
	WindowEnd   time.Time     `json:"window_end"`
	DurationNS  time.Duration `json:"duration_ns"`
	// Requests were answered between WindowStart and WindowEnd.
	Requests *int64 `json:"requests,omitempty"`

	// Profiles has one entry for each kind, in the order of [Kinds]: of several
	// targets their sum, else those of the only target.
	Profiles []Profile `json:"profiles"`

	// Targets has the parts of each target.
	Targets []Source `json:"targets"`

	// Warnings are doubts about the whole.
	Warnings []Warning `json:"warnings,omitempty"`
}

// State says whether a bundle has its whole window.
type State string

// The states of a bundle.
const (
	Complete State = "complete"
	Partial  State = "partial" // interrupted, or a target went away for good; what was there is kept
)

// Status says what became of one part of a bundle.
type Status string

// What can become of a part.
const (
	OK      Status = "ok"
	Empty   Status = "empty"   // taken, and there is nothing in it; the file is there
	Failed  Status = "failed"  // Failure says why; there is no File, but may be a StartFile
	Skipped Status = "skipped" // not asked for
)

// Profile describes one profile of a bundle.
type Profile struct {
	Kind   Kind   `json:"kind"`
	Status Status `json:"status"`
	File   string `json:"file,omitempty"`
	// StartFile is the same at the start of the window (heap only).
	StartFile string `json:"start_file,omitempty"`
	// Failure is why there is none.
	Failure *Failure `json:"error,omitempty"`
	// Notes say how it differs from a normal one.
	Notes Notes `json:"note,omitempty"`

	// Delta says that the profile has what happened from WindowStart to
	// WindowEnd. Otherwise it is a snapshot, taken at WindowEnd.
	Delta       bool      `json:"delta"`
	WindowStart time.Time `json:"window_start,omitzero"`
	WindowEnd   time.Time `json:"window_end,omitzero"`
	// DurationNS is the time profiled between the two: less than all of it where
	// there were gaps. Of several targets it is the longest.
	DurationNS time.Duration `json:"duration_ns,omitempty"`
	// Requests were answered in that time, by all targets together.
	Requests *int64 `json:"requests,omitempty"`

	Bytes       int64        `json:"bytes,omitempty"`   // of the file
	Samples     int          `json:"samples,omitempty"` // distinct stacks (and labels)
	SampleTypes []SampleType `json:"sample_types,omitempty"`

	// Period is the sampling rate: one sample per that many nanoseconds of CPU
	// time, bytes allocated. For the mutex profile it is in contentions, where
	// the target tells it; for block it is not known from outside.
	Period *Period `json:"period,omitempty"`
}

// SampleType is one of the values that each sample has.
type SampleType struct {
	Type  string `json:"type"`  // such as cpu, alloc_space
	Unit  string `json:"unit"`  // such as nanoseconds, bytes
	Total int64  `json:"total"` // over all samples
}

// Period is a sampling rate.
type Period struct {
	Type  string `json:"type"`
	Unit  string `json:"unit"`
	Value int64  `json:"value"`
}

// Source describes one target and what came from it.
type Source struct {
	Name    string   `json:"name"`
	URL     string   `json:"url"`               // user info and secret parameters replaced
	Headers []string `json:"headers,omitempty"` // names only
	Process Process  `json:"process,omitzero"`

	// Restarted says that the process was replaced within the window.
	Restarted bool `json:"restarted,omitempty"`

	// Gone is since when it has not answered any more; zero if it does.
	Gone time.Time `json:"gone,omitzero"`

	Profiles   []Profile `json:"profiles"`
	Goroutines *Dump     `json:"goroutines,omitempty"`
	Metrics    *Metrics  `json:"metrics,omitempty"`
	Trace      *Trace    `json:"trace,omitempty"`
}

// Process is what is known of a target's process.
type Process struct {
	GoVersion string    `json:"go_version,omitempty"` // such as go1.26.1
	OS        string    `json:"os,omitempty"`
	Arch      string    `json:"arch,omitempty"`
	PID       int       `json:"pid,omitempty"`
	Started   time.Time `json:"started,omitzero"`
	Binary    string    `json:"binary,omitempty"`   // base name of the executable
	BuildID   string    `json:"build_id,omitempty"` // of the executable
	Module    string    `json:"module,omitempty"`   // path of the main module
	Version   string    `json:"version,omitempty"`  // of the main module
	Revision  string    `json:"revision,omitempty"` // of its source, from the version control system
	Modified  bool      `json:"modified,omitempty"` // the source differed from Revision
}

// Dump describes the stacks of all goroutines in words, as a crash prints them.
type Dump struct {
	Status    Status    `json:"status"`
	File      string    `json:"file,omitempty"`       // at the end of the window
	StartFile string    `json:"start_file,omitempty"` // at its start
	Failure   *Failure  `json:"error,omitempty"`      // why there is none at the end
	StartAt   time.Time `json:"start_at,omitzero"`
	EndAt     time.Time `json:"end_at,omitzero"`
}

// Metrics describes the runtime metrics sampled through the window.
type Metrics struct {
	Status  Status   `json:"status"`
	File    string   `json:"file,omitempty"`
	Failure *Failure `json:"error,omitempty"`  // why there are none
	URL     string   `json:"url,omitempty"`    // user info and secret parameters replaced
	Format  string   `json:"format,omitempty"` // prometheus or expvar
	Samples int      `json:"samples,omitempty"`
}

// Trace describes an execution trace.
type Trace struct {
	Status      Status    `json:"status"`
	File        string    `json:"file,omitempty"`
	Failure     *Failure  `json:"error,omitempty"` // why there is none, or why it was cut off
	Bytes       int64     `json:"bytes,omitempty"`
	WindowStart time.Time `json:"window_start,omitzero"`
	WindowEnd   time.Time `json:"window_end,omitzero"`
	// Capped says that the trace reached the bound on its size and ends there;
	// it can be read up to its last whole second.
	Capped bool `json:"capped,omitempty"`
}

// had says that there is a profile, though perhaps nothing in it.
func (p Profile) had() bool { return p.Status == OK || p.Status == Empty }

// Profile returns the entry of a kind. ok is false if the bundle has none.
func (m *Manifest) Profile(kind Kind) (p Profile, ok bool) { return findProfile(m.Profiles, kind) }

// Profile returns the entry of a kind. ok is false if the target has none.
func (s *Source) Profile(kind Kind) (p Profile, ok bool) { return findProfile(s.Profiles, kind) }

func findProfile(profiles []Profile, kind Kind) (Profile, bool) {
	for _, p := range profiles {
		if p.Kind == kind {
			return p, true
		}
	}
	return Profile{}, false
}
