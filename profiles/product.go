package profiles

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/google/pprof/profile"
)

// product is one profile of the bundle, ready to be written.
type product struct {
	entry   Profile
	profile *profile.Profile // nil: there is none
	raw     []byte           // as it came, gzipped; nil: to be encoded
	start   *taken           // of heap: the profile of StartFile, if it was had

	before, after *int64 // requests answered at the ends of its window
}

// products makes of what was taken the profile of each kind.
func (s *subject) products(restarted bool) []product {
	var all []product
	for _, kind := range Kinds() {
		all = append(all, s.product(kind, restarted))
	}
	return all
}

func (s *subject) product(kind Kind, restarted bool) product {
	p := product{entry: Profile{Kind: kind, Status: Skipped, Delta: kind.IsDelta()}}
	if !s.wants(kind) {
		return p
	}
	var err error
	switch kind {
	case CPU:
		err = s.cpuProduct(&p)
	case Allocs, Block, Mutex:
		err = s.deltaProduct(&p, restarted)
	default:
		err = s.snapshotProduct(&p)
	}
	if err != nil {
		p = product{entry: Profile{Kind: kind, Status: Failed, Delta: kind.IsDelta(), Failure: failureOf(err)}}
		if kind == Heap { // what there was before is worth having without what was after
			p.start = s.snapshots[Heap].start
		}
		return p
	}
	p.describe()
	if kind == Mutex && s.mutexFraction > 0 {
		p.entry.Period = &Period{Type: "contentions", Unit: "count", Value: s.mutexFraction}
	}
	return p
}

// cpuProduct joins the slices of the window.
func (s *subject) cpuProduct(p *product) error {
	if len(s.cpu.taken) == 0 {
		if s.cpu.err == nil {
			return &Failure{Code: FailWindowTooShort}
		}
		return s.cpu.err
	}
	t, err := s.cpu.joined()
	if err != nil {
		return err
	}
	p.take(t)
	p.entry.Requests, p.entry.DurationNS = s.cpu.served(), s.cpu.profiled()
	if s.cpu.err != nil {
		p.note(Note{Code: NotePartOfWindow, ProfiledNS: p.entry.DurationNS, PlannedNS: s.plan.Duration, Failure: failureOf(s.cpu.err)})
	}
	return nil
}

// deltaProduct is the difference of the ends. After a restart the counters of
// the new process are the difference.
func (s *subject) deltaProduct(p *product, restarted bool) error {
	e := s.snapshots[p.entry.Kind]
	slow := s.isOnDemand(p.entry.Kind)
	switch {
	case e.endErr != nil:
		return e.endErr
	case e.end.profile.DurationNanos > 0, !restarted && e.backwards():
		s.ownDelta(p, e, slow)
		return nil
	case e.startErr != nil && !restarted:
		return &Failure{Code: FailNoStart, Cause: failureOf(e.startErr)}
	}
	p.take(e.end)
	p.raw = nil
	if p.entry.Kind == Allocs {
		p.profile = onlyAllocs(p.profile)
	}
	if restarted {
		p.note(Note{Code: NoteSinceRestart})
		p.entry.WindowStart, p.before, p.entry.Requests, p.entry.DurationNS = time.Time{}, nil, nil, 0
		if began := s.sampler.process.Started; !began.IsZero() && began.Before(e.end.asked) {
			p.entry.WindowStart, p.entry.DurationNS = began, e.end.asked.Sub(began)
		}
		return nil
	}
	start := e.start.profile
	if p.entry.Kind == Allocs {
		start = onlyAllocs(start)
	}
	diff, _, err := difference(start, p.profile)
	if err != nil {
		return &Failure{Code: FailSnapshotsMismatch, Said: err.Error()}
	}
	p.profile = diff
	p.entry.WindowStart, p.before = e.start.moment(slow)
	p.entry.WindowEnd, p.after = e.end.moment(slow)
	p.entry.DurationNS = p.entry.WindowEnd.Sub(p.entry.WindowStart)
	p.entry.Requests = between(p.before, p.after)
	return nil
}

// ownDelta is an answer that is a difference itself: of the time that it names, or
// else since it was asked for before.
func (s *subject) ownDelta(p *product, e *ends, slow bool) {
	p.take(e.end)
	length := time.Duration(e.end.profile.DurationNanos)
	began, before := e.end.asked, e.end.before
	if !slow && e.start != nil {
		began, before = e.start.asked, e.start.before
	}
	p.after = e.end.after
	if known := e.end.ended.Sub(began); length <= 0 || length > known {
		length = known
	}
	p.entry.DurationNS = length
	p.entry.WindowStart, p.entry.WindowEnd = e.end.ended.Add(-length).UTC(), e.end.ended.UTC()
	if length >= e.end.ended.Sub(began)*9/10 { // of a part of that time nobody knows how many requests it had
		p.before = before
		p.entry.Requests = between(p.before, p.after)
	} else {
		p.before, p.after = nil, nil
	}
	if off := length - s.plan.Duration; off > s.plan.Duration/10 || off < -s.plan.Duration/10 {
		p.note(Note{Code: NoteOwnWindow, ProfiledNS: length, PlannedNS: s.plan.Duration})
	}
}

