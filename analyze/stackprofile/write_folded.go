package stackprofile

import (
	"bufio"
	"io"
	"strings"
	"unicode"
)

// NoStack is what formats that need a frame are given for samples without one.
const NoStack = "[no stack]"

// WriteFolded writes one line for each distinct stack, "main;serve;encode 12",
// in the order of their names, which flamegraph.pl and many others read. The
// sum of all lines is exactly the total of the type. Stacks with the sum 0 are
// left out. In names a semicolon becomes a colon, and a line break or another
// control character a space.
func (p *Profile) WriteFolded(w io.Writer, valueType int, by Grouping) error {
	d, err := p.distinct(valueType, by, FoldedName)
	if err != nil {
		return err
	}
	t := p.Types[valueType]
	out := bufio.NewWriterSize(w, 1<<16)
	err = d.each(func(stack []FrameID, value int64) error {
		if value == 0 {
			return nil
		}
		for i, id := range stack {
			if i > 0 {
				out.WriteByte(';')
			}
			out.WriteString(d.name(id))
		}
		if len(stack) == 0 {
			out.WriteString(NoStack)
		}
		out.WriteByte(' ')
		out.WriteString(t.Text(value))
		return out.WriteByte('\n') // has the error of all of them
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// FoldedName is a name without what ends a frame or a line: it fits into one line
// of any text.
func FoldedName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ';':
			return ':'
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		}
		return r
	}, name)
}
