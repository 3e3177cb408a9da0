package plaintext

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Prefix is what a collector of logs puts in front of each line of a program: a
// time, the names of a host and a process. Times and numbers differ from line to
// line, the rest is the same in all lines of one program.
type Prefix struct{ pattern *regexp.Regexp }

// NewPrefix makes one of what stands in front of a line. An empty text is in
// front of every line.
func NewPrefix(text string) *Prefix {
	names := strings.TrimRight(text, " \t")
	gap := text[len(names):]
	var pattern strings.Builder
	pattern.WriteString("^")
	for i, token := range strings.Fields(names) {
		if i > 0 || strings.TrimLeft(names, " \t") != names {
			pattern.WriteString(`[ \t]+`)
		}
		switch {
		case token == "F" || token == "P": // a full line or a part of one, of container runtimes
			pattern.WriteString("[FP]")
		case varies(token):
			pattern.WriteString(shapeOf(token))
		default:
			pattern.WriteString(quote(token))
		}
	}
	pattern.WriteString("(?:" + quote(gap) + `|[ \t]*$)`)
	return &Prefix{regexp.MustCompile(pattern.String())}
}

// varies guesses whether a word is a time, a date or a number.
func varies(token string) bool {
	return regexp.MustCompile(`[0-9]:[0-9]|^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}|^[\[(]?[0-9.,]+[\])]?:?$|=[0-9.]+$`).MatchString(token)
}

// shapeOf matches tokens with other digits in the same places. Fractions of a
// second are written without zeros at the end, or not at all.
func shapeOf(token string) string {
	var shape strings.Builder
	digits := regexp.MustCompile(`^[0-9][0-9.,]*`)
	for rest := token; rest != ""; {
		number := digits.FindString(rest)
		if number != "" {
			shape.WriteString(`[0-9][0-9.,]*`)
		} else {
			_, size := utf8.DecodeRuneInString(rest)
			number = rest[:size]
			shape.WriteString(quote(number))
		}
		rest = rest[len(number):]
	}
	return shape.String()
}

// quote is a pattern for text itself. Bytes that are no UTF-8 are all alike.
func quote(text string) string { return regexp.QuoteMeta(strings.ToValidUTF8(text, "\ufffd")) }

// Cut is the line without the prefix.
func (p *Prefix) Cut(line []byte) (rest []byte, ok bool) {
	at := p.pattern.FindIndex(line)
	if at == nil {
		return nil, false
	}
	return line[at[1]:], true
}

// Is reports whether text is the prefix, with nothing behind it.
func (p *Prefix) Is(text []byte) bool {
	rest, ok := p.Cut(text)
	return ok && len(bytes.TrimSpace(rest)) == 0
}
