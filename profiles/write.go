package profiles

import (
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
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
	if err := c.writeTargets(m, parts); err != nil {
		return nil, err
	}
	if err := c.writeTop(m, parts); err != nil {
		return nil, err
	}
	m.Warnings = c.warnings(m)
	return m, writeFile(filepath.Join(c.dir, ManifestFile), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(m)
	})
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
func (c *capture) writeTargets(m *Manifest, parts [][]product) error {
	for i, s := range c.subjects {
		source, folder := &m.Targets[i], c.folderOf(s)
		for k := range parts[i] {
			p := &parts[i][k]
			if err := p.write(c.dir, folder); err != nil {
				return err
			}
			source.Profiles[k] = p.entry
		}
		if err := c.writeDumps(s, source.Goroutines, folder); err != nil {
			return err
		}
		if source.Metrics.Status == OK {
			source.Metrics.File = path.Join(folder, MetricsFile)
			if err := c.writeSamples(source.Metrics.File, s.sampler.samples); err != nil {
				return err
			}
		}
		if t := source.Trace; t != nil && t.Status == OK {
			t.File = path.Join(folder, TraceFile)
		}
	}
	return nil
}

func (c *capture) writeDumps(s *subject, d *Dump, folder string) error {
	if d == nil {
		return nil
	}
	if text := s.dumps[0].text; text != nil {
		d.StartFile = path.Join(folder, GoroutinesStartFile)
		if err := writeBytes(filepath.Join(c.dir, filepath.FromSlash(d.StartFile)), text); err != nil {
			return err
		}
	}
	if text := s.dumps[1].text; text != nil {
		d.File = path.Join(folder, GoroutinesFile)
		return writeBytes(filepath.Join(c.dir, filepath.FromSlash(d.File)), text)
	}
	return nil
}

func (c *capture) writeSamples(file string, samples []sample) error {
	return writeFile(filepath.Join(c.dir, filepath.FromSlash(file)), func(w io.Writer) error {
		return writeSamples(w, samples)
	})
}

// writeTop writes what the bundle has at its top: of several targets the sum.
func (c *capture) writeTop(m *Manifest, parts [][]product) error {
	if len(c.subjects) == 1 {
		m.Profiles = slices.Clone(m.Targets[0].Profiles)
		return nil
	}
	for k := range parts[0] {
		var same []product
		for i := range parts {
			same = append(same, parts[i][k])
		}
		merged := mergeProducts(same, c.names)
		if err := merged.write(c.dir, ""); err != nil {
			return err
		}
		m.Profiles = append(m.Profiles, merged.entry)
	}
	for i := range m.Targets { // what all served is not what each did
		for k := range m.Targets[i].Profiles {
			m.Targets[i].Profiles[k].Requests = nil
		}
	}
	return c.writeAllSamples()
}

// writeAllSamples writes the metrics of all targets in the order of time.
func (c *capture) writeAllSamples() error {
	var all []sample
	for _, s := range c.subjects {
		all = append(all, s.sampler.samples...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b sample) int { return a.Time.Compare(b.Time) })
	return c.writeSamples(MetricsFile, all)
}
