package plaintext

import (
	"bytes"
	"regexp"
	"strings"
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
			pattern.WriteString(`\S+`)
		default:
			pattern.WriteString(regexp.QuoteMeta(token))
		}
	}
	pattern.WriteString("(?:" + regexp.QuoteMeta(gap) + `|[ \t]*$)`)
	return &Prefix{regexp.MustCompile(pattern.String())}
}

// varies guesses whether a word is a time, a date or a number.
func varies(token string) bool {
	return regexp.MustCompile(`[0-9]:[0-9]|^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}|^[\[(]?[0-9.,]+[\])]?:?$|=[0-9.]+$`).MatchString(token)
}

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
