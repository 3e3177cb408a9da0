package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// maxHead bounds the bytes of status line, headers, interim answers and
// trailers of one answer together. net/http's servers have the same bound for
// requests.
const maxHead = 1 << 20

// maxChunkLine bounds the line with the size of a chunk, extensions included.
const maxChunkLine = 4 << 10

// expectation is what a request makes of its answer.
type expectation struct {
	isHead  bool // answer to HEAD: no body whatever the headers say
	upgrade bool // another protocol was asked for, so 101 is an answer
}

// response reads one HTTP/1.1 answer from pieces as they come off the wire, in
// any cut. It keeps no more than an unfinished line and the first keep bytes of
// the body. RFC 9112 is the reference.
type response struct {
	head
	body      []byte // the first keep bytes
	keepAlive bool   // the connection may be used again
	started   bool   // at least one byte came
	foreign   bool   // what came first is not the beginning of an answer

	keep      int // with asked, how much was asked for
	asked     int
	expect    expectation
	step      responseStep
	lineEnded bool   // line is whole, unless a blank follows that continues it
	line      []byte // a line cut off by the end of a piece
	headSize  int
	remaining int64 // of the body or of the chunk
}

type responseStep int

const (
	readStatus responseStep = iota
	readHeader
	readLength
	readUntilClose
	readChunkSize
	readChunk
	readChunkEnd
	readTrailer
	readDone
)

// keepOfRefusal is how much of the body is kept at least with status 400: a server
// of https says there that it wants https.
const keepOfRefusal = 512

// reset prepares for the answer to the next request.
func (r *response) reset(keep int, expect expectation) {
	r.head.reset()
	r.body, r.keepAlive, r.started, r.foreign = r.body[:0], false, false, false
	r.keep, r.asked, r.expect, r.step = keep, keep, expect, readStatus
	r.lineEnded, r.line, r.headSize, r.remaining = false, r.line[:0], 0, 0
}

// done reports whether the answer is whole.
func (r *response) done() bool { return r.step == readDone }

// lost reports that err ended the connection before anything of an answer came: no
// byte, or bytes that begin no answer. On a connection that carried an answer
// before, such bytes belong to that one (RFC 9112 section 9.2): the server sent
// more than it announced.
func (r *response) lost(err *Error) bool {
	return r.foreign || !r.started && err.Kind == KindClosed
}

// complete writes what the answer is into x.
func (r *response) complete(x *Exchange) {
	x.Status, x.ResponseBody, x.detail = r.status, r.body, r.location
	if r.status == 400 {
		x.ResponseBody, x.detail = r.body[:min(len(r.body), r.asked)], r.body
	}
}

// feed takes the next bytes. Bytes after the end of the answer do not make it
// worse, as it is complete; but the connection must not be used again, RFC 9112
// section 6.3.
func (r *response) feed(b []byte) error {
	r.started = r.started || len(b) > 0
	for len(b) > 0 {
		var err error
		switch r.step {
		case readLength, readChunk, readUntilClose:
			b = r.feedBody(b)
		case readChunkSize, readChunkEnd:
			b, err = r.feedChunkLine(b)
		case readDone:
			r.keepAlive = false
			return nil
		default:
			b, err = r.feedLine(b)
		}
		if err != nil {
			return &Error{KindMalformed, err}
		}
	}
	return nil
}

// eof tells the answer that the connection ended; it returns nil when that was
// a right way to end.
func (r *response) eof() error {
	switch {
	case r.step == readUntilClose || r.step == readDone:
		r.step, r.keepAlive = readDone, false
		return nil
	case r.step == readStatus && len(r.line) > 0:
		// Something that does not know lines, perhaps.
		if err := r.takeLine(bytes.TrimSuffix(r.line, []byte{'\r'})); err != nil {
			return &Error{KindMalformed, err}
		}
	case !r.started:
		return &Error{KindClosed, errNothing}
	}
	return &Error{KindClosed, errClosed}
}

func (r *response) feedBody(b []byte) []byte {
	n := len(b)
	if r.step != readUntilClose {
		n = int(min(int64(n), r.remaining))
		r.remaining -= int64(n)
	}
	if room := r.keep - len(r.body); room > 0 {
		r.body = append(r.body, b[:min(n, room)]...)
	}
	if r.remaining == 0 && r.step == readLength {
		r.step = readDone
	}
	if r.remaining == 0 && r.step == readChunk {
		r.step = readChunkEnd
	}
	return b[n:]
}

