package stackprofile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/wire"
)

// eachSample goes through the messages of all samples.
func (d *decoder) eachSample(do func(raw []byte) error) error {
	m := wire.Message{Rest: d.raw}
	for {
		f, ok, err := m.Next()
		if !ok {
			return err
		}
		if f.ID == profileSample {
			if err := do(f.Bytes); err != nil {
				return err
			}
		}
	}
}

// calibration is how many samples are read before room is made for all.
const calibration = 4096

// readSamples is the second pass.
func (d *decoder) readSamples(p *Profile) error {
	pruner, err := d.newPruner()
	if err != nil {
		return err
	}
	p.ends = make([]uint32, 0, d.samples)
	p.values = make([]int64, 0, d.samples*len(p.Types))
	s := sampleReader{decoder: d, into: p, marker: newCutMarker(p, d.frames), pruner: pruner, sets: map[string]uint32{"": 0}}
	if err := d.eachSample(s.read); err != nil {
		return err
	}
	if len(s.sets) > 1 {
		p.labels, p.labelSets = s.labels, s.labelSets
	}
	s.marker.settle(p)
	s.pruner.note(p)
	return nil
}

// grow makes room for all stacks at once when the first samples have told how
// many frames a byte holds, instead of doubling the room and copying it.
func (s *sampleReader) grow() {
	frames := float64(len(s.into.stacks)) / float64(max(s.bytes, 1)) * float64(s.sampleBytes)
	room := min(int(frames*1.02)+calibration, s.limits.MaxFrames)
	s.into.stacks = slices.Grow(s.into.stacks, max(0, room-len(s.into.stacks)))
}

// sampleReader is the state of the third pass.
type sampleReader struct {
	*decoder
	into      *Profile
	marker    *cutMarker
	pruner    *pruner    // nil: nothing is to be left out
	locations []frameRun // of the sample at hand, leaf first
	depth     int        // how many frames they are
	bytes     int        // read so far
	values    []int64
	marks     []byte // its labels' bytes, each with its length before it
	sets      map[string]uint32
	labels    []uint32
	labelSets [][]Label
}

func (s *sampleReader) read(raw []byte) error {
	s.locations, s.depth, s.values, s.marks = s.locations[:0], 0, s.values[:0], s.marks[:0]
	if err := s.fields(raw); err != nil {
		return err
	}
	p := s.into
	if len(s.values) != len(p.Types) {
		return fmt.Errorf("a sample has %d values for %d sample types", len(s.values), len(p.Types))
	}
	if len(p.stacks)+min(s.depth, maxStackDepth) >= s.limits.MaxFrames {
		// A location may stand for any number of frames, so a small file can
		// hold absurdly many.
		return fmt.Errorf("its stacks have more than %d frames in total", s.limits.MaxFrames)
	}
	if s.pruner != nil {
		s.locations, s.depth = s.pruner.prune(s.locations)
	}
	s.push()
	p.ends = append(p.ends, uint32(len(p.stacks)))
	p.values = append(p.values, s.values...)
	if s.bytes += len(raw); len(p.ends) == calibration {
		s.grow()
	}
	return s.label()
}

// push appends the stack at hand, root first.
func (s *sampleReader) push() {
	if mark, cut := s.marker.mark(s.depth); cut {
		s.into.stacks = append(s.into.stacks, mark)
	} else if n := len(s.locations); n > 0 {
		s.marker.saw(s.expanded[s.locations[n-1].begin])
	}
	skip := max(0, s.depth-maxStackDepth) // the leaf stays
	stacks := s.into.stacks
	for i := len(s.locations) - 1; i >= 0; i-- {
		run := s.locations[i]
		if skip == 0 && run.size == 1 { // nearly always
			stacks = append(stacks, s.expanded[run.begin])
			continue
		}
		left := min(skip, int(run.size))
		skip -= left
		stacks = append(stacks, s.expanded[run.begin+uint32(left):run.begin+run.size]...)
	}
	s.into.stacks = stacks
}

func (s *sampleReader) fields(raw []byte) error {
	m := wire.Message{Rest: raw}
	for {
		f, ok, err := m.Next()
		if !ok {
			return err
		}
		switch f.ID {
		case 1:
			err = s.stack(f)
		case 2:
			err = f.Numbers(func(v uint64) error { s.values = append(s.values, int64(v)); return nil })
		case 3:
			if f.Wire != wire.Bytes {
				return errors.New("a label is not a message")
			}
			s.marks = binary.AppendUvarint(s.marks, uint64(len(f.Bytes)))
			s.marks = append(s.marks, f.Bytes...)
		}
		if err != nil {
			return err
		}
	}
}

// stack notes the locations of a sample. This loop sees most of the file.
func (s *sampleReader) stack(f wire.Field) error {
	if f.Wire != wire.Bytes {
		return f.Numbers(s.locate)
	}
	for rest := f.Bytes; len(rest) > 0; {
		id, n := wire.Uvarint(rest)
		if n <= 0 {
			return wire.ErrTruncated
		}
		rest = rest[n:]
		if err := s.locate(id); err != nil {
			return err
		}
	}
	return nil
}

func (s *sampleReader) locate(id uint64) error {
	run, err := s.find(id)
	s.locations = append(s.locations, run)
	s.depth += int(run.size)
	return err
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
	m := wire.Message{Rest: s.marks}
	for len(m.Rest) > 0 {
		size, err := m.Varint()
		if err != nil {
			return nil, err
		}
		raw, err := m.Take(size)
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
