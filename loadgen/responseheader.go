package loadgen

import (
	"bytes"
	"errors"
	"fmt"
)

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
