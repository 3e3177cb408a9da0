package perfline

import (
	"bytes"
	"regexp"
	"strings"
)

// IsScript looks for an event that is sure, or for one with a stack. Lines
// that are only likely to be events must be all of the first ones.
func IsScript(head []byte) bool {
	parser := NewParser()
	frame := regexp.MustCompile(`^\s+[0-9a-f]*[0-9][0-9a-f]*(\s|$)`)
	headless := regexp.MustCompile(`^\s+[0-9]*[a-f][0-9a-f]{5,15}( \S|$)`)
	before := Event{Kind: Aside}
	const first = 20
	seen, likely := 0, 0
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		text := bytes.TrimSpace(line)
		if before.Kind != Aside && frame.Match(line) && (before.Kind == Sure || len(bytes.Fields(line)[0]) >= 4) {
			return true
		}
		if headless.Match(line) && !parser.MayBe(line) {
			return true // with -F ip,sym nothing else is there
		}
		if isAlone(before) || before.Kind == Sure && before.PID != "" && before.Name != "" && len(text) == 0 {
			return true
		}
		before = Event{Kind: Aside}
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		seen++
		if e, ok := parser.Event(string(line)); ok {
			if before = e; e.Kind == Sure && e.PID != "" && IsTracepoint(e.Name) {
				return true // its lines may follow each other without stacks
			}
			if e.Kind == Likely {
				likely++
			}
		}
		if seen == first {
			break
		}
	}
	return isAlone(before) || seen > 0 && likely == seen
}

// isAlone says of an event without a stack below whether it can be nothing else.
func isAlone(e Event) bool {
	isAddress := len(e.Frame.Address) >= 6 && strings.ContainsAny(e.Frame.Address, "abcdef")
	return e.HasFrame && (e.Frame.Mapped != "" || isAddress) && (e.Kind == Sure || e.Kind == Likely)
}

// IsLone knows the frame of a recording without call graphs where -F has no
// other field: it is not as far to the right as the frames of stacks.
func IsLone(line []byte) bool {
	address := bytes.Fields(line)[0]
	return line[0] == ' ' && bytes.Index(line, address)+len(address) == 17
}
