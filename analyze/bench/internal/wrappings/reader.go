// Package wrappings takes benchmark results out of what tools wrap them in, and
// hands them on as the plain lines that the parser of the format reads.
//
// It understands UTF-16 and byte order marks (redirected by a shell on Windows),
// lines that end in CR, events of `go test -json`, the times with which build
// servers begin lines, and results that a benchmark's own output separated from
// their names. A plain text passes unchanged. Whatever looks like a benchmark and
// is not handed on is reported with its line.
package wrappings

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
)

// maxLine is the longest line that counts, in bytes: safely below the 64 KiB
// at which the parser gives up on the whole file. Benchmark lines are far
// shorter; what is longer is a log message between them.
const maxLine = 60 << 10

// Loss is a line that is not handed on as it is.
type Loss struct {
	Line int    // of the input, from 1
	Text string // why
	// Benchmark says that it is, or seems to be, a result that does not count.
	Benchmark bool
}

// Reader hands on a text line by line. It is not safe for concurrent use.
type Reader struct {
	in       *bufio.Reader
	decoder  *decoder // nil unless the input is UTF-16
	encoding encoding
	report   func(Loss)
	outputs  outputs
	events   bool   // there was one
	rest     []byte // what is not handed on yet
	line     int    // of the input, from 1
	out      int    // lines put into rest so far
	marks    []mark // where lines of input and output part
	units    map[int]bool
	name     []byte // of a benchmark whose result may follow in a later line
	nameAt   int    // its line of output
	joined   map[int]bool
	err      error // of in, once rest is handed on
}

// mark says that the out-th line handed on is from that line of the input, and
// those after it from the following ones, up to the next mark.
type mark struct{ out, line int }

// New reads from in. report is called for what is not handed on.
func New(in io.Reader, report func(Loss)) *Reader {
	raw := bufio.NewReaderSize(in, maxLine)
	l := &Reader{in: raw, encoding: detect(raw), report: report, units: make(map[int]bool), joined: make(map[int]bool)}
	switch {
	case l.encoding.order != nil:
		l.decoder = &decoder{in: raw, order: l.encoding.order}
		l.in = bufio.NewReaderSize(l.decoder, maxLine)
	case l.encoding.carriage:
		l.in = bufio.NewReaderSize(newlines{raw}, maxLine)
	}
	return l
}

// Read implements io.Reader. As a rule it returns no more than a line.
func (l *Reader) Read(p []byte) (int, error) {
	for len(l.rest) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		l.next()
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// next takes one line of the input; rest stays valid until the next call.
func (l *Reader) next() {
	l.rest = nil
	var line []byte
	line, l.err = l.in.ReadSlice('\n')
	if len(line) > 0 {
		l.line++
		if errors.Is(l.err, bufio.ErrBufferFull) {
			l.skip(line)
		} else {
			l.take(line)
		}
	}
	if l.err != nil {
		l.hand(l.outputs.rest(l.line))
		if l.decoder != nil && l.decoder.half {
			l.report(Loss{Line: max(l.line, 1), Text: "the text ends within a character: it is cut short", Benchmark: true})
		}
	}
}

// skip leaves out a line that is too long, of which it has the beginning.
func (l *Reader) skip(head []byte) {
	head = unstamped(head)
	_, isEvent := bytes.CutPrefix(head, []byte("{"))
	l.report(Loss{l.line, fmt.Sprintf("line is longer than %d bytes and is ignored", maxLine), bytes.HasPrefix(head, []byte(benchmark)) || isEvent && bytes.Contains(head, []byte(benchmark))})
	for errors.Is(l.err, bufio.ErrBufferFull) {
		_, l.err = l.in.ReadSlice('\n')
	}
	l.put([]byte("\n"), l.line)
}

// take hands on a line, or what it completes.
func (l *Reader) take(line []byte) {
	line = unstamped(line)
	if e, ok := parseEvent(line); ok {
		l.events = true
		l.hand(l.outputs.add(e, l.line))
		return
	}
	if l.events && isHalfEvent(line) {
		l.report(Loss{l.line, "an event of go test -json that is cut short: what it had to say is lost", true})
		l.put([]byte("\n"), l.line)
		return
	}
	l.emit(line, l.line)
}

func (l *Reader) hand(lines []outputLine) {
	for _, line := range lines {
		l.emit(append(line.text, '\n'), line.origin)
	}
}

// emit hands on a line, joined to its name if that stands before it, and reports
// it if it is lost.
func (l *Reader) emit(line []byte, origin int) {
	switch {
	case bytes.HasPrefix(line, []byte(benchmark)):
		l.name = append(l.name[:0], splitName(line)...)
		l.nameAt = l.out + 1
	case len(l.name) > 0 && nameless.Match(line):
		l.joined[l.nameAt] = true
		line = append(append(bytes.Clone(l.name), '\t'), line...)
		l.name = l.name[:0]
	}
	if why := loss(line); why != "" {
		l.report(Loss{origin, why, true})
	} else if l.encoding.strayed(line) {
		l.report(Loss{origin, "a benchmark in another encoding than the text before it, which is UTF-16; write the file in one encoding", true})
	}
	l.put(line, origin)
}

// put adds a line to what is handed on.
func (l *Reader) put(line []byte, origin int) {
	l.out++
	if last := len(l.marks) - 1; last < 0 && origin != l.out || last >= 0 && origin != l.marks[last].line+l.out-l.marks[last].out {
		l.marks = append(l.marks, mark{l.out, origin})
	}
	if bytes.HasPrefix(line, []byte("Unit")) {
		l.units[l.out] = true
	}
	if len(l.rest) == 0 {
		l.rest = line // mostly the input's own
		return
	}
	l.rest = l.rest[:len(l.rest):len(l.rest)]
	if !bytes.HasSuffix(l.rest, []byte("\n")) {
		l.rest = append(l.rest, '\n')
	}
	l.rest = append(l.rest, line...)
}

// Origin is the line of the input that a line handed on is from.
func (l *Reader) Origin(out int) int {
	after := sort.Search(len(l.marks), func(i int) bool { return l.marks[i].out > out })
	if after == 0 {
		return out
	}
	return l.marks[after-1].line + out - l.marks[after-1].out
}

// IsUnit reports whether a line handed on declares a unit.
func (l *Reader) IsUnit(out int) bool { return l.units[out] }

// IsJoined reports whether a line handed on, which is no result, is a name whose
// result was found later and handed on with the name.
func (l *Reader) IsJoined(out int) bool { return l.joined[out] }
