// Package longlines keeps a line that is too long for the parser of the benchmark
// format from costing the rest of its file.
package longlines

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLine is the longest line that counts, in bytes: safely below the 64 KiB
// at which the parser gives up on the whole file. Benchmark lines are far
// shorter; what is longer is a log message between them.
const maxLine = 60 << 10

// Reader hands on a text and blanks the lines that are too long for the parser,
// so that one of them does not cost the rest of the file.
type Reader struct {
	in     *bufio.Reader
	report func(line int, text string, isBenchmark bool)
	rest   []byte // of the current line, not handed on yet
	line   int    // its number, from 1
	units  map[int]bool
	err    error // of in, once rest is handed on
}

// New reads from in. report is called for each line that is left out.
func New(in io.Reader, report func(line int, text string, isBenchmark bool)) *Reader {
	return &Reader{in: bufio.NewReaderSize(in, maxLine), report: report, units: make(map[int]bool)}
}

// Read implements io.Reader. It may return less than a line and never more.
func (l *Reader) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		l.next()
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	if n == 0 && len(l.rest) == 0 && l.err != nil {
		return 0, l.err
	}
	return n, nil
}

// next takes one line, which stays valid until the next call.
func (l *Reader) next() {
	l.line++
	l.rest, l.err = l.in.ReadSlice('\n')
	if bytes.HasPrefix(l.rest, []byte("Unit")) {
		l.units[l.line] = true
	}
	if !errors.Is(l.err, bufio.ErrBufferFull) {
		return
	}
	l.report(l.line, fmt.Sprintf("line is longer than %d bytes and is ignored", maxLine), bytes.HasPrefix(l.rest, []byte("Benchmark")))
	for errors.Is(l.err, bufio.ErrBufferFull) {
		_, l.err = l.in.ReadSlice('\n')
	}
	l.rest = []byte("\n")
}

// IsUnit reports whether the line with this number, which has been read,
// declares a unit.
func (l *Reader) IsUnit(line int) bool { return l.units[line] }
