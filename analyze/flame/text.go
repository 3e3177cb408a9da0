package flame

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"regexp"
)

// headBytes is how much of a text is looked at to tell its format.
const headBytes = 64 << 10

var errNoText = errors.New("no line of it is a stack")

// readText reads the formats that people can read.
func readText(data []byte, limits Limits) (*Profile, error) {
	switch head := data[:min(len(data), headBytes)]; {
	case isLegacyText(head):
		return readLegacy(data, limits)
	case isGoroutineDump(head):
		dump, err := parseGoroutines(data, limits)
		if err != nil {
			return nil, err
		}
		return dump.Profile()
	case isPerfScript(head):
		return readPerf(data, limits)
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte(`{`)) && json.Valid(data):
		return nil, errors.New("it is JSON, and none of the formats that can be read is")
	}
	return readFolded(data, limits)
}

// isLegacyText knows the text formats of before protocol buffers by their first
// line: "heap profile: 3: 72 [...", "--- contention:".
func isLegacyText(head []byte) bool {
	return regexp.MustCompile(`^\s*(---+ *\w+|\w+ profile: )`).Match(head)
}

func isGoroutineDump(head []byte) bool { return goroutineLine().Match(head) }

// isPerfScript looks for an event with a stack, since an event alone could be a
// folded stack.
func isPerfScript(head []byte) bool {
	event := regexp.MustCompile(`(?m)^\S.*\s-?\d+(/-?\d+)?\s.*\d+\.\d+:.*:\s*(#.*)?\r?\n\s+[0-9a-f]+ `)
	single := regexp.MustCompile(`(?m)^\s*\S.*\s-?\d+(/-?\d+)?\s.*\d+\.\d+:.*:\s+[0-9a-f]+ .*\(.*\)\r?$`)
	return event.Match(head) || single.Match(head)
}

// lines goes through the lines of data with their numbers, from 1, without what
// ends them.
func lines(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for n := 1; len(data) > 0; n++ {
			line, rest, _ := bytes.Cut(data, []byte("\n"))
			data = rest
			if !yield(n, bytes.TrimSuffix(line, []byte("\r"))) {
				return
			}
		}
	}
}
