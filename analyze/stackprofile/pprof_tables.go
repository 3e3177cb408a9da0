package stackprofile

import (
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/symbol"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/wire"
)

// The fields of the messages of profile.proto that are read.
const (
	profileSampleType  = 1
	profileSample      = 2
	profileMapping     = 3
	profileLocation    = 4
	profileFunction    = 5
	profileStrings     = 6
	profileDropFrames  = 7
	profileKeepFrames  = 8
	profileTime        = 9
	profileDuration    = 10
	profilePeriodType  = 11
	profilePeriod      = 12
	profileComment     = 13
	profileDefaultType = 14
	profileDocURL      = 15 // not read
)

// decoder turns the bytes of a profile.proto message into a Profile in three
// passes: the tables, which come after the samples that use them; how much
// room the samples need; the samples. Where google/pprof makes objects of
// locations and samples, this makes numbers, in a quarter of the memory.
type decoder struct {
	raw    []byte
	limits Limits

	strings     []string
	types       [][2]uint64 // name and unit, as strings
	mappings    map[uint64]uint64
	mapped      uint64 // file of the first mapping
	functions   map[uint64]functionEntry
	locations   []locationEntry
	samples     int
	sampleBytes int // of all sample messages

	period, periodName, periodUnit, defaultType uint64
	dropFrames, keepFrames                      uint64 // regular expressions, as strings
	time, duration                              int64
	comments                                    []uint64

	frames *frameTable
	named  map[[2]uint64]string // functions, by name and system name
	// expanded are the frames of all locations, root first.
	expanded []FrameID
	// dense has the frames of the location with an id; ids are small numbers in
	// practice. The others are in sparse.
	dense  []frameRun
	sparse map[uint64]frameRun
}

// frameRun is a piece of decoder.expanded. Of a location there is at least one
// frame, so an empty run is no location.
type frameRun struct{ begin, size uint32 }

type functionEntry struct{ name, system, file uint64 }

type locationEntry struct {
	id, mapping uint64
	lines       []lineEntry // innermost first, as in the file
}

type lineEntry struct {
	function uint64
	line     int64
}

// readTables is the first pass.
func (d *decoder) readTables() error {
	m := wire.Message{Rest: d.raw}
	for {
		f, ok, err := m.Next()
		if err != nil {
			return err
		}
		if !ok {
			return nil
		}
		if err := d.table(f); err != nil {
			return err
		}
	}
}

func (d *decoder) table(f wire.Field) (err error) {
	if wantsBytes := f.ID >= profileSampleType && f.ID <= profileStrings || f.ID == profilePeriodType; wantsBytes && f.Wire != wire.Bytes {
		return fmt.Errorf("field %d has wire type %d and should hold a message", f.ID, f.Wire)
	}
	switch f.ID {
	case profileSampleType:
		t, err := pair(f.Bytes)
		d.types = append(d.types, t)
		return err
	case profileSample:
		d.samples++
		d.sampleBytes += len(f.Bytes)
	case profileMapping:
		return d.mapping(f.Bytes)
	case profileLocation:
		return d.location(f.Bytes)
	case profileFunction:
		return d.function(f.Bytes)
	case profileStrings:
		d.strings = append(d.strings, string(f.Bytes))
	case profileDropFrames:
		d.dropFrames = f.Number
	case profileKeepFrames:
		d.keepFrames = f.Number
	case profileTime:
		d.time = int64(f.Number)
	case profileDuration:
		d.duration = int64(f.Number)
	case profilePeriodType:
		t, err := pair(f.Bytes)
		d.periodName, d.periodUnit = t[0], t[1]
		return err
	case profilePeriod:
		d.period = f.Number
	case profileComment:
		return f.Numbers(func(v uint64) error { d.comments = append(d.comments, v); return nil })
	case profileDefaultType:
		d.defaultType = f.Number
	}
	return nil
}

// pair reads a ValueType: two indices of strings.
func pair(raw []byte) (t [2]uint64, err error) {
	err = eachNumber(raw, func(id, number uint64) {
		if id == 1 || id == 2 {
			t[id-1] = number
		}
	})
	return t, err
}

// eachNumber goes through the varint fields of a flat message.
func eachNumber(raw []byte, each func(id, number uint64)) error {
	m := wire.Message{Rest: raw}
	for {
		f, ok, err := m.Next()
		if !ok {
			return err
		}
		if f.Wire == wire.Varint {
			each(f.ID, f.Number)
		}
	}
}

func (d *decoder) mapping(raw []byte) error {
	var id, file uint64
	err := eachNumber(raw, func(field, number uint64) {
		switch field {
		case 1:
			id = number
		case 5:
			file = number
		}
	})
	if len(d.mappings) == 0 {
		d.mapped = file
	}
	d.mappings[id] = file
	return err
}

