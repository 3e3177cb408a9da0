package stackprofile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// format is one that [Read] knows.
type format struct {
	name string
	// is reports whether the beginning of an input is in the format, read reads
	// all of it.
	is   func(head []byte) bool
	read func(data []byte, limits Limits) (*Profile, error)
}

// formats are all of them, asked in this order. A new reader is a file with
// these two functions, and a line here.
func formats() []format {
	return []format{
		{"pprof of before protocol buffers", isLegacy, readLegacy},
		{"goroutine dump", isGoroutineDump, readGoroutines},
		{"perf script", isPerfScript, readPerf},
		{"JSON", isJSON, refuseJSON},
		{"folded stacks", isText, readFolded}, // any other text
		{"pprof", isBinary, readPprof},        // anything else
	}
}

// headBytes is how much of an input is looked at to find its format.
const headBytes = 64 << 10

// Read reads a profile in any of the formats that it knows, told apart by what
// is in it: pprof (gzip or not, and the formats of before protocol buffers),
// folded stacks, the output of perf script, and Go's goroutine dumps
// (/debug/pprof/goroutine?debug=2).
//
// An error says in a sentence what is wrong with the input, which it calls "it":
// put the input's name in front. Read never panics.
// Lines of text that mean nothing are left out and noted in Profile.Notes with
// their number, unless no line means anything.
func Read(r io.Reader, limits Limits) (*Profile, error) {
	limits = limits.orDefault()
	data, err := readAll(r, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, errors.New("it is empty")
	}
	head := data[:min(len(data), headBytes)]
	for _, f := range formats() {
		if f.is(head) {
			return f.read(data, limits)
		}
	}
	return nil, errors.New("it is not a profile that can be read")
}

func isText(head []byte) bool { return looksLikeText(head) }

func isBinary(head []byte) bool { return !looksLikeText(head) }

// isJSON guesses: a brace may also begin a folded stack.
func isJSON(head []byte) bool {
	return looksLikeText(head) && bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte(`{`))
}

func refuseJSON(data []byte, limits Limits) (*Profile, error) {
	if json.Valid(data) {
		return nil, errors.New("it is JSON, which is not a supported format")
	}
	return readFolded(data, limits)
}
