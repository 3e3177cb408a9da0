// Package perfline reads the lines of perf script: events ([Parser.Event]) and the
// frames of their stacks ([ParseFrame]). Which fields a line has depends on the
// option -F and the kind of event, and no line names them.
package perfline

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Event is the line of an event:
//
//	my server 2 101/103 [000]  5100.100001:     250000 cycles:u:  55d0c8 main.f+0x1f (/srv/web)
type Event struct {
	Command string
	PID     string // of the process, or the thread if that is all there is; "" if neither
	Name    string // "" if the line does not say
	Period  int64  // 0: not known
	// Frame is the only one of a recording without call graphs, if HasFrame.
	Frame    Frame
	HasFrame bool
	Kind     Kind
}

// Kind says how sure it is that a line is an event.
type Kind int

// The kinds.
const (
	// Guess has neither a time nor a processor: it is an event if frames follow.
	Guess Kind = iota
	// Likely has neither, but a name and a frame, or the name of a tracepoint.
	Likely
	// Sure has a time or a processor.
	Sure
	// Aside is a line about the recording: no sample, but not something else.
	Aside
)

// Parser holds what lines are compared with. It is safe for concurrent use.
type Parser struct{ time, processor, right, inline, payload, tracepoint *regexp.Regexp }

// NewParser makes one.
func NewParser() *Parser {
	return &Parser{
		time:      regexp.MustCompile(`(?:^|\s)\[?\s*[0-9]+\.[0-9]{1,9}\]?:(?:\s|$)`),
		processor: regexp.MustCompile(`(?:^|\s)\[[0-9]{3,}\](?:\s+[KUHGgMESpC]{1,4})?(?:\s|$)`),
		// period, event, the rest
		right: regexp.MustCompile(`^\s*(?:([0-9]+)\s+)?(\S+?):(?:\s+(.*))?$`),
		// the last address of a line, with a name and a binary behind it
		inline:     regexp.MustCompile(`^(?:.*\s)?([0-9a-f]+ \S.* \(.*\))$`),
		payload:    regexp.MustCompile(`\s([0-9a-f]{12,16} \S.*)$`),
		tracepoint: regexp.MustCompile(`^[a-z0-9_]{2,}:[a-z0-9_]{2,}$`),
	}
}

// Event reads a line.
func (p *Parser) Event(line string) (Event, bool) {
	line = strings.TrimRight(line, " \t\r")
	if line == "" {
		return Event{}, false
	}
	for _, mark := range []*regexp.Regexp{p.time, p.processor} {
		at := mark.FindStringIndex(line)
		if at == nil {
			continue
		}
		left := line[:at[0]]
		if mark == p.processor {
			left = line[:at[1]]
		}
		e := Event{Kind: Sure}
		e.who(left)
		p.what(&e, line[at[1]:])
		return e, e.Name != "" || e.PID != "" || e.Kind == Aside
	}
	return p.guess(line), true
}

// MayBe reports whether a line that could be a frame may be an event instead. It
// is quick: most lines are frames.
func (p *Parser) MayBe(line []byte) bool {
	return bytes.Contains(line, []byte(": ")) || bytes.HasSuffix(bytes.TrimRight(line, " \t"), []byte(":"))
}

// who reads the command, the process and the processor. What is in front of the
// last number is the command, which may hold blanks and numbers.
func (e *Event) who(left string) {
	fields := fieldsOf(left)
	drop := func(is func(string) bool) (last string) {
		if n := len(fields); n > 0 && is(fields[n-1].text) {
			last = fields[n-1].text
			fields = fields[:n-1]
		}
		return last
	}
	behind := func(is func(string) bool, before ...func(string) bool) {
		if n := len(fields); n > 1 && is(fields[n-1].text) && slices.ContainsFunc(before, func(b func(string) bool) bool { return b(fields[n-2].text) }) {
			fields = fields[:n-1]
		}
	}
	behind(isState, isProcessor)
	behind(isMode, isProcessor, isProcess)
	drop(isProcessor)
	behind(isMode, isProcess)
	e.PID = firstOf(drop(isProcess))
	e.Command = commandOf(left, fields)
}

// what reads the period, the event, its payload, and the only frame.
func (p *Parser) what(e *Event, right string) {
	parts := p.right.FindStringSubmatch(right)
	rest := right
	if parts != nil {
		e.Period, _ = strconv.ParseInt(parts[1], 10, 64) // 0: not known
		e.Name, rest = parts[2], parts[3]
	}
	if e.Name == "metric" || strings.HasPrefix(strings.TrimSpace(right), "PERF_RECORD_") {
		e.Kind = Aside
		return
	}
	p.only(e, rest)
}

