package http1

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// maxLocation bounds what is kept of the address that a redirect leads to.
const maxLocation = 1 << 10

// head is what status line and headers say of an answer.
type head struct {
	Status    int    // 0 before it is known
	Location  []byte // of a redirect, cut to maxLocation
	length    int64  // Content-Length, -1 without
	digits    int    // of it
	minor     byte   // HTTP/1.minor
	chunked   bool
	connClose bool
	connKeep  bool
}

// reset forgets everything but the memory of location. Field by field it takes
// half the time of a copy.
func (h *head) reset() {
	h.Status, h.length, h.Location, h.minor = 0, -1, h.Location[:0], 0
	h.chunked, h.connClose, h.connKeep = false, false, false
}

// takeStatus reads "HTTP/1.1 200 OK"; the reason may be missing, and more than one
// blank stand before the status. A minor version that we do not know is read as 1.
func (h *head) takeStatus(line []byte) error {
	const version = len("HTTP/1.1")
	if len(line) <= version || string(line[:version-1]) != "HTTP/1." || line[version-1]-'0' > 9 || line[version] != ' ' {
		return &ForeignError{Begin: bytes.Clone(line[:min(len(line), 60)])}
	}
	code := line[version:]
	for len(code) > 0 && code[0] == ' ' {
		code = code[1:]
	}
	if len(code) > 3 && code[3] == ' ' {
		code = code[:3]
	}
	status, valid := decimal(code)
	if !valid || len(code) != 3 || status < 100 {
		return fmt.Errorf("not a status from 100 to 999: %s", quote(line))
	}
	h.Status, h.minor = int(status), min(line[version-1], '1')
	return nil
}

// keepsAlive reports whether the connection may be used again.
func (h *head) keepsAlive() bool { return !h.connClose && (h.minor == '1' || h.connKeep) }

// IsRedirect reports whether a status means that Location leads to the answer.
func IsRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// takeHeader looks at one header line, unfolded. Only four headers matter here;
// the rest is checked and skipped.
func (h *head) takeHeader(line []byte) error {
	name, val, err := cutHeader(line)
	if err != nil {
		return err
	}
	// The length is the cheapest way to tell most headers apart.
	switch {
	case len(name) == len("Content-Length") && equalFold(name, "content-length"):
		return h.takeLength(trim(val))
	case len(name) == len("Transfer-Encoding") && equalFold(name, "transfer-encoding"):
		if h.minor == '0' {
			break // HTTP/1.0 has none: whoever sends it means something else
		}
		return h.takeCoding(trim(val))
	case len(name) == len("Connection") && equalFold(name, "connection"):
		h.takeConnection(val)
	case len(name) == len("Location") && IsRedirect(h.Status) && equalFold(name, "location"):
		val = trim(val)
		h.Location = append(h.Location[:0], val[:min(len(val), maxLocation)]...)
	}
	return nil
}

// takeCoding knows one transfer coding, once, as net/http does. What others mean for
// where the body ends is a matter on which servers and proxies differ.
func (h *head) takeCoding(val []byte) error {
	if h.chunked || !equalFold(val, "chunked") {
		return fmt.Errorf("transfer encoding other than chunked, or twice: %s", quote(val))
	}
	h.chunked = true
	return nil
}

// cutHeader checks a header line and cuts it in two. A name may have blanks in
// it, as net/http allows; then it is none that we know.
func cutHeader(line []byte) (name, val []byte, err error) {
	end := 0
	for end < len(line) && (isTokenByte(line[end]) || line[end] == ' ' && end > 0) {
		end++
	}
	if end == 0 || end == len(line) || line[end] != ':' || hasControl(line[end:]) {
		return nil, nil, fmt.Errorf("bad header line %s", quote(line))
	}
	return line[:end], line[end+1:], nil
}

// trim takes blanks and tabs from both ends. It is bytes.Trim without the set
// that is made there each time.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// takeLength reads a number; that of a second header must be the same to the letter.
func (h *head) takeLength(val []byte) error {
	n, ok := decimal(val)
	switch {
	case !ok:
		return fmt.Errorf("bad Content-Length %s", quote(val))
	case h.length >= 0 && (h.length != n || h.digits != len(val)):
		return errors.New("two different Content-Length headers")
	}
	h.length, h.digits = n, len(val)
	return nil
}

func (h *head) takeConnection(val []byte) {
	for len(val) > 0 {
		var word []byte
		word, val, _ = bytes.Cut(val, []byte{','})
		switch word = trim(word); {
		case equalFold(word, "close"):
			h.connClose = true
		case equalFold(word, "keep-alive"):
			h.connKeep = true
		}
	}
}

// decimal reads digits and nothing else; ok is false on overflow too.
func decimal(b []byte) (n int64, ok bool) {
	for _, c := range b {
		digit := int64(c) - '0'
		if digit < 0 || digit > 9 || n > (math.MaxInt64-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, len(b) > 0
}

// quote shows the beginning of a bad line.
func quote(b []byte) string { return strconv.Quote(string(b[:min(len(b), 60)])) }

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

// tokenBytes has a 1 for each byte that may be in a name or a method, RFC 9110
// section 5.6.2. A table of 256 is read without a check of its bounds.
const tokenBytes = "" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x01\x00\x01\x01\x01\x01\x01\x00\x00\x01\x01\x00\x01\x01\x00" + // ! # $ % & ' * + - .
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00" + // 0-9
	"\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" + // A-O
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x01\x01" + // P-Z ^ _
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" + // ` a-o
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x01\x00\x01\x00" + // p-z | ~
	zeros + zeros + zeros + zeros

// zeros are 32 bytes beyond ASCII, none of which may be in a name.
const zeros = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// IsToken reports whether text may be a name or a method.
func IsToken(text string) bool {
	for i := range len(text) {
		if !isTokenByte(text[i]) {
			return false
		}
	}
	return text != ""
}

func isTokenByte(c byte) bool { return tokenBytes[c] != 0 }

// hasControl reports whether b has a character that no value of a header may
// have: a control character other than a tab. It looks at eight bytes at a time,
// the last eight perhaps for the second time.
func hasControl(b []byte) bool {
	if len(b) < 8 {
		return anyControl(b)
	}
	for i := 0; i+8 < len(b); i += 8 {
		if suspect(b[i:]) && anyControl(b[i:i+8]) {
			return true
		}
	}
	b = b[len(b)-8:]
	return suspect(b) && anyControl(b)
}

// suspect reports whether the first eight bytes may have a control character; if
// it does not, they have none.
func suspect(b []byte) bool {
	const each, top = 0x0101010101010101, 0x8080808080808080
	eight := binary.LittleEndian.Uint64(b)
	del := eight ^ 0x7f*each
	return ((eight-0x20*each)&^eight|(del-each)&^del)&top != 0
}

func anyControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// ForeignError is a first line that is not one of HTTP/1.
type ForeignError struct {
	Begin []byte // of the line, up to 60 bytes
}

// Error shows the beginning of the line.
func (e *ForeignError) Error() string { return "not an HTTP/1.x status line: " + quote(e.Begin) }
