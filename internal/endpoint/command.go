package endpoint

import (
	"regexp"
	"strings"
)

// RedactCommand returns a command line as it may be written down: its URLs are
// as [Redact] leaves them, and the values of options, variables and headers
// whose names look secret are ***: --password=x, TOKEN=x, 'Authorization: x'.
// A command within quotes, as in sh -c '...', is treated alike. A secret that
// is a word of its own, as in --password x, is not recognised.
func RedactCommand(command string) string { return new(redactor).command(command) }

func (r *redactor) command(command string) string {
	var b strings.Builder
	for command != "" {
		n := len(command) - len(strings.TrimLeft(command, " \t\r\n"))
		b.WriteString(command[:n])
		command = command[n:]
		n = wordEnd(command)
		b.WriteString(r.word(command[:n]))
		command = command[n:]
	}
	return b.String()
}

// wordEnd is the length of the first word: to the next space outside quotes. A
// quote that is not closed is a character like others.
func wordEnd(text string) int {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
			return i
		case '\\':
			i++
		case '\'', '"':
			if end := quoteEnd(text[i+1:], c); end >= 0 {
				i += 1 + end
			}
		case '{':
			if n := placeholder(text[i:]); n > 0 {
				i += n - 1
			}
		}
	}
	return len(text)
}

// word redacts a word, its quotes included.
func (r *redactor) word(word string) string {
	begin, inner, end := unquote(word)
	name := assignment().FindString(inner)
	switch {
	case name != "" && IsSecretName(strings.TrimRight(name, "=: ")):
		return begin + name + r.hide(inner[len(name):]) + end
	case begin != "" && strings.ContainsAny(inner, " \t\r\n"):
		return begin + r.command(inner) + end
	case name != "" && name[len(name)-1] == '=' && len(inner) > len(name) && strings.IndexByte(`'"`, inner[len(name)]) >= 0:
		return begin + name + r.word(inner[len(name):]) + end
	}
	at := strings.Index(inner, "://")
	if at < 0 {
		return begin + r.parameter(inner) + end
	}
	at -= len(schemeAtEnd().FindString(inner[:at]))
	// What stands before belongs to the word, as in --db=postgres://host.
	return begin + inner[:at] + r.url(inner[at:]) + end
}

// assignment matches the name of an option, variable or header with what
// separates it from its value. The expressions are compiled for each word:
// command lines are short, and few.
func assignment() *regexp.Regexp { return regexp.MustCompile(`^[\w.-]+(=|:\s*)`) }

func schemeAtEnd() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*$`) }