func (d *decoder) function(raw []byte) error {
	var id uint64
	var f functionEntry
	err := eachNumber(raw, func(field, number uint64) {
		switch field {
		case 1:
			id = number
		case 2:
			f.name = number
		case 3:
			f.system = number
		case 4:
			f.file = number
		}
	})
	d.functions[id] = f
	return err
}

func (d *decoder) location(raw []byte) error {
	var l locationEntry
	m := wire.Message{Rest: raw}
	for {
		f, ok, err := m.Next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		switch f.ID {
		case 1:
			l.id = f.Number
		case 2:
			l.mapping = f.Number
		case 4:
			var line lineEntry
			if err := eachNumber(f.Bytes, func(field, number uint64) {
				switch field {
				case 1:
					line.function = number
				case 2:
					line.line = int64(number)
				}
			}); err != nil {
				return err
			}
			l.lines = append(l.lines, line)
		}
	}
	d.locations = append(d.locations, l)
	return nil
}

// header is the profile without its samples.
func (d *decoder) header() (*Profile, error) {
	p := &Profile{Period: int64(d.period), Duration: time.Duration(max(d.duration, 0))}
	var bad error
	text := func(i uint64) string {
		s, err := d.text(i)
		bad = errors.Join(bad, err)
		return s
	}
	for _, t := range d.types {
		p.Types = append(p.Types, ValueType{Name: text(t[0]), Unit: text(t[1])})
	}
	p.PeriodType = ValueType{Name: text(d.periodName), Unit: text(d.periodUnit)}
	p.binary = text(d.mapped)
	for _, c := range d.comments {
		p.Comments = append(p.Comments, text(c))
	}
	if d.time != 0 {
		p.Start = time.Unix(0, d.time).UTC()
	}
	// Without a word from the profile the last type is the default, as
	// go tool pprof has it.
	p.DefaultType = len(p.Types) - 1
	if name := text(d.defaultType); name != "" {
		for i, t := range p.Types {
			if t.Name == name {
				p.DefaultType = i
			}
		}
	}
	return p, bad
}

func (d *decoder) text(i uint64) (string, error) {
	switch {
	case i < uint64(len(d.strings)):
		return d.strings[i], nil
	case i == 0:
		return "", nil
	}
	return "", fmt.Errorf("it refers to string %d of %d", i, len(d.strings))
}

// expandLocations makes the frames of every location.
func (d *decoder) expandLocations() error {
	d.dense = make([]frameRun, 2*len(d.locations)+64)
	for _, l := range d.locations {
		begin := len(d.expanded)
		frames, err := d.framesOf(l)
		if err != nil {
			return err
		}
		d.expanded = append(d.expanded, frames...)
		run := frameRun{uint32(begin), uint32(len(frames))}
		if l.id < uint64(len(d.dense)) {
			d.dense[l.id] = run
			continue
		}
		if d.sparse == nil {
			d.sparse = map[uint64]frameRun{}
		}
		d.sparse[l.id] = run
	}
	return nil
}

func (d *decoder) framesOf(l locationEntry) ([]FrameID, error) {
	mapped, err := d.text(d.mappings[l.mapping])
	if err != nil {
		return nil, err
	}
	if len(l.lines) == 0 {
		return []FrameID{d.frames.id(Frame{Function: nameless(mapped), Mapped: mapped})}, nil
	}
	frames := make([]FrameID, 0, len(l.lines))
	for i := len(l.lines) - 1; i >= 0; i-- { // root first
		line := l.lines[i]
		entry, ok := d.functions[line.function]
		if !ok && line.function != 0 {
			return nil, fmt.Errorf("a location refers to function %d, which does not exist", line.function)
		}
		name, err := d.nameOf(entry)
		if err != nil {
			return nil, err
		}
		file, err := d.text(entry.file)
		if err != nil {
			return nil, err
		}
		if name == "" {
			name = nameless(mapped)
		}
		frames = append(frames, d.frames.id(Frame{
			Function: name, File: file, Line: int(line.line), Mapped: mapped, Inlined: i < len(l.lines)-1,
		}))
	}
	return frames, nil
}

// nameOf is what people call a function. Each is named once: that costs much more
// than a look.
func (d *decoder) nameOf(f functionEntry) (string, error) {
	key := [2]uint64{f.name, f.system}
	if name, ok := d.named[key]; ok {
		return name, nil
	}
	shown, err := d.text(f.name)
	if err != nil {
		return "", err
	}
	system, err := d.text(f.system)
	if err != nil {
		return "", err
	}
	name := symbol.Name(shown, system)
	d.named[key] = name
	return name, nil
}

// find returns the frames of the location with that id.
func (d *decoder) find(id uint64) (frameRun, error) {
	var run frameRun
	if id < uint64(len(d.dense)) {
		run = d.dense[id]
	} else {
		run = d.sparse[id]
	}
	if run.size == 0 {
		return run, fmt.Errorf("a sample refers to location %d, which does not exist", id)
	}
	return run, nil
}
