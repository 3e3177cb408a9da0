package stackprofile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/plaintext"
)

// elidedFrame stands for the middle of a very deep stack, which the runtime
// leaves out.
const elidedFrame = "[frames elided]"

// goroutineReader reads the dumps of one process, line by line.
type goroutineReader struct {
	limits Limits
	call   *regexp.Regexp
	place  *regexp.Regexp
	dumps  []*GoroutineDump
	bad    badLines
	ids    map[int64]int // in the dump at hand, with the place in its goroutines
	frames int

	open bool
	now  Goroutine // stack: leaf first while it is read
	// where is what the next line is the place of.
	where whose
	// ancestors says that what follows is about the goroutines that led to this one.
	ancestors bool
	// maybe is a line that is a function if a place follows: C has no parentheses.
	maybe     string
	maybeLine int
	// crashed says that a crash begins, and the next goroutine with it a dump;
	// threads that what follows is the dump once more, thread by thread.
	crashed, threads bool
}

type whose int

const (
	nobodys whose = iota
	frames
	creators
)

func newGoroutineReader(limits Limits) *goroutineReader {
	return &goroutineReader{
		limits: limits,
		// A name has no blank, except within the brackets of its type arguments.
		call:  regexp.MustCompile(`^([^\s\[(]+.*)(\([^()]*\))$`),
		place: regexp.MustCompile(`^(?:(.+):([0-9]+))?(?: ?\+0x[0-9a-f]+)?((?: ?(?:fp|sp|pc)=0x[0-9a-f]+)*)$`),
	}
}

// begin starts a goroutine.
func (r *goroutineReader) begin(id, head string) error {
	r.end()
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return fmt.Errorf("a goroutine has the number %s, which does not fit in 63 bits", id)
	}
	if _, again := r.ids[number]; len(r.dumps) == 0 || r.crashed || again && !r.threads {
		r.closeDump()
		r.dumps = append(r.dumps, &GoroutineDump{})
		r.ids = map[int64]int{}
	}
	r.open, r.now, r.where, r.ancestors, r.crashed = true, Goroutine{ID: number}, nobodys, false, false
	head, labels, marked := strings.Cut(head, " labels:{")
	if marked {
		for _, l := range plaintext.Labels(strings.TrimSuffix(labels, "}")) {
			r.now.Labels = append(r.now.Labels, Label{Key: l.Key, Text: l.Value})
		}
	}
	parts := strings.Split(head, ", ")
	r.now.State = strings.ReplaceAll(parts[0], " (scan)", "") // the collector's business
	for _, part := range parts[1:] {
		if part == "locked to thread" {
			r.now.Locked = true
		}
		if minutes, ok := strings.CutSuffix(part, " minutes"); ok {
			n, err := strconv.ParseInt(minutes, 10, 64)
			if err == nil && n < int64(1<<63-1)/int64(time.Minute) {
				r.now.Wait = time.Duration(max(n, 0)) * time.Minute
			}
		}
	}
	return nil
}

// line takes a line that is no head of a goroutine.
func (r *goroutineReader) line(n int, line []byte) error {
	text := strings.TrimSpace(string(line))
	switch {
	case text == "":
		r.end()
	case !r.open:
		r.between(text)
	case strings.HasPrefix(text, "[originating from goroutine"):
		r.ancestors = true
	case r.ancestors:
	case strings.HasPrefix(text, "goroutine running on other thread"):
		r.where = nobodys
	case r.takesPlace(text):
	case strings.HasPrefix(text, "created by "):
		r.creator(strings.TrimPrefix(text, "created by "))
	case strings.HasSuffix(text, "frames elided..."):
		r.now.Elided = true
		r.frame(Frame{Function: elidedFrame, Made: true}, "")
	default:
		return r.function(n, line, text)
	}
	return nil
}

// foreign takes a line that another program has written in between.
func (r *goroutineReader) foreign(n int, line []byte) {
	if r.open {
		r.bad.add(n, NotTheDumps, line)
	}
}

// between looks at a line outside of goroutines, as a crash prints them.
func (r *goroutineReader) between(text string) {
	switch {
	case text == "-----":
		r.threads = true
	case strings.HasPrefix(text, "panic: "), strings.HasPrefix(text, "fatal error: "), strings.HasPrefix(text, "SIGQUIT: quit") && !r.threads:
		r.crashed, r.threads = true, false
	}
}