// feedLine handles one line when it is whole and keeps it otherwise. A header is
// whole when the byte behind it is known: a blank there continues it on the next
// line (obsolete line folding, RFC 9112 section 5.2).
func (r *response) feedLine(b []byte) (rest []byte, err error) {
	if r.lineEnded {
		r.lineEnded = false
		if b[0] != ' ' && b[0] != '\t' {
			line := r.line
			r.line = r.line[:0]
			return b, r.takeLine(line)
		}
	}
	end := bytes.IndexByte(b, '\n')
	piece := b[:end+1]
	if end < 0 {
		piece = b
	}
	if r.headSize += len(piece); r.headSize > maxHead {
		return nil, fmt.Errorf("head of more than %d bytes", maxHead)
	}
	if end < 0 {
		r.line = append(r.line, piece...)
		return nil, nil
	}
	b = b[len(piece):]
	line := piece[:end]
	if len(r.line) > 0 {
		r.line = append(r.line, line...)
		line = r.line
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if r.step != readStatus && len(line) > 0 && (len(b) == 0 || b[0] == ' ' || b[0] == '\t') {
		r.lineEnded, r.line = true, append(r.line[:0], line...)
		return b, nil
	}
	r.line = r.line[:0]
	return b, r.takeLine(line)
}

// feedChunkLine handles one of the lines around chunks. They do not count as head:
// a long body has many.
func (r *response) feedChunkLine(b []byte) (rest []byte, err error) {
	piece := b[:bytes.IndexByte(b, '\n')+1]
	whole := len(piece) > 0
	if !whole {
		piece = b
	}
	if len(r.line)+len(piece) > maxChunkLine {
		return nil, fmt.Errorf("chunk size of more than %d bytes", maxChunkLine)
	}
	line := piece
	if len(r.line) > 0 || !whole {
		r.line = append(r.line, piece...)
		line = r.line
	}
	if !whole {
		return nil, nil
	}
	r.line = r.line[:0]
	return b[len(piece):], r.takeChunkLine(line)
}

func (r *response) takeLine(line []byte) error {
	switch r.step {
	case readStatus:
		interim := r.status != 0
		if err := r.takeStatus(line); err != nil {
			_, foreign := err.(*foreignError)
			r.foreign = foreign && !interim
			return err
		}
		r.step = readHeader
	case readHeader:
		if len(line) == 0 {
			return r.headEnds()
		}
		return r.takeHeader(line)
	case readTrailer:
		if len(line) == 0 {
			r.step = readDone
			return nil
		}
		_, _, err := cutHeader(line)
		return err
	}
	return nil
}

// headEnds decides how the body is framed, RFC 9112 section 6.3.
func (r *response) headEnds() error {
	r.keepAlive = r.keepsAlive()
	if r.status == 400 {
		r.keep = max(r.keep, keepOfRefusal)
	}
	switch {
	case r.status == 101 && r.expect.upgrade:
		r.step, r.keepAlive = readDone, false // what follows is not HTTP
	case r.status == 101:
		return errNoUpgrade
	case r.status < 200:
		// An interim answer: the real one follows.
		status := r.status
		r.head.reset()
		r.step, r.status = readStatus, status
	case r.expect.isHead || r.status == 204 || r.status == 304:
		r.step = readDone
	case r.chunked:
		r.step = readChunkSize
	case r.otherTE || r.length < 0:
		r.step, r.keepAlive = readUntilClose, false
	case r.length == 0:
		r.step = readDone
	default:
		r.step, r.remaining = readLength, r.length
	}
	return nil
}

// takeChunkLine reads the lines around chunks. They end with CR LF and nothing
// else: where a chunk ends must be beyond doubt (RFC 9112 section 7.1).
func (r *response) takeChunkLine(line []byte) error {
	if at := bytes.IndexByte(line, '\r'); at < 0 || at != len(line)-2 {
		return fmt.Errorf("chunk does not end with CR LF: %s", quote(line))
	}
	line = line[:len(line)-2]
	if r.step == readChunkEnd {
		if len(line) != 0 {
			return errors.New("chunk is longer than its size says")
		}
		r.step = readChunkSize
		return nil
	}
	digits, _, _ := bytes.Cut(line, []byte{';'})
	digits = bytes.TrimRight(digits, " \t")
	size, err := strconv.ParseUint(string(digits), 16, 64)
	if err != nil || len(digits) > 16 {
		return fmt.Errorf("bad chunk size %s", quote(line))
	}
	r.step, r.remaining = readChunk, int64(min(size, math.MaxInt64))
	if size == 0 {
		r.step = readTrailer
	}
	return nil
}

// What is wrong with an answer that cannot be told from its bytes alone.
var (
	errNoUpgrade = errors.New("status 101 although no upgrade was requested")
	errClosed    = errors.New("connection closed before the answer was complete")
	errNothing   = errors.New("connection closed without an answer")
)
