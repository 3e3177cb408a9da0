package profiles

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// write makes the bundle of what was taken, the manifest last.
func (c *capture) write(interrupted bool) (*Manifest, error) {
	m := c.manifest(interrupted)
	parts := make([][]product, len(c.subjects)) // by target, then kind
	for i, s := range c.subjects {
		source, products := s.source()
		m.Targets, parts[i] = append(m.Targets, source), products
	}
	if !m.hasAnything() && !slices.ContainsFunc(parts, hasStart) {
		return c.nothing(m, interrupted)
	}
	c.addGone(m)
	room := c.reserve()
	c.writeTargets(m, parts)
	c.writeTop(m, parts)
	m.Warnings = c.warnings(m)
	room()
	err := writeFile(filepath.Join(c.dir, ManifestFile), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(m)
	})
	if err != nil {
		return nil, err
	}
	return m, c.unwritten
}

// reserve takes room on the disk for the manifest, which comes last and must be
// there: without it, nobody knows what the other files are. The function returned
// gives the room back.
func (c *capture) reserve() (release func()) {
	path := filepath.Join(c.dir, ".room")
	_ = os.WriteFile(path, make([]byte, 16<<10*(1+len(c.subjects))), 0o600) // without room for this there is perhaps some for the manifest
	return func() { _ = os.Remove(path) }
}

// lost takes down that a file could not be written, perhaps because the disk is
// full. The others are tried all the same: they may be smaller.
func (c *capture) lost(err error) *Failure {
	if c.unwritten == nil {
		c.unwritten = &UnwrittenError{Err: err}
	}
	c.unwritten.(*UnwrittenError).Files++
	return &Failure{Code: FailNotWritten, Said: firstLine(rootOf(err).Error())}
}

// rootOf is the error of the system, without the name of the file.
func rootOf(err error) error {
	var code syscall.Errno
	if errors.As(err, &code) {
		return code
	}
	return err
}

func (c *capture) manifest(interrupted bool) *Manifest {
	m := &Manifest{
		Format: Format, State: Complete, Tool: c.plan.Tool, Command: c.plan.Command,
		Started: c.started, Ended: c.ended,
		WindowStart: c.windowStart, WindowEnd: c.windowEnd, DurationNS: c.plan.Duration,
		Requests: between(c.before, c.after),
	}
	if interrupted {
		m.State = Partial
		m.Reason = Reasons{{Code: ReasonInterrupted, IntoNS: c.windowEnd.Sub(c.windowStart), PlannedNS: c.plan.Duration}}
	}
	return m
}

// addGone says which targets were lost.
func (c *capture) addGone(m *Manifest) {
	var last time.Time
	gone := 0
	for i, s := range c.subjects {
		if s.gone.IsZero() {
			continue
		}
		m.Targets[i].Gone = s.gone.UTC()
		reason := Reason{Code: ReasonGoneBefore, Target: s.name}
		if into := s.gone.Sub(c.windowStart); into >= 0 {
			reason = Reason{Code: ReasonStoppedAnswering, Target: s.name, IntoNS: into, PlannedNS: c.plan.Duration}
		}
		m.State, m.Reason = Partial, append(m.Reason, reason)
		last = maxTime(last, s.gone)
		gone++
	}
	if gone == len(c.subjects) && last.After(m.WindowStart) && last.Before(m.WindowEnd) {
		m.WindowEnd = last.UTC() // after that there was nobody to profile
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// hasStart says whether anything of a target's profiles was had at the start of
// the window only.
func hasStart(products []product) bool {
	return slices.ContainsFunc(products, func(p product) bool { return p.start != nil })
}

// nothing undoes a capture in which everything failed.
func (c *capture) nothing(m *Manifest, interrupted bool) (*Manifest, error) {
	if c.madeDir {
		if err := os.RemoveAll(c.dir); err != nil {
			return nil, err
		}
	}
	if interrupted {
		return nil, nil // the caller returns the context's error
	}
	failed := new(NothingError)
	for i := range m.Targets {
		failed.Failures = append(failed.Failures, m.Targets[i].failures()...)
	}
	return m, failed
}

// writeTargets writes the files of each target.
func (c *capture) writeTargets(m *Manifest, parts [][]product) {
	for i, s := range c.subjects {
		source, folder := &m.Targets[i], c.folderOf(s)
		for k := range parts[i] {
			p := &parts[i][k]
			p.write(c.dir, folder, c.lost)
			source.Profiles[k] = p.entry
		}
		c.writeDumps(s, source.Goroutines, folder)
		if source.Metrics.Status == OK {
			source.Metrics.File = path.Join(folder, MetricsFile)
			if err := c.writeSamples(source.Metrics.File, s.sampler.samples); err != nil {
				source.Metrics = &Metrics{Status: Failed, Failure: c.lost(err)}
			}
		}
		if t := source.Trace; t != nil && t.Status == OK {
			t.File = path.Join(folder, TraceFile)
		} else if t != nil && t.Failure != nil && t.Failure.Code == FailNotWritten {
			_ = c.lost(s.traceErr) // counts it
		}
	}
}

func (c *capture) writeDumps(s *subject, d *Dump, folder string) {
	if d == nil {
		return
	}
	for _, row := range []struct {
		text []byte
		name string
		file *string
		at   *time.Time
	}{
		{s.dumps[0].text, GoroutinesStartFile, &d.StartFile, &d.StartAt},
		{s.dumps[1].text, GoroutinesFile, &d.File, &d.EndAt},
	} {
		if row.text == nil {
			continue
		}
		*row.file = path.Join(folder, row.name)
		if err := writeBytes(filepath.Join(c.dir, filepath.FromSlash(*row.file)), row.text); err != nil {
			*row.file, *row.at = "", time.Time{}
			d.Status, d.Failure = Failed, c.lost(err)
		}
	}
}

func (c *capture) writeSamples(file string, samples []sample) error {
	return writeFile(filepath.Join(c.dir, filepath.FromSlash(file)), func(w io.Writer) error {
		return writeSamples(w, samples)
	})
}

// writeTop writes what the bundle has at its top: of several targets the sum.
func (c *capture) writeTop(m *Manifest, parts [][]product) {
	if len(c.subjects) == 1 {
		m.Profiles = slices.Clone(m.Targets[0].Profiles)
		return
	}
	for k := range parts[0] {
		var same []product
		for i := range parts {
			same = append(same, parts[i][k])
		}
		merged := mergeProducts(same, c.names)
		merged.write(c.dir, "", c.lost)
		m.Profiles = append(m.Profiles, merged.entry)
	}
	for i := range m.Targets { // what all served is not what each did
		for k := range m.Targets[i].Profiles {
			m.Targets[i].Profiles[k].Requests = nil
		}
	}
	c.writeAllSamples()
}

// writeAllSamples writes the metrics of all targets in the order of time.
func (c *capture) writeAllSamples() {
	var all []sample
	for _, s := range c.subjects {
		all = append(all, s.sampler.samples...)
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b sample) int { return a.Time.Compare(b.Time) })
	if err := c.writeSamples(MetricsFile, all); err != nil {
		_ = c.lost(err) // each target has its own lines
	}
}
