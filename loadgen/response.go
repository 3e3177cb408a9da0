package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// maxHead bounds the bytes of status line, headers, interim answers and
// trailers of one answer together.
const maxHead = 64 << 10

// response reads one HTTP/1.1 answer from pieces as they come off the wire, in
// any cut. It keeps no more than an unfinished line and the first keep bytes of
// the body. RFC 9112 is the reference.
type response struct {
	status    int
	body      []byte // the first keep bytes
	keepAlive bool   // the connection may be used again
	started   bool   // at least one byte came

	keep   int
	isHead bool // answer to HEAD: no body whatever the headers say

	step      responseStep
	line      []byte // a line cut off by the end of a piece
	headSize  int
	length    int64 // Content-Length, -1 without
	remaining int64 // of the body or of the chunk
	chunked   bool
	otherTE   bool // a transfer coding other than chunked comes last
	minor     byte // HTTP/1.minor
	connClose bool
	connKeep  bool
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

// reset prepares for the next answer.
func (r *response) reset(keep int, isHead bool) {
	*r = response{body: r.body[:0], line: r.line[:0], keep: keep, isHead: isHead, length: -1}
}

// done reports whether the answer is whole.
func (r *response) done() bool { return r.step == readDone }

// feed takes the next bytes. Bytes after the end of the answer are a fault of
// the server, as nothing else was requested.
func (r *response) feed(b []byte) error {
	r.started = r.started || len(b) > 0
	for len(b) > 0 {
		var err error
		switch r.step {
		case readLength, readChunk, readUntilClose:
			b = r.feedBody(b)
		case readDone:
			err = fmt.Errorf("%d bytes after the end of the answer", len(b))
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
	if r.step == readUntilClose || r.step == readDone {
		r.step, r.keepAlive = readDone, false
		return nil
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

// feedLine handles one line when it is whole and keeps it otherwise.
func (r *response) feedLine(b []byte) (rest []byte, err error) {
	end := bytes.IndexByte(b, '\n')
	piece := b
	if end >= 0 {
		piece = b[:end+1]
	}
	// Chunk sizes are not counted: a long body has many. Their length is
	// bounded by the line that is kept.
	if r.headSize += len(piece); r.step == readChunkSize || r.step == readChunkEnd {
		r.headSize -= len(piece)
	}
	if r.headSize > maxHead || len(r.line)+len(piece) > maxHead {
		return nil, fmt.Errorf("head of more than %d bytes", maxHead)
	}
	if end < 0 {
		r.line = append(r.line, piece...)
		return nil, nil
	}
	line := piece
	if len(r.line) > 0 {
		r.line = append(r.line, piece...)
		line, r.line = r.line, r.line[:0]
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return b[len(piece):], r.takeLine(line)
}

func (r *response) takeLine(line []byte) error {
	switch r.step {
	case readStatus:
		return r.takeStatus(line)
	case readHeader:
		if len(line) == 0 {
			return r.headEnds()
		}
		return r.takeHeader(line)
	case readChunkSize:
		return r.takeChunkSize(line)
	case readChunkEnd:
		if len(line) != 0 {
			return errors.New("chunk is longer than its size says")
		}
		r.step = readChunkSize
	case readTrailer:
		if len(line) == 0 {
			r.step = readDone
		}
	}
	return nil
}

// takeStatus reads "HTTP/1.1 200 OK"; the reason may be missing.
func (r *response) takeStatus(line []byte) error {
	ok := len(line) >= 12 && string(line[:7]) == "HTTP/1." && (line[7] == '0' || line[7] == '1') &&
		line[8] == ' ' && (len(line) == 12 || line[12] == ' ')
	status, valid := decimal(line[min(9, len(line)):min(12, len(line))])
	if !ok || !valid || status < 100 {
		return fmt.Errorf("not an HTTP/1.x status line: %s", quote(line))
	}
	r.status, r.minor, r.step = int(status), line[7], readHeader
	return nil
}

// headEnds decides how the body is framed, RFC 9112 section 6.3.
func (r *response) headEnds() error {
	r.keepAlive = !r.connClose && (r.minor == '1' || r.connKeep)
	switch {
	case r.status == 101:
		return errors.New("status 101 although no upgrade was requested")
	case r.status < 200:
		// An interim answer: the real one follows.
		r.step, r.length, r.chunked, r.otherTE, r.connClose, r.connKeep = readStatus, -1, false, false, false, false
	case r.isHead || r.status == 204 || r.status == 304:
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

func (r *response) takeChunkSize(line []byte) error {
	digits, _, _ := bytes.Cut(line, []byte{';'})
	digits = bytes.TrimRight(digits, " \t")
	size, err := strconv.ParseUint(string(digits), 16, 63)
	if err != nil || digits[0] == '+' {
		return fmt.Errorf("bad chunk size %s", quote(line))
	}
	r.step, r.remaining = readChunk, int64(size)
	if size == 0 {
		r.step = readTrailer
	}
	return nil
}

// decimal reads digits and nothing else; ok is false on overflow too.
func decimal(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(b) > 0
}

// quote shows the beginning of a bad line.
func quote(b []byte) string { return strconv.Quote(string(b[:min(len(b), 60)])) }

// takeHeader looks at one header line. Only three headers matter here; the
// rest is checked for a name and passed over.
func (r *response) takeHeader(line []byte) error {
	if line[0] == ' ' || line[0] == '\t' {
		return nil // an obsolete folded line continues a header we do not need
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || line[colon-1] == ' ' || line[colon-1] == '\t' {
		return fmt.Errorf("bad header line %s", quote(line))
	}
	name, val := line[:colon], bytes.Trim(line[colon+1:], " \t")
	// The length is the cheapest way to tell most headers apart.
	switch {
	case len(name) == len("Content-Length") && equalFold(name, "content-length"):
		return r.takeLength(val)
	case len(name) == len("Transfer-Encoding") && equalFold(name, "transfer-encoding"):
		last := val[bytes.LastIndexByte(val, ',')+1:]
		r.chunked = equalFold(bytes.Trim(last, " \t"), "chunked")
		r.otherTE = !r.chunked
	case len(name) == len("Connection") && equalFold(name, "connection"):
		r.takeConnection(val)
	}
	return nil
}

func (r *response) takeLength(val []byte) error {
	n, ok := decimal(val)
	if !ok {
		return fmt.Errorf("bad Content-Length %s", quote(val))
	}
	if r.length >= 0 && r.length != n {
		return errors.New("two different Content-Length headers")
	}
	r.length = n
	return nil
}

func (r *response) takeConnection(val []byte) {
	for len(val) > 0 {
		var word []byte
		word, val, _ = bytes.Cut(val, []byte{','})
		switch word = bytes.Trim(word, " \t"); {
		case equalFold(word, "close"):
			r.connClose = true
		case equalFold(word, "keep-alive"):
			r.connKeep = true
		}
	}
}

// equalFold compares ASCII regardless of case; lower must be lower case.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