// snapshotProduct is what was there at the end.
func (s *subject) snapshotProduct(p *product) error {
	e := s.snapshots[p.entry.Kind]
	if e.endErr != nil {
		return e.endErr
	}
	p.take(e.end)
	if p.entry.Kind == Heap {
		p.start = e.start
	}
	p.entry.WindowStart, p.entry.WindowEnd = time.Time{}, e.end.asked.UTC()
	return nil
}

func (p *product) note(n Note) { p.entry.Notes = append(p.entry.Notes, n) }

func (p *product) take(t *taken) {
	p.profile, p.before, p.after = t.profile, t.before, t.after
	if isGzip(t.raw) {
		p.raw = t.raw
	}
	p.entry.WindowStart, p.entry.WindowEnd = t.asked.UTC(), t.ended.UTC()
}

// describe fills in what can be read off the profile itself.
func (p *product) describe() {
	p.entry.File = p.entry.Kind.File()
	p.entry.Samples = len(p.profile.Sample)
	p.entry.SampleTypes = nil
	for i, t := range p.profile.SampleType {
		var total int64
		for _, sample := range p.profile.Sample {
			total += sample.Value[i]
		}
		p.entry.SampleTypes = append(p.entry.SampleTypes, SampleType{t.Type, t.Unit, total})
	}
	if t := p.profile.PeriodType; t != nil && (p.entry.Kind == CPU || p.entry.Kind == Heap || p.entry.Kind == Allocs) {
		p.entry.Period = &Period{Type: t.Type, Unit: t.Unit, Value: p.profile.Period}
	}
	p.entry.Status = OK
	if p.entry.Samples == 0 {
		p.entry.Status = Empty
	}
	if share := ownShare(p.profile); share >= noticeable && p.entry.Kind != Goroutine && p.entry.Kind != ThreadCreate {
		p.note(Note{Code: NoteOwnShare, Share: share, Functions: ProfilerFunctions})
	}
}

const (
	// noticeable is the share from which a profile says how much of it is the
	// work or the waiting of those who take profiles.
	noticeable = 0.001
	// ProfilerFunctions is a regular expression that matches the names of the
	// functions that take profiles: the handlers, and what the runtime does on
	// goroutines of its own. Not pprof.Do and trace.WithRegion, below which a
	// program's own work runs.
	ProfilerFunctions = `^net/http/pprof\.|^runtime/pprof\.(profileWriter|\(\*Profile\)\.WriteTo)|^runtime/trace\.(Start|\(\*traceMultiplexer\))`
)

// ownShare is the part of a profile's value that one looks at first in which
// some frame takes profiles.
func ownShare(p *profile.Profile) float64 {
	own := regexp.MustCompile(ProfilerFunctions)
	taking := map[uint64]bool{} // by location
	for _, l := range p.Location {
		taking[l.ID] = slices.ContainsFunc(l.Line, func(line profile.Line) bool {
			return line.Function != nil && own.MatchString(line.Function.Name)
		})
	}
	value := len(p.SampleType) - 1 // pprof's rule, and that of all kinds here
	var part, all int64
	for _, s := range p.Sample {
		all += s.Value[value]
		if slices.ContainsFunc(s.Location, func(l *profile.Location) bool { return taking[l.ID] }) {
			part += s.Value[value]
		}
	}
	if all <= 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// write puts the files below a folder of the bundle and notes where they are. One
// that cannot be written has failed with what lost says.
func (p *product) write(dir, folder string, lost func(error) *Failure) {
	if p.profile != nil {
		p.entry.File = path.Join(folder, p.entry.File)
		size, err := writeProfile(dir, p.entry.File, p.raw, p.profile)
		if err != nil {
			p.entry = Profile{Kind: p.entry.Kind, Status: Failed, Delta: p.entry.Delta, Failure: lost(err)}
		}
		p.entry.Bytes = size
	}
	if p.start != nil {
		file := path.Join(folder, HeapStartFile)
		if _, err := writeProfile(dir, file, p.start.raw, p.start.profile); err != nil {
			_ = lost(err) // the one of the end is there, or failed as well
		} else {
			p.entry.StartFile = file
		}
	}
}

// writeProfile writes a profile as it came, if it came gzipped, and returns its
// size.
func writeProfile(dir, file string, raw []byte, p *profile.Profile) (int64, error) {
	if !isGzip(raw) {
		var err error
		if raw, err = encode(p); err != nil {
			return 0, err
		}
	}
	if err := writeBytes(filepath.Join(dir, filepath.FromSlash(file)), raw); err != nil {
		return 0, err
	}
	return int64(len(raw)), nil
}

// restarted says whether the process was replaced within the window: by its
// start time, by counters that went back, or by a connection that broke and a
// target that came back.
func (s *subject) restarted() bool {
	if s.sampler.restarted() || s.cpu.resumed {
		return true
	}
	if allocs := s.snapshots[Allocs]; allocs.start != nil && allocs.end != nil {
		return allocs.backwards()
	}
	// Waits alone may go back because a service answers what was new since the last
	// question. That its start time did not change tells.
	return !s.sampler.knowsStart() && (s.snapshots[Block].backwards() || s.snapshots[Mutex].backwards())
}
