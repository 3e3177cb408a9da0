package flame

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// eachSample goes through the messages of all samples.
func (d *decoder) eachSample(do func(raw []byte) error) error {
	m := message{d.raw}
	for {
		f, ok, err := m.next()
		if !ok {
			return err
		}
		if f.id == profileSample {
			if err := do(f.bytes); err != nil {
				return err
			}
		}
	}
}

// readSamples is the second and the third pass.
func (d *decoder) readSamples(p *Profile) error {
	room, err := d.room()
	if err != nil {
		return err
	}
	p.stacks = make([]FrameID, 0, room)
	p.ends = make([]uint32, 0, d.samples)
	p.values = make([]int64, 0, d.samples*len(p.Types))
	s := sampleReader{decoder: d, into: p, marker: newCutMarker(p, d.frames), sets: map[string]uint32{"": 0}}
	if err := d.eachSample(s.read); err != nil {
		return err
	}
	if len(s.sets) > 1 {
		p.labels, p.labelSets = s.labels, s.labelSets
	}
	s.marker.note(p)
	return nil
}

// room counts the frames of all stacks, so that they are allocated once, and
// before that it is known whether they are too many: a location may stand for
// any number of frames, so a small file can hold absurdly many.
func (d *decoder) room() (int, error) {
	sizes := make([]int, len(d.expansion))
	for i, frames := range d.expansion {
		sizes[i] = len(frames)
	}
	total := 0
	err := d.eachSample(func(raw []byte) error {
		m := message{raw}
		size := 0
		for {
			f, ok, err := m.next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if f.id != 1 {
				continue
			}
			if err := d.each(f, func(location uint32) { size += sizes[location] }); err != nil {
				return err
			}
		}
		total += min(size, maxStackDepth) + 1 // a mark may be added
		if total > d.limits.MaxFrames {
			return fmt.Errorf("its stacks have more than %d frames together", d.limits.MaxFrames)
		}
		return nil
	})
	return total, err
}

// each calls do for the index of each location of a sample's first field.
func (d *decoder) each(f field, do func(location uint32)) error {
	if f.wire != wireBytes {
		return f.numbers(func(id uint64) error {
			i, err := d.find(id)
			if err == nil {
				do(i)
			}
			return err
		})
	}
	for rest := f.bytes; len(rest) > 0; {
		id, n := uvarint(rest)
		if n <= 0 {
			return errTruncated
		}
		rest = rest[n:]
		i, err := d.find(id)
		if err != nil {
			return err
		}
		do(i)
	}
	return nil
}

// sampleReader is the state of the third pass.
type sampleReader struct {
	*decoder
	into      *Profile
	marker    *cutMarker
	locations []uint32 // of the sample at hand, leaf first
	values    []int64
	marks     []byte // its labels' bytes, each with its length before it
	sets      map[string]uint32
	labels    []uint32
	labelSets [][]Label
}

func (s *sampleReader) read(raw []byte) error {
	s.locations, s.values, s.marks = s.locations[:0], s.values[:0], s.marks[:0]
	if err := s.fields(raw); err != nil {
		return err
	}
	if len(s.values) != len(s.into.Types) {
		return fmt.Errorf("a sample has %d values for %d sample types", len(s.values), len(s.into.Types))
	}
	p := s.into
	begin := len(p.stacks)
	depth := 0
	for _, l := range s.locations {
		depth += len(s.expansion[l])
	}
	if mark, cut := s.marker.mark(depth); cut {
		p.stacks = append(p.stacks, mark)
		begin++
	}
	for i := len(s.locations) - 1; i >= 0; i-- {
		p.stacks = append(p.stacks, s.expansion[s.locations[i]]...)
	}
	if depth > maxStackDepth { // the leaf stays
		kept := copy(p.stacks[begin:], p.stacks[len(p.stacks)-maxStackDepth:])
		p.stacks = p.stacks[:begin+kept]
	}
	p.ends = append(p.ends, uint32(len(p.stacks)))
	p.values = append(p.values, s.values...)
	return s.label()
}

func (s *sampleReader) fields(raw []byte) error {
	m := message{raw}
	for {
		f, ok, err := m.next()
		if !ok {
			return err
		}
		switch f.id {
		case 1:
			err = s.each(f, func(l uint32) { s.locations = append(s.locations, l) })
		case 2:
			err = f.numbers(func(v uint64) error { s.values = append(s.values, int64(v)); return nil })
		case 3:
			if f.wire != wireBytes {
				return errors.New("a label is no message")
			}
			s.marks = binary.AppendUvarint(s.marks, uint64(len(f.bytes)))
			s.marks = append(s.marks, f.bytes...)
		}
		if err != nil {
			return err
		}
	}
}

// label files the sample under its set of labels. Programs have few sets and
// many samples, so sets are told apart by their bytes and decoded once.
func (s *sampleReader) label() error {
	if s.labelSets == nil {
		s.labelSets = [][]Label{nil}
	}
	set, ok := s.sets[string(s.marks)]
	if !ok {
		labels, err := s.decodeLabels()
		if err != nil {
			return err
		}
		set = uint32(len(s.labelSets))
		s.sets[string(s.marks)] = set
		s.labelSets = append(s.labelSets, labels)
	}
	s.labels = append(s.labels, set)
	return nil
}

func (s *sampleReader) decodeLabels() (labels []Label, err error) {
	m := message{s.marks}
	for len(m.rest) > 0 {
		size, err := m.varint()
		if err != nil {
			return nil, err
		}
		raw, err := m.take(size)
		if err != nil {
			return nil, err
		}
		var parts [5]uint64 // 1 key, 2 text, 3 number, 4 unit
		if err := eachNumber(raw, func(id, number uint64) {
			if id < uint64(len(parts)) {
				parts[id] = number
			}
		}); err != nil {
			return nil, err
		}
		label := Label{Num: int64(parts[3])}
		var errs [3]error
		label.Key, errs[0] = s.text(parts[1])
		label.Text, errs[1] = s.text(parts[2])
		label.Unit, errs[2] = s.text(parts[4])
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		labels = append(labels, label)
	}
	return labels, nil
}
