package profiles

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"time"
)

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
)

// SnapshotManifest describes a snapshot; it is its manifest.json.
type SnapshotManifest struct {
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

// snapshot is one with its files in memory, on the way to the shelf.
type snapshot struct {
	manifest SnapshotManifest
	files    map[string][]byte
}

// serve takes the snapshot that was ordered. Collecting costs CPU time like
// everything else, and is paid for.
func (r *Recorder) serve(ctx context.Context, o *order) {
	s := r.collect(ctx, o)
	err := r.shelf.put(s)
	r.mu.Lock()
	if err != nil {
		r.failed = fmt.Sprintf("keeping a snapshot: %v", err)
	}
	r.mu.Unlock()
	o.done <- delivery{s.manifest, err}
}

func (r *Recorder) collect(ctx context.Context, o *order) *snapshot {
	s := &snapshot{
		manifest: SnapshotManifest{
			Version: snapshotVersion, Name: o.at.UTC().Format(snapshotNameTime) + "-" + string(o.reason),
			Reason: o.reason, Detail: o.detail, Asked: o.at, Goroutines: r.process.goroutines(),
			GoVersion: runtime.Version(), Files: map[string]int64{},
		},
		files: map[string][]byte{},
	}
	s.manifest.describeBuild()
	slices := r.takeSlices(s)
	r.paid(func() { r.writeDumps(s) }) // first, while it lasts
	r.takeTrace(ctx, s)
	if len(slices) > 0 {
		r.paid(func() {
			s.write(snapshotCPU, func(w io.Writer) error { return writeMerged(w, slices) })
		})
	}
	s.manifest.Taken = r.process.now()
	s.manifest.Took = s.manifest.Taken.Sub(o.at).Seconds()
	return s
}

// paid does a part of a snapshot and pays for it.
func (r *Recorder) paid(part func()) {
	cost := r.process.spent(part)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ledger.pay(&r.ledger.snapshots, cost)
}

// takeSlices ends the slice that is running, so that what happened now is in
// it, and returns those of the ring.
func (r *Recorder) takeSlices(s *snapshot) []cpuSlice {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut()
	r.ring.expire(r.process.now())
	if len(r.ring.slices) == 0 {
		s.fail(snapshotCPU, "the ring holds no CPU slice: "+r.whyNoSlices())
	}
	for _, slice := range r.ring.slices {
		s.manifest.Slices = append(s.manifest.Slices, slice.SliceBounds)
	}
	return append([]cpuSlice(nil), r.ring.slices...)
}

// whyNoSlices explains an empty ring.
func (r *Recorder) whyNoSlices() string {
	switch {
	case r.sampler.hands > 0:
		return "a profile is being taken by hand"
	case !r.ledger.affords():
		return fmt.Sprintf("the budget of %g %% of CPU time is overdrawn by %v", 100*r.ledger.share, -r.ledger.balance.Round(time.Microsecond))
	case r.sampler.taken == 0 && r.sampler.blocked > 0:
		return "other code is taking a CPU profile"
	case r.sampler.taken == 0:
		return "the recorder has just begun"
	}
	return fmt.Sprintf("none was taken within %v", r.options.Keep)
}

// takeTrace writes the flight recorder's window. Where it is off, what follows
// the trigger is better than nothing.
func (r *Recorder) takeTrace(ctx context.Context, s *snapshot) {
	r.mu.Lock()
	off, on, from := r.flight.off, r.flight.on, r.flight.began
	if !off && !on {
		s.manifest.TraceAfter = r.flight.start(r.process.now())
		from = r.flight.began
	}
	r.mu.Unlock()
	switch {
	case off:
		return
	case !on && !s.manifest.TraceAfter:
		s.fail(snapshotTrace, "the flight recorder cannot be started: the process has another one")
		return
	case !on:
		r.process.sleep(ctx, r.options.TraceAge)
	}
	s.manifest.TraceFrom = from
	r.paid(func() { s.write(snapshotTrace, r.process.writeTrace) })
}

func (r *Recorder) writeDumps(s *snapshot) {
	form := 2 // each goroutine, with its state and how long it has waited
	if s.manifest.Goroutines > mostFullDump {
		form = 1 // grouped by stack
	}
	s.write(snapshotGoroutines, func(w io.Writer) error { return r.process.writeProfile(w, "goroutine", form) })
	s.write(snapshotGoroutine, func(w io.Writer) error { return r.process.writeProfile(w, "goroutine", 0) })
	s.write(snapshotHeap, func(w io.Writer) error { return r.process.writeProfile(w, "heap", 0) })
}

// write puts a file into the snapshot, or the reason why it is missing: one
// failure must not lose the rest.
func (s *snapshot) write(name string, write func(io.Writer) error) {
	var buffer bytes.Buffer
	if err := write(&buffer); err != nil {
		s.fail(name, err.Error())
		return
	}
	s.files[name] = buffer.Bytes()
	s.manifest.Files[name] = int64(buffer.Len())
}

func (s *snapshot) fail(name, why string) {
	if s.manifest.Failed == nil {
		s.manifest.Failed = map[string]string{}
	}
	s.manifest.Failed[name] = why
}

func (m *SnapshotManifest) describeBuild() {
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

// bytes is the size of all files, the manifest too.
func (s *snapshot) bytes() int64 {
	sum := int64(len(s.manifest.json()))
	for _, data := range s.files {
		sum += int64(len(data))
	}
	return sum
}

func (m SnapshotManifest) json() []byte {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // it has no field that could fail
	}
	return append(text, '\n')
}
