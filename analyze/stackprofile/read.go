package stackprofile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/packed"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/plaintext"
)

// format is one that [Read] knows.
type format struct {
	name string
	// is reports whether an input is in the format, for which it looks at no more
	// than it needs; read reads all of it.
	is   func(data []byte) bool
	read func(data []byte, limits Limits) (*Profile, error)
}

// formats are all of them, asked in this order. A new reader is a file with
// these two functions, and a line here.
func formats() []format {
	return []format{
		{"pprof", isPprof, readPprof},
		{"pprof of before protocol buffers", isLegacy, readLegacy},
		{"what is no profile", isOther, refuseOther},
		{"other bytes", isBinary, refuseBinary},
		{"goroutine dump", isGoroutineDump, readGoroutines},
		{"perf script", isPerfScript, readPerf},
		{"JSON", isJSON, refuseJSON},
		{"folded stacks", isText, readFolded}, // any other text
	}
}

// Read reads a profile in any of the formats that it knows, told apart by what
// is in it: pprof (gzip or not, and the formats of before protocol buffers),
// folded stacks, the output of perf script, and Go's goroutine dumps
// (/debug/pprof/goroutine?debug=2).
//
// An error says in a sentence what is wrong with the input, which it calls "it":
// put the input's name in front. Read never panics.
// Lines of text that mean nothing are left out and noted in Profile.Notes with
// their number. If they are the most, the input is no profile.
func Read(r io.Reader, limits Limits) (*Profile, error) {
	limits = limits.orDefault()
	data, err := packed.ReadAll(r, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, errEmpty
	}
	data = plaintext.Decode(data)
	for _, f := range formats() {
		if f.is(data) {
			return f.read(data, limits)
		}
	}
	return nil, errors.New("it is not a profile that can be read")
}

func isText([]byte) bool { return true }

// isJSON guesses: a brace may also begin a folded stack.
func isJSON(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(headOf(data), " \t\r\n"), []byte(`{`))
}

func refuseJSON(data []byte, limits Limits) (*Profile, error) {
	if json.Valid(data) {
		return nil, errors.New("it is JSON, which is not a supported format")
	}
	return readFolded(data, limits)
}
