package wrappings

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding is how the characters of an input are written.
type encoding struct {
	order endian // of UTF-16; nil for UTF-8 and its relatives
	// carriage says that lines end in CR alone.
	carriage bool
}

// seen is how much of an input its encoding is told from.
const seen = 4096

// detect looks at the beginning of an input. A byte order mark decides; without
// one, text that begins with two ASCII characters in two bytes each is UTF-16: some
// tools write no mark.
func detect(in *bufio.Reader) encoding {
	head, _ := in.Peek(seen) // an error comes again with the next read
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return encoding{order: binary.LittleEndian}
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return encoding{order: binary.BigEndian}
	}
	if len(head) >= 4 {
		zero := [4]bool{head[0] == 0, head[1] == 0, head[2] == 0, head[3] == 0}
		switch zero {
		case [4]bool{false, true, false, true}:
			return encoding{order: binary.LittleEndian}
		case [4]bool{true, false, true, false}:
			return encoding{order: binary.BigEndian}
		}
	}
	return encoding{carriage: bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0}
}

// decoder hands on UTF-16 as UTF-8.
type decoder struct {
	in    *bufio.Reader
	order endian
	rest  []byte
	// half says that the input ended within a character.
	half bool
	err  error
}

// Read implements io.Reader.
func (d *decoder) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// fill decodes some characters, or sets err.
func (d *decoder) fill() {
	d.rest = d.rest[:0]
	for len(d.rest) < seen && d.err == nil {
		r, ok := d.unit()
		if !ok {
			return
		}
		if utf16.IsSurrogate(rune(r)) {
			pair := rune(utf8.RuneError)
			if next, err := d.in.Peek(2); err == nil {
				pair = utf16.DecodeRune(rune(r), rune(d.order.Uint16(next)))
			}
			if pair != utf8.RuneError {
				d.unit()
			}
			d.rest = utf8.AppendRune(d.rest, pair)
			continue
		}
		d.rest = utf8.AppendRune(d.rest, rune(r))
	}
}

// unit reads two bytes.
func (d *decoder) unit() (uint16, bool) {
	var b [2]byte
	n, err := io.ReadFull(d.in, b[:])
	if err != nil {
		d.half = n == 1
		if n == 1 {
			err = io.EOF
		}
		d.err = err
		return 0, false
	}
	return d.order.Uint16(b[:]), true
}

// newlines hands on a text whose lines end in CR with LF instead.
type newlines struct{ in io.Reader }

// Read implements io.Reader.
func (n newlines) Read(p []byte) (int, error) {
	size, err := n.in.Read(p)
	for i, b := range p[:size] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return size, err
}

// strayed reports whether a decoded line holds a benchmark that was written in
// one byte a character: tools of two minds appended to one file.
func (e encoding) strayed(line []byte) bool {
	if e.order == nil || isASCII(line) {
		return false
	}
	var raw []byte
	for _, unit := range utf16.Encode([]rune(string(line))) {
		raw = e.order.AppendUint16(raw, unit)
	}
	return bytes.Contains(raw, []byte("Benchmark"))
}

func isASCII(line []byte) bool {
	for _, b := range line {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// endian is an order of bytes, to read and to write.
type endian interface {
	binary.ByteOrder
	binary.AppendByteOrder
}
