package stackprofile

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/perfline"
)

// isPerfScript looks for an event that is sure, or for one with a stack. Lines
// that are only likely to be events must be all of the first ones.
func isPerfScript(data []byte) bool {
	parser := perfline.NewParser()
	frame := regexp.MustCompile(`^\s+[0-9a-f]*[0-9][0-9a-f]*(\s|$)`)
	headless := regexp.MustCompile(`^\s+[0-9]*[a-f][0-9a-f]{5,15}( \S|$)`)
	before := perfline.Event{Kind: perfline.Aside}
	const first = 20
	seen, likely := 0, 0
	for _, line := range lines(headOf(data)) {
		text := bytes.TrimSpace(line)
		if before.Kind != perfline.Aside && frame.Match(line) && (before.Kind == perfline.Sure || len(bytes.Fields(line)[0]) >= 4) {
			return true
		}
		if headless.Match(line) && !parser.MayBe(line) {
			return true // with -F ip,sym nothing else is there
		}
		if isAlone(before) || before.Kind == perfline.Sure && before.PID != "" && before.Name != "" && len(text) == 0 {
			return true
		}
		before = perfline.Event{Kind: perfline.Aside}
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		seen++
		if e, ok := parser.Event(string(line)); ok {
			if before = e; e.Kind == perfline.Sure && e.PID != "" && perfline.IsTracepoint(e.Name) {
				return true // its lines may follow each other without stacks
			}
			if e.Kind == perfline.Likely {
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
func isAlone(e perfline.Event) bool {
	isAddress := len(e.Frame.Address) >= 6 && strings.ContainsAny(e.Frame.Address, "abcdef")
	return e.HasFrame && (e.Frame.Mapped != "" || isAddress) && (e.Kind == perfline.Sure || e.Kind == perfline.Likely)
}

// isLoneFrame knows the frame of a recording without call graphs where -F has no
// other field: it is not as far to the right as the frames of stacks.
func isLoneFrame(line []byte) bool {
	address := bytes.Fields(line)[0]
	return line[0] == ' ' && bytes.Index(line, address)+len(address) == 17
}
