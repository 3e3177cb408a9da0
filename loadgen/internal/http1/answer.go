package http1

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// MaxHead bounds the bytes of status line, headers and interim answers of one
// answer together. net/http's servers have the same bound for
// requests.
const MaxHead = 1 << 20

// maxChunkLine bounds the line with the size of a chunk, extensions included.
const maxChunkLine = 4 << 10

// maxTrailers bounds the lines after the last chunk together.
const maxTrailers = 4 << 10

// maxChunkExcess bounds the bytes around chunks, beyond chunkAllowance for each
// chunk and twice its size. These bounds are net/http's.
const (
	maxChunkExcess = 16 << 10
	chunkAllowance = 16
)

// Expectation is what a request makes of its answer.
type Expectation struct {
	Head    bool // answer to HEAD: no body whatever the headers say
	Upgrade bool // another protocol was asked for, so 101 is an answer
}

// Answer reads one answer. Call Reset before each; then Feed until it is Done or
// an error comes, and End if the connection ends first. It keeps no more than an
// unfinished line and the first bytes of the body. Its methods must not be called
// at the same time.
type Answer struct {
	head
	KeepAlive bool // the connection may be used again
	Started   bool // at least one byte came
	Foreign   bool // what came first is not the beginning of an answer

	body      []byte // its first keep bytes
	keep      int
	asked     int // to keep
	expect    Expectation
	at        step
	lineEnded bool   // line is whole, unless a blank follows that continues it
	line      []byte // a line cut off by the end of a piece
	headSize  int
	remaining int64 // of the body or of the chunk
	excess    int64 // bytes around chunks beyond what is allowed for each
}

type step int