// function reads a call: "main.(*T).serve(0xc000, {0x1, 0x2})". The runtime
// does not know the arguments of an inlined call and writes "(...)".
func (r *goroutineReader) function(n int, line []byte, text string) error {
	r.dropMaybe()
	parts := r.call.FindStringSubmatch(text)
	name, _, _ := strings.Cut(text, "[")
	switch {
	case parts == nil || strings.Contains(strings.TrimSuffix(name, parts[2]), " "):
		if line[0] == '\t' {
			r.bad.add(n, NoPlace, []byte(text))
			return nil
		}
		r.maybe, r.maybeLine = text, n
		return nil
	}
	args := strings.TrimSuffix(parts[2][1:len(parts[2])-1], "...")
	return r.push(Frame{Function: parts[1], Inlined: parts[2] == "(...)"}, args)
}

// frame adds a frame to the stack at hand.
func (r *goroutineReader) frame(f Frame, args string) {
	r.now.Stack, r.now.Args = append(r.now.Stack, f), append(r.now.Args, args)
}

func (r *goroutineReader) push(f Frame, args string) error {
	if r.frames++; r.frames > r.limits.MaxFrames {
		return fmt.Errorf("its stacks have more than %d frames in total", r.limits.MaxFrames)
	}
	r.frame(f, args)
	r.where = frames
	return nil
}

// creator reads "main.main in goroutine 1".
func (r *goroutineReader) creator(text string) {
	r.dropMaybe()
	name, id, _ := strings.Cut(text, " in goroutine ")
	r.now.CreatedBy = Frame{Function: name}
	r.now.Creator, _ = strconv.ParseInt(id, 10, 64) // older versions of Go do not tell
	r.where = creators
}

// takesPlace reads "/src/main.go:12 +0x1d" below a call, or of C code
// "/src/a.c:7 pc=0x4f2" or the address alone.
func (r *goroutineReader) takesPlace(text string) bool {
	parts := r.place.FindStringSubmatch(text)
	if parts == nil || parts[1] == "" && parts[3] == "" {
		return false
	}
	line, err := strconv.Atoi(parts[2])
	if parts[2] != "" && err != nil {
		return false
	}
	if r.maybe != "" && strings.HasPrefix(parts[3], " pc=") || r.maybe != "" && strings.HasPrefix(parts[3], "pc=") {
		name := r.maybe
		r.maybe = ""
		if r.push(Frame{Function: name}, "") != nil {
			return false // the next call says so
		}
	}
	switch r.where {
	case nobodys:
		return false
	case creators:
		r.now.CreatedBy.File, r.now.CreatedBy.Line = parts[1], line
	case frames:
		f := &r.now.Stack[len(r.now.Stack)-1]
		f.File, f.Line = parts[1], line
	}
	r.where = nobodys
	return true
}

// dropMaybe notes that the line before was no function.
func (r *goroutineReader) dropMaybe() {
	if r.maybe != "" {
		r.bad.add(r.maybeLine, NoCall, []byte(r.maybe))
	}
	r.maybe = ""
}

// end files the goroutine at hand. Its first frame cannot have been inlined:
// its arguments are missing because there is none.
func (r *goroutineReader) end() {
	if !r.open {
		return
	}
	r.dropMaybe()
	r.open = false
	slices.Reverse(r.now.Stack)
	slices.Reverse(r.now.Args)
	if len(r.now.Stack) > 0 {
		r.now.Stack[0].Inlined = false
	}
	dump := r.dumps[len(r.dumps)-1]
	at, again := r.ids[r.now.ID]
	switch {
	case !again:
		r.ids[r.now.ID] = len(dump.Goroutines)
		dump.Goroutines = append(dump.Goroutines, r.now)
	case len(dump.Goroutines[at].Stack) == 0: // it was running on a thread that prints itself now
		dump.Goroutines[at] = r.now
	}
}

// closeDump gives the dump at hand its notes.
func (r *goroutineReader) closeDump() {
	if len(r.dumps) > 0 {
		dump := r.dumps[len(r.dumps)-1]
		dump.Notes = append(dump.Notes, r.bad.notes()...)
	}
	r.bad = badLines{}
}

func (r *goroutineReader) finish() []*GoroutineDump {
	r.end()
	r.closeDump()
	return r.dumps
}
