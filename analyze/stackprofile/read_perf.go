package stackprofile

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// perfReader reads the output of perf script: for each event a line with the
// command, the process and the event's name, then its stack, the leaf first,
// and an empty line.
type perfReader struct {
	*textProfile
	header *regexp.Regexp
	// commands are the root frames, by the event's command.
	commands map[string]FrameID
	open     bool // an event's stack is being read
	event    perfEvent
	stack    []FrameID // leaf first
	periods  []int64   // of each sample; 0: the line had none
	events   map[string]bool
}

type perfEvent struct {
	command, pid, name string
	period             int64
}

// isPerfScript looks for an event with a stack, since an event alone could be a
// folded stack.
func isPerfScript(head []byte) bool {
	if !looksLikeText(head) {
		return false
	}
	event := regexp.MustCompile(`(?m)^\S.*\s-?\d+(/-?\d+)?\s.*\d+\.\d+:.*:\s*(#.*)?\r?\n\s+[0-9a-f]+ `)
	single := regexp.MustCompile(`(?m)^\s*\S.*\s-?\d+(/-?\d+)?\s.*\d+\.\d+:.*:\s+[0-9a-f]+ .*\(.*\)\r?$`)
	return event.Match(head) || single.Match(head)
}

func readPerf(data []byte, limits Limits) (*Profile, error) {
	r := &perfReader{
		textProfile: newTextProfile(limits, ValueType{"samples", "count"}),
		// command, process/thread, [processor], time, period, event, the rest
		header:   regexp.MustCompile(`^\s*(\S.*?)\s+(-?\d+)(?:/-?\d+)?\s+(?:\[\d+\]\s+)?(?:\S+\s+)?\d+\.\d+:\s+(?:(\d+)\s+)?(\S+?):(?:\s+(.*))?$`),
		commands: map[string]FrameID{}, events: map[string]bool{},
	}
	for n, line := range lines(data) {
		if err := r.line(n, line); err != nil {
			return nil, err
		}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	r.addPeriods()
	return r.finish()
}

func (r *perfReader) line(n int, line []byte) error {
	trimmed := bytes.TrimSpace(line)
	switch {
	case len(trimmed) == 0:
		return r.end()
	case trimmed[0] == '#':
		return nil
	}
	indented := line[0] == ' ' || line[0] == '\t'
	if r.open && indented {
		if frame, ok := perfFrame(trimmed); ok {
			r.stack = append(r.stack, r.frames.id(frame))
			return nil
		}
		if r.sourceLine(trimmed) {
			return nil
		}
	}
	parts := r.header.FindSubmatch(line)
	if parts == nil {
		r.bad.add(n, NoEvent, line)
		return nil
	}
	if err := r.end(); err != nil {
		return err
	}
	r.begin(parts)
	return nil
}

// begin starts an event. One that was recorded without call graphs has its only
// frame on the same line.
func (r *perfReader) begin(parts [][]byte) {
	period, _ := strconv.ParseInt(string(parts[3]), 10, 64) // 0: not known
	r.event = perfEvent{command: string(parts[1]), pid: string(parts[2]), name: perfEventName(string(parts[4])), period: period}
	r.open, r.stack = true, r.stack[:0]
	if frame, ok := perfFrame(bytes.TrimSpace(parts[5])); ok {
		r.stack = append(r.stack, r.frames.id(frame))
	}
}

// end adds the event at hand.
func (r *perfReader) end() error {
	if !r.open {
		return nil
	}
	r.open = false
	root, ok := r.commands[r.event.command]
	if !ok {
		root = r.frames.id(Frame{Function: r.event.command, Made: true})
		r.commands[r.event.command] = root
	}
	r.stack = append(r.stack, root)
	slices.Reverse(r.stack)
	r.periods = append(r.periods, r.event.period)
	r.events[r.event.name] = true
	labels := []Label{{Key: "event", Text: r.event.name}, {Key: "pid", Text: r.event.pid}}
	return r.add(r.stack, labels, 1)
}

// addPeriods makes the periods a second type, if every sample has one and all
// count the same.
func (r *perfReader) addPeriods() {
	if len(r.events) != 1 || slices.Contains(r.periods, 0) {
		return
	}
	t := ValueType{Unit: "count"}
	for name := range r.events {
		t.Name = name
	}
	if strings.HasPrefix(t.Name, "cpu-clock") || strings.HasPrefix(t.Name, "task-clock") {
		t.Unit = "nanoseconds"
	}
	values := make([]int64, 0, 2*len(r.periods))
	for i, period := range r.periods {
		values = append(values, r.p.values[i], period)
	}
	r.p.Types, r.p.values = append(r.p.Types, t), values
}

// perfFrame reads "55d0c8 main.work+0x1f (/usr/bin/service)".
func perfFrame(line []byte) (Frame, bool) {
	address, rest, ok := bytes.Cut(line, []byte(" "))
	if _, err := strconv.ParseUint(string(address), 16, 64); !ok || err != nil || !bytes.HasSuffix(rest, []byte(")")) {
		return Frame{}, false
	}
	text := string(rest)
	open := strings.LastIndex(strings.TrimSuffix(text, " (deleted))"), " (")
	if open < 0 {
		return Frame{}, false
	}
	mapped := text[open+2 : len(text)-1]
	f := Frame{Function: strings.TrimSpace(text[:open]), Mapped: strings.TrimSuffix(mapped, " (deleted)")}
	if mapped == "inlined" {
		f.Inlined, f.Mapped = true, ""
	}
	if f.Mapped == "[unknown]" {
		f.Mapped = ""
	}
	if plus := strings.LastIndex(f.Function, "+0x"); plus > 0 {
		f.Function = f.Function[:plus]
	}
	if f.Function == "" || f.Function == "[unknown]" {
		f.Function = perfNameless(f.Mapped)
	}
	return f, true
}

func perfNameless(mapped string) string {
	if mapped == "" {
		return "[unknown]"
	}
	return "[" + strings.Trim(path.Base(mapped), "[]") + "]"
}

// sourceLine takes what perf script -F +srcline writes below a frame:
// "server.c:120", or of unknown places "[library][address]".
func (r *perfReader) sourceLine(line []byte) bool {
	if line[0] == '[' && line[len(line)-1] == ']' {
		return true
	}
	file, number, ok := strings.Cut(string(line), ":")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || len(r.stack) == 0 || strings.ContainsAny(file, " \t") {
		return false
	}
	last := len(r.stack) - 1
	f := r.frames.list[r.stack[last]]
	f.File, f.Line = file, n
	r.stack[last] = r.frames.id(f)
	return true
}

// perfEventName is the event without its modifiers: cycles of "cycles:ppp".
func perfEventName(name string) string {
	if base, modifiers, ok := strings.Cut(name, ":"); ok && strings.Trim(modifiers, "ukhGHpPSDIWe") == "" {
		return base
	}
	return name
}
