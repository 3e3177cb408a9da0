package plaintext

import (
	"bytes"
	"encoding/json"
	"iter"
	"regexp"
	"strings"
)

// Lines goes through the lines of a text with their numbers, from 1, without what
// ends them and without colors. A line that is a JSON object stands for its
// message, and one that holds what marked matches with its line ends escaped for
// the lines in it; all of them have its number, and an empty line follows them.
func Lines(data []byte, marked *regexp.Regexp) iter.Seq2[int, []byte] {
	u := unwrapper{marked}
	return func(yield func(int, []byte) bool) {
		for n := 1; len(data) > 0; n++ {
			line, rest, _ := bytes.Cut(data, []byte("\n"))
			data = rest
			for _, part := range u.unwrap(withoutColors(bytes.TrimSuffix(line, []byte("\r")))) {
				if !yield(n, part) {
					return
				}
			}
		}
	}
}

type unwrapper struct{ marked *regexp.Regexp }

func (u unwrapper) unwrap(line []byte) [][]byte {
	if trimmed := bytes.TrimSpace(line); len(trimmed) > 1 && trimmed[0] == '{' && trimmed[len(trimmed)-1] == '}' {
		if message, ok := u.message(trimmed); ok {
			return split(message)
		}
	}
	at := u.marked.FindIndex(line)
	switch {
	case at != nil && bytes.Contains(line[at[0]:], []byte(`\n`)):
		return split(unescaped(string(line)))
	case at != nil && bytes.Contains(line[at[0]:], []byte("#012")): // as rsyslog writes control characters
		return split(strings.NewReplacer("#011", "\t", "#012", "\n", "#015", "").Replace(string(line)))
	}
	return [][]byte{bytes.ReplaceAll(line, []byte("#011"), []byte("\t"))}
}

// messageKeys are what collectors call the line that a program wrote.
func messageKeys() []string {
	return []string{"log", "message", "msg", "MESSAGE", "line", "text", "textPayload"}
}

// message is the text in a JSON object: what is marked, whatever it is called, or
// the program's line.
func (u unwrapper) message(object []byte) (string, bool) {
	var members map[string]any
	if json.Unmarshal(object, &members) != nil {
		return "", false
	}
	for _, key := range messageKeys() {
		if text, ok := members[key].(string); ok && u.marked.MatchString(text) {
			return text, true
		}
	}
	for _, value := range members {
		if text, ok := value.(string); ok && u.marked.MatchString(text) {
			return text, true
		}
	}
	for _, key := range messageKeys() {
		if text, ok := members[key].(string); ok {
			return text, true
		}
	}
	return "", false
}

// split divides a message into its lines. Several are complete: an empty line
// says so.
func split(message string) (lines [][]byte) {
	for line := range strings.SplitSeq(strings.TrimSuffix(message, "\n"), "\n") {
		lines = append(lines, []byte(strings.TrimSuffix(line, "\r")))
	}
	if len(lines) > 1 {
		lines = append(lines, nil)
	}
	return lines
}

// unescaped writes the line ends and tabs of a quoted text, which ends with its
// quote.
func unescaped(line string) string {
	line = strings.NewReplacer(`\\`, `\`, `\"`, "\x00", `\n`, "\n", `\r`, "", `\t`, "\t").Replace(line)
	first, rest, _ := strings.Cut(line, "\n")
	if shut := strings.IndexByte(rest, '"'); shut >= 0 {
		rest = rest[:shut]
	}
	return strings.ReplaceAll(first+"\n"+rest, "\x00", `"`)
}

// withoutColors removes the escape sequences that color a terminal.
func withoutColors(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) < 0 {
		return line
	}
	return regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAll(line, nil)
}
