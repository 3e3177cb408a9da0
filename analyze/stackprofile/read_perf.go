package stackprofile

import (
	"bytes"
	"path"
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
	line     int    // of the event
	text     []byte // of the event
	below    bool   // a frame is below the event
	stack    []FrameID
	samples  []perfSample
}

func isPerfScript(data []byte) bool { return perfline.IsScript(headOf(data)) }

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
		typeEvents(r.p, r.samples)
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
	indented := line[0] == ' ' || line[0] == '\t'
	if indented && !r.parser.MayBe(line) && (!r.open || perfline.IsLone(line)) {
		if _, ok := perfline.ParseFrame(string(trimmed)); ok { // a stack without an event
			if err := r.end(); err != nil {
				return err
			}
			r.begin(n, line, perfline.Event{Kind: perfline.Sure})
		}
	}
	inStack := r.open && indented
	if inStack && !r.parser.MayBe(line) && r.takeBelow(trimmed) {
		return nil
	}
	event, ok := r.parser.Event(string(line))
	if inStack && (!ok || event.Kind == perfline.Guess) && r.takeBelow(trimmed) {
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
	r.begin(n, line, event)
	return nil
}

func (r *perfReader) begin(n int, line []byte, event perfline.Event) {
	r.open, r.event, r.line, r.text, r.stack, r.below = true, event, n, line, r.stack[:0], false
	if event.HasFrame { // it was recorded without call graphs
		r.stack = append(r.stack, r.frames.id(frameOfPerf(event.Frame)))
	}
}

// takeBelow takes a line of a stack. With one below it, what looked like a frame
// on the event's line is the address of its data (-F +addr).
func (r *perfReader) takeBelow(line []byte) bool {
	if frame, ok := perfline.ParseFrame(string(line)); ok {
		if !r.below {
			r.stack, r.below = r.stack[:0], true
		}
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
// "server.c:120", or of unknown places "library[address]".
func (r *perfReader) sourceLine(line []byte) bool {
	if bytes.IndexByte(line, '[') >= 0 && line[len(line)-1] == ']' && bytes.IndexByte(line, ' ') < 0 {
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
