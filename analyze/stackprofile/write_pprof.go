package stackprofile

import (
	"encoding/binary"
	"io"
	"strconv"

	"github.com/google/pprof/profile"
)

// WritePprof writes the profile for go tool pprof, gzipped: all types, labels,
// and which frames were inlined. Frames that no program has become functions of
// that name. It costs several times the memory of the profile.
func (p *Profile) WritePprof(w io.Writer) error {
	c := pprofConverter{p: p, mappings: map[string]*profile.Mapping{}, functions: map[[2]string]*profile.Function{}, locations: map[string]*profile.Location{}}
	return c.convert().Write(w)
}

// pprofConverter makes the objects of google/pprof.
type pprofConverter struct {
	p         *Profile
	out       profile.Profile
	mappings  map[string]*profile.Mapping
	functions map[[2]string]*profile.Function // by name and file
	// locations are by the ids of their frames: one that was called, and those
	// that were inlined into it.
	locations map[string]*profile.Location
	key       []byte
}

func (c *pprofConverter) convert() *profile.Profile {
	p, out := c.p, &c.out
	for _, t := range p.Types {
		out.SampleType = append(out.SampleType, &profile.ValueType{Type: t.Name, Unit: pprofUnit(t)})
	}
	out.DefaultSampleType = p.Types[p.DefaultType].Name
	out.PeriodType = &profile.ValueType{Type: p.PeriodType.Name, Unit: p.PeriodType.Unit}
	out.Period, out.DurationNanos, out.Comments = p.Period, int64(p.Duration), p.Comments
	if !p.Start.IsZero() {
		out.TimeNanos = p.Start.UnixNano()
	}
	if p.binary != "" {
		c.mapping(p.binary) // go tool pprof takes the first for the program
	}
	for sample := range p.Samples() {
		out.Sample = append(out.Sample, c.sample(sample))
	}
	return out
}

// pprofUnit is the unit of values, which are integers: "count/1000" for thousandths.
func pprofUnit(t ValueType) string {
	if t.Scale <= 1 {
		return t.Unit
	}
	return t.Unit + "/" + strconv.FormatInt(t.Scale, 10)
}

func (c *pprofConverter) sample(s Sample) *profile.Sample {
	out := &profile.Sample{Value: s.Values}
	for end := len(s.Stack); end > 0; {
		begin := end - 1
		for begin > 0 && c.p.frames[s.Stack[begin]].Inlined {
			begin--
		}
		out.Location = append(out.Location, c.location(s.Stack[begin:end])) // leaf first
		end = begin
	}
	for _, l := range s.Labels {
		c.label(out, l)
	}
	return out
}

func (c *pprofConverter) label(s *profile.Sample, l Label) {
	if l.Text != "" || l.Num == 0 && l.Unit == "" {
		if s.Label == nil {
			s.Label = map[string][]string{}
		}
		s.Label[l.Key] = append(s.Label[l.Key], l.Text)
		return
	}
	if s.NumLabel == nil {
		s.NumLabel, s.NumUnit = map[string][]int64{}, map[string][]string{}
	}
	s.NumLabel[l.Key] = append(s.NumLabel[l.Key], l.Num)
	s.NumUnit[l.Key] = append(s.NumUnit[l.Key], l.Unit)
}

func (c *pprofConverter) location(frames []FrameID) *profile.Location {
	c.key = c.key[:0]
	for _, id := range frames {
		c.key = binary.LittleEndian.AppendUint32(c.key, uint32(id))
	}
	if l, ok := c.locations[string(c.key)]; ok {
		return l
	}
	l := &profile.Location{ID: uint64(len(c.out.Location)) + 1, Mapping: c.mapping(c.p.frames[frames[0]].Mapped)}
	for i := len(frames) - 1; i >= 0; i-- {
		f := c.p.frames[frames[i]]
		l.Line = append(l.Line, profile.Line{Function: c.function(f.Function, f.File), Line: int64(f.Line)})
	}
	c.locations[string(c.key)] = l
	c.out.Location = append(c.out.Location, l)
	return l
}

func (c *pprofConverter) function(name, file string) *profile.Function {
	key := [2]string{name, file}
	f, ok := c.functions[key]
	if !ok {
		f = &profile.Function{ID: uint64(len(c.out.Function)) + 1, Name: name, SystemName: name, Filename: file}
		c.functions[key] = f
		c.out.Function = append(c.out.Function, f)
	}
	return f
}

// mapping says that the names are there, so that no reader looks for symbols.
func (c *pprofConverter) mapping(file string) *profile.Mapping {
	if file == "" {
		return nil
	}
	m, ok := c.mappings[file]
	if !ok {
		m = &profile.Mapping{ID: uint64(len(c.out.Mapping)) + 1, File: file, HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true}
		c.mappings[file] = m
		c.out.Mapping = append(c.out.Mapping, m)
	}
	return m
}
