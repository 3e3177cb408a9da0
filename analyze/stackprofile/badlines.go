package stackprofile

import (
	"errors"
	"fmt"
)

var errNoText = errors.New("none of its lines is a stack")

// mostBadLines is how many lines that mean nothing are listed; the rest are
// counted.
const mostBadLines = 10

// badLines are the lines of a text that could not be used.
type badLines struct {
	listed []Note
	count  int
}

func (b *badLines) add(line int, reason LineReason, text []byte) {
	if b.count++; len(b.listed) < mostBadLines {
		b.listed = append(b.listed, Note{Code: LineLeftOut, Line: line, Reason: reason, Text: excerpt(text)})
	}
}

// notes are those about them.
func (b *badLines) notes() []Note {
	if more := b.count - len(b.listed); more > 0 {
		return append(b.listed, Note{Code: LinesLeftOut, Count: more})
	}
	return b.listed
}

// first is what was wrong with the first of them, as an error.
func (b *badLines) first() error {
	if len(b.listed) == 0 {
		return errNoText
	}
	n := b.listed[0]
	return fmt.Errorf("%w (line %d is skipped: %w: %s)", errNoText, n.Line, n.Reason, n.Text)
}

// excerpt is enough of a line to find it by, quoted.
func excerpt(line []byte) string {
	const most = 60
	if len(line) > most {
		return fmt.Sprintf("%q...", line[:most])
	}
	return fmt.Sprintf("%q", line)
}