// only finds the frame behind an event. A tracepoint's payload may look like one
// without a binary.
func (p *Parser) only(e *Event, rest string) {
	if found := p.inline.FindStringSubmatch(rest); found != nil {
		e.Frame, e.HasFrame = ParseFrame(found[1])
		return
	}
	if found := p.payload.FindStringSubmatch(rest); found != nil && IsTracepoint(e.Name) {
		e.Frame, e.HasFrame = ParseFrame(found[1])
		return
	}
	if f, ok := ParseFrame(strings.TrimSpace(rest)); ok && !IsTracepoint(e.Name) && len(f.Address) >= addressDigits {
		e.Frame, e.HasFrame = f, true
	}
}

// addressDigits is how many digits an address has at least, where a number or a
// word might be one.
const addressDigits = 4

// IsTracepoint reports whether an event's name has two parts, as in
// "sched:sched_switch"; what is behind a colon may also be modifiers.
func IsTracepoint(name string) bool {
	_, part, ok := strings.Cut(name, ":")
	return ok && strings.Trim(part, Modifiers) != ""
}

// Modifiers are the letters behind an event's name that say what of it is counted.
const Modifiers = "ukhGHpPSDIWe"

// Widths that perf script pads numbers to.
const (
	pidWidth    = 7
	periodWidth = 10
)

// guess reads an event without a time and a processor: a command, numbers, and a
// name with a colon, of which only the command must be there.
func (p *Parser) guess(line string) Event {
	fields := fieldsOf(line)
	e := Event{}
	for i, f := range fields {
		name, colon := strings.CutSuffix(f.text, ":")
		if !colon {
			continue
		}
		e.Name = name
		p.only(&e, line[f.end:])
		if e.HasFrame || i == len(fields)-1 || i > 0 && isProcess(fields[i-1].text) || p.tracepoint.MatchString(name) {
			fields = fields[:i]
			break
		}
		e.Name = ""
	}
	if n := len(fields); n > 1 && isNumber(fields[n-1].text) && strings.Contains(fields[n-2].text, "/") && isProcess(fields[n-2].text) ||
		n > 1 && fields[n-1].width() >= periodWidth && isProcess(fields[n-2].text) || n > 0 && e.Name != "" && fields[n-1].width() >= periodWidth && fields[n-1].blanks > pidWidth {
		e.Period, _ = strconv.ParseInt(fields[n-1].text, 10, 64)
		fields = fields[:n-1]
	}
	if n := len(fields); n > 0 && isProcess(fields[n-1].text) {
		e.PID = firstOf(fields[n-1].text)
		fields = fields[:n-1]
	}
	e.Command = commandOf(line, fields)
	if e.HasFrame || p.tracepoint.MatchString(e.Name) {
		e.Kind = Likely
	}
	return e
}

// field is a word of a line, with the blanks before it.
type field struct {
	text        string
	blanks, end int
}

// width is that of the column, which a blank separates from the one before it.
func (f field) width() int { return len(f.text) + f.blanks - 1 }

func fieldsOf(line string) (fields []field) {
	at := 0
	for at < len(line) {
		begin := at
		for begin < len(line) && isBlank(line[begin]) {
			begin++
		}
		end := begin
		for end < len(line) && !isBlank(line[end]) {
			end++
		}
		if end > begin {
			fields = append(fields, field{line[begin:end], begin - at, end})
		}
		at = end
	}
	return fields
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// commandOf is the line up to the last of fields.
func commandOf(line string, fields []field) string {
	if len(fields) == 0 {
		return ""
	}
	return strings.TrimSpace(line[:fields[len(fields)-1].end])
}

func isProcessor(text string) bool {
	return len(text) > 2 && text[0] == '[' && text[len(text)-1] == ']' && isNumber(text[1:len(text)-1])
}

// isProcess knows a process, or one with its thread: "101/103".
func isProcess(text string) bool {
	process, thread, both := strings.Cut(text, "/")
	return isNumber(strings.TrimPrefix(process, "-")) && (!both || isNumber(strings.TrimPrefix(thread, "-")))
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// isState knows what ftrace writes behind the processor: interrupts off, a
// rescheduling that is needed, and so on, as in "d..2.".
func isState(text string) bool {
	return len(text) >= 4 && len(text) <= 6 && strings.Contains(text, ".") && strings.Trim(text, "dDbBnNLplhHsSzZX#.0123456789") == ""
}

// isMode knows what -F +misc writes: user, kernel, and so on.
func isMode(text string) bool { return strings.Trim(text, "KUHGgMESpC") == "" && len(text) <= 4 }

func firstOf(process string) string {
	first, _, _ := strings.Cut(process, "/")
	return first
}
