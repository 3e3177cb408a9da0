package flame

import "fmt"

// mostBadLines is how many lines that mean nothing are listed; the rest are
// counted.
const mostBadLines = 10

// badLines are the lines of a text that could not be used.
type badLines struct {
	listed []string
	count  int
}

func (b *badLines) add(line int, format string, args ...any) {
	if b.count++; len(b.listed) < mostBadLines {
		b.listed = append(b.listed, fmt.Sprintf("line %d is left out: ", line)+fmt.Sprintf(format, args...))
	}
}

// notes are sentences about them.
func (b *badLines) notes() []string {
	if more := b.count - len(b.listed); more > 0 {
		return append(b.listed, fmt.Sprintf("%d more lines that mean nothing are left out", more))
	}
	return b.listed
}

// first is what was wrong with the first of them, as an error.
func (b *badLines) first() error {
	if len(b.listed) == 0 {
		return errNoText
	}
	return fmt.Errorf("%w (%s)", errNoText, b.listed[0])
}

// excerpt is enough of a line to find it by.
func excerpt(line []byte) string {
	const most = 60
	if len(line) > most {
		return fmt.Sprintf("%q...", line[:most])
	}
	return fmt.Sprintf("%q", line)
}
