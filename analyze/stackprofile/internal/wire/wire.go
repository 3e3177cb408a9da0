// Package wire reads protocol buffers: the fields of a message, whatever they
// mean, in place and without allocations.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// The wire types of protocol buffers that profiles use.
const (
	Varint = 0
	Fixed8 = 1
	Bytes  = 2
	Fixed4 = 5
)

// ErrTruncated says that a message ends within a field.
var ErrTruncated = errors.New("it ends in the middle of a field")

// Message reads the fields of one protocol buffer message. It allocates
// nothing: what it returns are pieces of the input.
type Message struct{ Rest []byte }

// Field is one field: Number holds for [Varint] and the fixed ones, its bytes for
// [Bytes].
type Field struct {
	ID     uint64
	Wire   uint64
	Number uint64
	Bytes  []byte
}

// Next reads a field; ok is false at the end of the message.
func (m *Message) Next() (f Field, ok bool, err error) {
	if len(m.Rest) == 0 {
		return f, false, nil
	}
	key, err := m.Varint()
	if err != nil {
		return f, false, err
	}
	f.ID, f.Wire = key>>3, key&7
	switch f.Wire {
	case Varint:
		f.Number, err = m.Varint()
	case Bytes:
		var size uint64
		if size, err = m.Varint(); err == nil {
			f.Bytes, err = m.Take(size)
		}
	case Fixed8, Fixed4:
		size := uint64(8)
		if f.Wire == Fixed4 {
			size = 4
		}
		_, err = m.Take(size)
	default:
		err = fmt.Errorf("unknown wire type %d", f.Wire)
	}
	return f, err == nil, err
}

// Varint takes a number.
func (m *Message) Varint() (uint64, error) {
	if len(m.Rest) > 0 && m.Rest[0] < 0x80 {
		v := uint64(m.Rest[0])
		m.Rest = m.Rest[1:]
		return v, nil
	}
	v, n := binary.Uvarint(m.Rest)
	if n <= 0 {
		return 0, ErrTruncated
	}
	m.Rest = m.Rest[n:]
	return v, nil
}

// Take takes that many bytes.
func (m *Message) Take(size uint64) ([]byte, error) {
	if size > uint64(len(m.Rest)) {
		return nil, ErrTruncated
	}
	taken := m.Rest[:size:size]
	m.Rest = m.Rest[size:]
	return taken, nil
}

// Numbers calls each for every number of a repeated field, packed or not.
func (f *Field) Numbers(each func(uint64) error) error {
	if f.Wire == Varint {
		return each(f.Number)
	}
	if f.Wire != Bytes {
		return fmt.Errorf("field %d has wire type %d and should hold numbers", f.ID, f.Wire)
	}
	packed := Message{f.Bytes}
	for len(packed.Rest) > 0 {
		v, err := packed.Varint()
		if err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}

// Uvarint is binary.Uvarint for the one and two bytes that location ids nearly
// always have. n <= 0: the input ends within the number.
func Uvarint(b []byte) (v uint64, n int) {
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
