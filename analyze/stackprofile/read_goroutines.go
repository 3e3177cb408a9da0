package stackprofile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func isGoroutineDump(head []byte) bool {
	return looksLikeText(head) && goroutineLine().Match(head)
}

// readGoroutines is the dump as a profile.
func readGoroutines(data []byte, limits Limits) (*Profile, error) {
	dump, err := parseGoroutines(data, limits)
	if err != nil {
		return nil, err
	}
	return dump.Profile()
}

// ReadGoroutines reads what /debug/pprof/goroutine?debug=2 answers, and what a
// program prints that crashes or is sent SIGQUIT; text around it is left out.
// The error says in a sentence why r holds no goroutine, and calls the input "it".
func ReadGoroutines(r io.Reader, limits Limits) (*GoroutineDump, error) {
	limits = limits.orDefault()
	data, err := readAll(r, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	return parseGoroutines(data, limits)
}

// goroutineLine matches "goroutine 7 [chan receive, 5 minutes]:"; a crash with
// GOTRACEBACK=system has addresses before the bracket.
func goroutineLine() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^goroutine (\d+) (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[(.*)\]:\r?$`)
}

// elidedFrame stands for the middle of a very deep stack, which the runtime
// leaves out.
const elidedFrame = "[frames elided]"

// goroutineReader reads a dump line by line.
type goroutineReader struct {
	dump   GoroutineDump
	bad    badLines
	limits Limits
	header *regexp.Regexp
	open   bool
	now    Goroutine // stack: leaf first while it is read
	frames int
	// created says that the line after this one is where the goroutine was
	// created; call that it is where the last frame is.
	created, call bool
}

func parseGoroutines(data []byte, limits Limits) (*GoroutineDump, error) {
	r := goroutineReader{limits: limits, header: goroutineLine()}
	for n, line := range lines(data) {
		if err := r.line(n, line); err != nil {
			return nil, err
		}
	}
	r.end()
	if len(r.dump.Goroutines) == 0 {
		return nil, errors.New("it contains no goroutine; use the answer of /debug/pprof/goroutine?debug=2 (the answer of debug=1 is a profile)")
	}
	r.dump.Notes = append(r.dump.Notes, r.bad.notes()...)
	return &r.dump, nil
}

func (r *goroutineReader) line(n int, line []byte) error {
	if bytes.HasPrefix(line, []byte("goroutine ")) {
		if parts := r.header.FindSubmatch(line); parts != nil {
			r.end()
			return r.begin(string(parts[1]), string(parts[2]))
		}
	}
	switch text := string(bytes.TrimSpace(line)); {
	case text == "":
		r.end()
	case !r.open: // what a crash prints before and after
	case strings.HasPrefix(text, "goroutine running on other thread"), strings.HasPrefix(text, "[originating from goroutine"):
		r.created, r.call = false, false
	case line[0] == '\t':
		r.place(n, text)
	case strings.HasPrefix(text, "created by "):
		r.creator(strings.TrimPrefix(text, "created by "))
	case strings.Contains(text, "frames elided..."):
		r.now.Elided = true
		r.frame(Frame{Function: elidedFrame, Made: true}, "")
	default:
		return r.function(n, text)
	}
	return nil
}

func (r *goroutineReader) begin(id, head string) error {
	r.open, r.now, r.created, r.call = true, Goroutine{}, false, false
	head, labels, marked := strings.Cut(head, " labels:{")
	if marked {
		r.now.Labels = dumpLabels(strings.TrimSuffix(labels, "}"))
	}
	parts := strings.Split(head, ", ")
	r.now.State = strings.TrimSuffix(parts[0], " (scan)") // the collector's business
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
	var err error
	if r.now.ID, err = strconv.ParseInt(id, 10, 64); err != nil {
		return fmt.Errorf("a goroutine has the number %s, which does not fit in 63 bits", id)
	}
	return nil
}

// dumpLabels reads `"route": "/draw", "tier": "gold"`.
func dumpLabels(text string) (labels []Label) {
	for text != "" {
		key, rest, ok := cutQuoted(text)
		if !ok || !strings.HasPrefix(rest, ": ") {
			break
		}
		value, rest, ok := cutQuoted(rest[2:])
		if !ok {
			break
		}
		labels = append(labels, Label{Key: key, Text: value})
		text = strings.TrimPrefix(rest, ", ")
	}
	return labels
}

func cutQuoted(text string) (value, rest string, ok bool) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", false
	}
	value, err = strconv.Unquote(quoted)
	return value, text[len(quoted):], err == nil
}

// function reads a call: "main.(*T).serve(0xc000, {0x1, 0x2})". The runtime
// does not know the arguments of an inlined call and writes "(...)".
func (r *goroutineReader) function(n int, text string) error {
	open := strings.LastIndexByte(text, '(')
	if open <= 0 || !strings.HasSuffix(text, ")") {
		r.bad.add(n, NoCall, []byte(text))
		return nil
	}
	if r.frames++; r.frames > r.limits.MaxFrames {
		return fmt.Errorf("its stacks have more than %d frames in total", r.limits.MaxFrames)
	}
	r.frame(Frame{Function: text[:open], Inlined: text[open:] == "(...)"}, strings.TrimSuffix(text[open+1:len(text)-1], "..."))
	r.call, r.created = true, false
	return nil
}

// frame adds a frame to the stack at hand.
func (r *goroutineReader) frame(f Frame, args string) {
	r.now.Stack, r.now.Args = append(r.now.Stack, f), append(r.now.Args, args)
}

// creator reads "main.main in goroutine 1".
func (r *goroutineReader) creator(text string) {
	name, id, _ := strings.Cut(text, " in goroutine ")
	r.now.CreatedBy = Frame{Function: name}
	r.now.Creator, _ = strconv.ParseInt(id, 10, 64) // older versions of Go do not tell
	r.created, r.call = true, false
}

// place reads "/src/main.go:12 +0x1d" below a call.
func (r *goroutineReader) place(n int, text string) {
	text, _, _ = strings.Cut(text, " ")
	colon := strings.LastIndexByte(text, ':')
	line, err := strconv.Atoi(text[colon+1:])
	if colon <= 0 || err != nil || line < 0 || !r.created && !r.call {
		r.bad.add(n, NoPlace, []byte(text))
		return
	}
	f := &r.now.CreatedBy
	if r.call {
		f = &r.now.Stack[len(r.now.Stack)-1]
	}
	f.File, f.Line = text[:colon], line
	r.created, r.call = false, false
}

// end files the goroutine at hand. Its first frame cannot have been inlined:
// its arguments are missing because there is none.
func (r *goroutineReader) end() {
	if !r.open {
		return
	}
	r.open = false
	slices.Reverse(r.now.Stack)
	slices.Reverse(r.now.Args)
	if len(r.now.Stack) > 0 {
		r.now.Stack[0].Inlined = false
	}
	r.dump.Goroutines = append(r.dump.Goroutines, r.now)
}
