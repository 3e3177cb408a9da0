package stackprofile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// The wire types of protocol buffers that profiles use.
const (
	wireVarint = 0
	wireFixed8 = 1
	wireBytes  = 2
	wireFixed4 = 5
)

var errTruncated = errors.New("it ends in the middle of a field")

// message reads the fields of one protocol buffer message. It allocates
// nothing: what it returns are pieces of the input.
type message struct{ rest []byte }

// field is one field: number holds for wireVarint and the fixed ones, bytes for
// wireBytes.
type field struct {
	id     uint64
	wire   uint64
	number uint64
	bytes  []byte
}

// next reads a field; ok is false at the end of the message.
func (m *message) next() (f field, ok bool, err error) {
	if len(m.rest) == 0 {
		return f, false, nil
	}
	key, err := m.varint()
	if err != nil {
		return f, false, err
	}
	f.id, f.wire = key>>3, key&7
	switch f.wire {
	case wireVarint:
		f.number, err = m.varint()
	case wireBytes:
		var size uint64
		if size, err = m.varint(); err == nil {
			f.bytes, err = m.take(size)
		}
	case wireFixed8, wireFixed4:
		size := uint64(8)
		if f.wire == wireFixed4 {
			size = 4
		}
		_, err = m.take(size)
	default:
		err = fmt.Errorf("unknown wire type %d", f.wire)
	}
	return f, err == nil, err
}

func (m *message) varint() (uint64, error) {
	if len(m.rest) > 0 && m.rest[0] < 0x80 {
		v := uint64(m.rest[0])
		m.rest = m.rest[1:]
		return v, nil
	}
	v, n := binary.Uvarint(m.rest)
	if n <= 0 {
		return 0, errTruncated
	}
	m.rest = m.rest[n:]
	return v, nil
}

func (m *message) take(size uint64) ([]byte, error) {
	if size > uint64(len(m.rest)) {
		return nil, errTruncated
	}
	taken := m.rest[:size:size]
	m.rest = m.rest[size:]
	return taken, nil
}

// numbers calls each for every number of a repeated field, packed or not.
func (f *field) numbers(each func(uint64) error) error {
	if f.wire == wireVarint {
		return each(f.number)
	}
	if f.wire != wireBytes {
		return fmt.Errorf("field %d has wire type %d and should hold numbers", f.id, f.wire)
	}
	packed := message{f.bytes}
	for len(packed.rest) > 0 {
		v, err := packed.varint()
		if err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}

// uvarint is binary.Uvarint for the one and two bytes that location ids nearly
// always have. n <= 0: the input ends within the number.
func uvarint(b []byte) (v uint64, n int) {
	if len(b) > 1 {
		if b[0] < 0x80 {
			return uint64(b[0]), 1
		}
		if b[1] < 0x80 {
			return uint64(b[0]&0x7f) | uint64(b[1])<<7, 2
		}
	}
	for i, c := range b {
		if i == 10 {
			return 0, -1
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if i == 9 && bits.Len8(c) > 1 {
				return 0, -1
			}
			return v, i + 1
		}
	}
	return 0, 0
}