const (
	readStatus step = iota
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

// Reset prepares for the answer to the next request, of whose body keep bytes are
// to be kept.
func (r *Answer) Reset(keep int, expect Expectation) {
	r.head.reset()
	r.body, r.KeepAlive, r.Started, r.Foreign = r.body[:0], false, false, false
	r.keep, r.asked, r.expect, r.at = keep, keep, expect, readStatus
	r.lineEnded, r.line, r.headSize, r.remaining, r.excess = false, r.line[:0], 0, 0, 0
}

// Done reports whether the answer is whole.
func (r *Answer) Done() bool { return r.at == readDone }

// Body is what has come of the body, up to as much as was to be kept. It is valid
// until Reset.
func (r *Answer) Body() []byte { return r.body[:min(len(r.body), r.asked)] }

// Refusal is the beginning of the body with status 400, whether bodies are kept or
// not: a server of https says there that it wants https.
func (r *Answer) Refusal() []byte {
	if r.Status != 400 {
		return nil
	}
	return r.body
}

// Feed takes the next bytes. Bytes after the end of the answer do not make it
// worse, as it is complete; but the connection must not be used again, RFC 9112
// section 6.3. An error means that the bytes are not an answer of HTTP/1; it is a
// *ForeignError where they do not even begin one.
func (r *Answer) Feed(b []byte) error {
	r.Started = r.Started || len(b) > 0
	for len(b) > 0 {
		var err error
		switch r.at {
		case readLength, readChunk, readUntilClose:
			b = r.feedBody(b)
		case readChunkSize, readChunkEnd:
			b, err = r.feedChunkLine(b)
		case readDone:
			r.KeepAlive = false
			return nil
		default:
			b, err = r.feedLine(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// End tells the answer that the connection ended. It returns nil if that was a right
// way to end, ErrNothing or ErrCut if it came too early, and else an error of Feed.
func (r *Answer) End() error {
	switch {
	case r.at == readUntilClose || r.at == readDone:
		r.at, r.KeepAlive = readDone, false
		return nil
	case r.at == readStatus && len(r.line) > 0:
		// Something that does not know lines, perhaps.
		if err := r.takeLine(bytes.TrimSuffix(r.line, []byte{'\r'})); err != nil {
			return err
		}
	case !r.Started:
		return ErrNothing
	}
	return ErrCut
}

func (r *Answer) feedBody(b []byte) []byte {
	n := len(b)
	if r.at != readUntilClose {
		n = int(min(int64(n), r.remaining))
		r.remaining -= int64(n)
	}
	if room := r.keep - len(r.body); room > 0 {
		r.body = append(r.body, b[:min(n, room)]...)
	}
	if r.remaining == 0 && r.at == readLength {
		r.at = readDone
	}
	if r.remaining == 0 && r.at == readChunk {
		r.at = readChunkEnd
	}
	return b[n:]
}

// feedLine handles one line when it is whole and keeps it otherwise. A header is
// whole when the byte behind it is known: a blank there continues it on the next
// line (obsolete line folding, RFC 9112 section 5.2).
func (r *Answer) feedLine(b []byte) (rest []byte, err error) {
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
	if r.headSize += len(piece); r.headSize > MaxHead || r.at == readTrailer && r.headSize > maxTrailers {
		return nil, fmt.Errorf("head of more than %d bytes, or trailers of more than %d", MaxHead, maxTrailers)
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
	switch n := len(line); {
	case n > 0 && line[n-1] == '\r':
		line = line[:n-1]
	case r.at == readTrailer:
		return nil, fmt.Errorf("trailer does not end with CR LF: %s", quote(line))
	}
	if r.at != readStatus && len(line) > 0 && (len(b) == 0 || b[0] == ' ' || b[0] == '\t') {
		r.lineEnded, r.line = true, append(r.line[:0], line...)
		return b, nil
	}
	r.line = r.line[:0]
	return b, r.takeLine(line)
}

// feedChunkLine handles one of the lines around chunks. They do not count as head:
// a long body has many.
func (r *Answer) feedChunkLine(b []byte) (rest []byte, err error) {
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

func (r *Answer) takeLine(line []byte) error {
	switch r.at {
	case readStatus:
		interim := r.Status != 0
		if err := r.takeStatus(line); err != nil {
			_, foreign := err.(*ForeignError)
			r.Foreign = foreign && !interim
			return err
		}
		r.at = readHeader
	case readHeader:
		if len(line) == 0 {
			return r.headEnds()
		}
		return r.takeHeader(line)
	case readTrailer:
		if len(line) == 0 {
			r.at = readDone
			return nil
		}
		_, _, err := cutHeader(line)
		return err
	}
	return nil
}

// headEnds decides how the body is framed, RFC 9112 section 6.3.
func (r *Answer) headEnds() error {
	r.KeepAlive = r.keepsAlive()
	if r.Status == 400 {
		r.keep = max(r.keep, keepOfRefusal)
	}
	switch {
	case r.Status == 101 && r.expect.Upgrade:
		r.at, r.KeepAlive = readDone, false // what follows is not HTTP
	case r.Status == 101:
		return ErrNoUpgrade
	case r.Status < 200:
		// An interim answer: the real one follows.
		status := r.Status
		r.head.reset()
		r.at, r.Status = readStatus, status
	case r.expect.Head || r.Status == 204 || r.Status == 304:
		r.at = readDone
	case r.chunked:
		r.at = readChunkSize
	case r.length < 0:
		r.at, r.KeepAlive = readUntilClose, false
	case r.length == 0:
		r.at = readDone
	default:
		r.at, r.remaining = readLength, r.length
	}
	return nil
}

// takeChunkLine reads the lines around chunks. They end with CR LF and nothing
// else: where a chunk ends must be beyond doubt (RFC 9112 section 7.1).
func (r *Answer) takeChunkLine(line []byte) error {
	if at := bytes.IndexByte(line, '\r'); at < 0 || at != len(line)-2 {
		return fmt.Errorf("chunk does not end with CR LF: %s", quote(line))
	}
	line = line[:len(line)-2]
	if r.at == readChunkEnd {
		if len(line) != 0 {
			return errors.New("chunk is longer than its size says")
		}
		r.at = readChunkSize
		return nil
	}
	digits, _, _ := bytes.Cut(bytes.TrimRight(line, " \t"), []byte{';'})
	size, err := strconv.ParseUint(string(digits), 16, 64)
	if err != nil || len(digits) > 16 {
		return fmt.Errorf("bad chunk size %s", quote(line))
	}
	r.at, r.remaining = readChunk, int64(min(size, math.MaxInt64))
	r.excess = max(r.excess+int64(len(line)+len("\r\n"))-chunkAllowance-2*min(r.remaining, math.MaxInt64/4), 0)
	if r.excess > maxChunkExcess {
		return errors.New("chunks with too much around them")
	}
	if size == 0 {
		r.at, r.headSize = readTrailer, 0
	}
	return nil
}

// What is wrong with an answer besides its bytes.
var (
	// ErrNoUpgrade is a change to a protocol that nobody asked for.
	ErrNoUpgrade = errors.New("status 101 although no upgrade was requested")
	// ErrCut is the end of the connection within an answer.
	ErrCut = errors.New("connection closed before the answer was complete")
	// ErrNothing is the end of the connection before the first byte.
	ErrNothing = errors.New("connection closed without an answer")
)
