package stackprofile

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/perfline"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/symbol"
)

// perfReader reads the output of perf script: for each event a line with the
// command, the process and the event's name, then its stack, the leaf first,
// and an empty line.
type perfReader struct {
	*textProfile
	parser *perfline.Parser
	// commands are the root frames, by the event's command.
	commands map[string]FrameID
	open     bool // an event's stack is being read
	event    perfline.Event
	line     int
	text     []byte // of the event
	stack    []FrameID
	samples  []perfSample
}

// perfSample is what a sample is worth.
type perfSample struct {
	event  string
	period int64 // 0: the line had none
}

// isPerfScript looks for an event that is sure, or for one with a stack.
func isPerfScript(data []byte) bool {
	parser := perfline.NewParser()
	frame := regexp.MustCompile(`^\s+[0-9a-f]*[0-9][0-9a-f]*(\s|$)`)
	before := perfline.Event{Kind: perfline.Aside}
	for _, line := range lines(headOf(data)) {
		if before.Kind != perfline.Aside && frame.Match(line) && (before.Kind == perfline.Sure || len(bytes.Fields(line)[0]) >= 4) {
			return true
		}
		if isAlone(before) || before.Kind == perfline.Sure && before.PID != "" && before.Name != "" && len(bytes.TrimSpace(line)) == 0 {
			return true
		}
		before = perfline.Event{Kind: perfline.Aside}
		if e, ok := parser.Event(string(line)); ok && !bytes.HasPrefix(line, []byte("#")) {
			if before = e; e.Kind == perfline.Sure && e.PID != "" && e.Name != "" && strings.Contains(e.Name, ":") {
				return true // a tracepoint, whose lines may follow each other without stacks
			}
		}
	}
	return isAlone(before)
}

// isAlone says of an event without a stack below whether it can be nothing else.
func isAlone(e perfline.Event) bool {
	return e.HasFrame && e.Frame.Mapped != "" && e.PID != "" && (e.Kind == perfline.Sure || e.Kind == perfline.Likely)
}

func readPerf(data []byte, limits Limits) (*Profile, error) {
	r := &perfReader{
		textProfile: newTextProfile(limits, ValueType{Name: "samples", Unit: "count"}),
		parser:      perfline.NewParser(), commands: map[string]FrameID{},
	}
	for n, line := range lines(data) {
		if err := r.take(n, line); err != nil {
			return nil, err
		}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(r.p.ends) > 0 {
		r.typeEvents()
	}
	return r.finish()
}

func (r *perfReader) take(n int, line []byte) error {
	trimmed := bytes.TrimSpace(line)
	switch {
	case len(trimmed) == 0:
		return r.end()
	case trimmed[0] == '#':
		return nil
	}
	inStack := r.open && (line[0] == ' ' || line[0] == '\t')
	if inStack && !r.parser.MayBe(line) && r.below(trimmed) {
		return nil
	}
	event, ok := r.parser.Event(string(line))
	if inStack && (!ok || event.Kind == perfline.Guess) && r.below(trimmed) {
		return nil
	}
	switch {
	case !ok, event.Kind == perfline.Guess && r.open:
		r.bad.add(n, NoEvent, line)
		return nil
	case event.Kind == perfline.Aside:
		return nil
	}
	if err := r.end(); err != nil {
		return err
	}
	r.open, r.event, r.line, r.text, r.stack = true, event, n, line, r.stack[:0]
	if event.HasFrame { // it was recorded without call graphs
		r.stack = append(r.stack, r.frames.id(frameOfPerf(event.Frame)))
	}
	return nil
}

// below takes a line of a stack.
func (r *perfReader) below(line []byte) bool {
	if frame, ok := perfline.ParseFrame(string(line)); ok {
		r.stack = append(r.stack, r.frames.id(frameOfPerf(frame)))
		return true
	}
	return r.sourceLine(line) || isRegisters(line)
}

// isRegisters knows what -F adds below a stack: registers and branches.
func isRegisters(line []byte) bool {
	return bytes.HasPrefix(line, []byte("ABI:")) || bytes.HasPrefix(line, []byte("0x")) && bytes.IndexByte(line, '/') > 0
}

// end adds the event at hand. A guess without a stack was none.
func (r *perfReader) end() error {
	if !r.open {
		return nil
	}
	r.open = false
	if r.event.Kind == perfline.Guess && len(r.stack) == 0 {
		r.bad.add(r.line, NoEvent, r.text)
		return nil
	}
	if r.event.Command != "" {
		root, ok := r.commands[r.event.Command]
		if !ok {
			root = r.frames.id(Frame{Function: r.event.Command, Made: true})
			r.commands[r.event.Command] = root
		}
		r.stack = append(r.stack, root)
	}
	slices.Reverse(r.stack)
	r.samples = append(r.samples, perfSample{r.event.Name, r.event.Period})
	var labels []Label
	for _, l := range []Label{{Key: "event", Text: r.event.Name}, {Key: "pid", Text: r.event.PID}} {
		if l.Text != "" {
			labels = append(labels, l)
		}
	}
	return r.add(r.stack, labels, 1)
}

// frameOfPerf is a frame with the name that people know.
func frameOfPerf(f perfline.Frame) Frame {
	frame := Frame{Function: symbol.Demangled(f.Function), Mapped: f.Mapped, Inlined: f.Inlined}
	switch {
	case f.Function != "":
	case f.Mapped != "":
		frame.Function = "[" + strings.Trim(path.Base(f.Mapped), "[]") + "]"
	default:
		frame.Function = "[unknown]"
	}
	return frame
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
