package drawmodel

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
)

// history is everything that happened in a world, one line each: as a hash, and
// as text if somebody wants to read it.
type history struct {
	sum  hash.Hash
	text io.Writer // nil: none
	line []byte
}

func newHistory(text io.Writer) *history { return &history{sum: sha256.New(), text: text} }

// event notes that something happened to a message.
func (h *history) event(s *scheduler, kind string, m *message) {
	to := "-"
	if m.to != nil {
		to = m.to.name
	}
	h.note(s, kind, m.from.name, to, m.what)
}

// note adds one line: step, nanosecond, and words.
func (h *history) note(s *scheduler, words ...string) {
	h.line = strconv.AppendInt(h.line[:0], s.steps, 10)
	h.line = append(h.line, ' ')
	h.line = strconv.AppendInt(h.line, int64(s.now()), 10)
	for _, w := range words {
		h.line = append(append(h.line, ' '), w...)
	}
	h.line = append(h.line, '\n')
	h.sum.Write(h.line)
	if h.text != nil {
		_, _ = h.text.Write(h.line)
	}
}

// digest is the hash of all lines.
func (h *history) digest() string { return hex.EncodeToString(h.sum.Sum(nil)) }
