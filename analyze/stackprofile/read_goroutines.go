package stackprofile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/packed"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/plaintext"
)

// isGoroutineDump looks for the head of a goroutine, wherever it is: a log may
// hold much else before it.
func isGoroutineDump(data []byte) bool {
	header := goroutineLine()
	for rest := data; ; {
		at := bytes.Index(rest, []byte("goroutine "))
		if at < 0 {
			return false
		}
		line, _, _ := bytes.Cut(rest[at:], []byte("\n"))
		if header.Match(line) || escapedHeader().Match(line) {
			return true
		}
		rest = rest[at+len("goroutine "):]
	}
}

// readGoroutines is the last dump as a profile.
func readGoroutines(data []byte, limits Limits) (*Profile, error) {
	dumps, err := parseGoroutines(data, limits)
	if err != nil {
		return nil, err
	}
	return lastDump(dumps).Profile()
}

// ReadGoroutines reads what /debug/pprof/goroutine?debug=2 answers, and what a
// program prints that crashes or is sent SIGQUIT; text around it is left out. A
// collector of logs may have stored it: with something in front of each line, in
// JSON objects, or with its line ends escaped. Of several dumps of one process it
// is the last, and a note says so.
// The error says in a sentence why r holds no goroutine, and calls the input "it".
func ReadGoroutines(r io.Reader, limits Limits) (*GoroutineDump, error) {
	dumps, err := ReadGoroutineDumps(r, limits)
	if err != nil {
		return nil, err
	}
	return lastDump(dumps), nil
}

// ReadGoroutineDumps reads all dumps that r holds, in its order: there is at
// least one. Dumps of several processes, as they can be known from what is in
// front of their lines, are an error. It is otherwise as [ReadGoroutines].
func ReadGoroutineDumps(r io.Reader, limits Limits) ([]*GoroutineDump, error) {
	limits = limits.orDefault()
	data, err := packed.ReadAll(r, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, errEmpty
	}
	return parseGoroutines(plaintext.Decode(data), limits)
}

// lastDump is the last of several, with a note that there are others.
func lastDump(dumps []*GoroutineDump) *GoroutineDump {
	last := *dumps[len(dumps)-1]
	if len(dumps) > 1 {
		last.Notes = append([]Note{{Code: SeveralDumps, Count: len(dumps)}}, last.Notes...)
	}
	return &last
}

// goroutineLine matches "goroutine 7 [chan receive, 5 minutes]:" at the end of a
// line; a crash with GOTRACEBACK=system has addresses before the bracket.
func goroutineLine() *regexp.Regexp {
	return regexp.MustCompile(`goroutine (\d+) (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[(.*)\]:[ \t\r]*$`)
}

// escapedHeader matches the same where line ends are written as two characters,
// as rsyslog writes them, or within quotes.
func escapedHeader() *regexp.Regexp {
	return regexp.MustCompile(`goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\n]*?\]:(?:(?:\\r)?\\n|(?:#015)?#012|\r?\n|"|$)`)
}

// dumpSource is a process whose dumps are in a text, known by what is in front of
// its lines.
type dumpSource struct {
	text   string
	prefix *plaintext.Prefix
	reader *goroutineReader
	// plain says that only the heads of goroutines have the prefix, checked that
	// the line after the first head has told.
	plain, checked bool
}

// mostSources ends the search for processes: two are an error already.
const mostSources = 16

func parseGoroutines(data []byte, limits Limits) ([]*GoroutineDump, error) {
	var sources []*dumpSource
	now := &dumpSource{prefix: plaintext.NewPrefix(""), reader: newGoroutineReader(limits), plain: true, checked: true}
	header := goroutineLine()
	for n, line := range plaintext.Lines(data, escapedHeader()) {
		at := header.FindSubmatchIndex(line)
		if at == nil {
			var err error
			if now, err = continueDump(now, sources, n, line); err != nil {
				return nil, err
			}
			continue
		}
		front := line[:at[0]]
		if !now.takes(front) {
			if now = sourceOf(sources, front); now == nil {
				now = newDumpSource(front, limits)
				if sources = append(sources, now); len(sources) == mostSources {
					return finishDumps(sources)
				}
			}
		}
		if err := now.reader.begin(string(line[at[2]:at[3]]), string(line[at[4]:at[5]])); err != nil {
			return nil, err
		}
	}
	return finishDumps(sources)
}

// continueDump hands a line that is no head to the process that wrote it, which
// it returns: the one at hand, or another whose prefix the line has.
func continueDump(now *dumpSource, sources []*dumpSource, n int, line []byte) (*dumpSource, error) {
	rest, ok := now.prefix.Cut(line)
	for i := 0; !ok && i < len(sources); i++ {
		if rest, ok = sources[i].prefix.Cut(line); ok {
			now = sources[i]
		}
	}
	if !now.checked {
		now.plain, now.checked = !ok, true
	}
	switch {
	case ok:
	case now.plain || len(bytes.TrimSpace(line)) == 0:
		rest = line
	default:
		now.reader.foreign(n, line)
		return now, nil
	}
	return now, now.reader.line(n, rest)
}

// takes reports whether a head with nothing in front is of the process at hand,
// where only the first line of a dump had something.
func (s *dumpSource) takes(front []byte) bool {
	return len(s.reader.dumps) > 0 && s.plain && len(bytes.TrimSpace(front)) == 0
}

func sourceOf(sources []*dumpSource, front []byte) *dumpSource {
	for _, s := range sources {
		if s.prefix.Is(front) {
			return s
		}
	}
	return nil
}

func newDumpSource(front []byte, limits Limits) *dumpSource {
	s := &dumpSource{text: string(bytes.TrimSpace(front)), reader: newGoroutineReader(limits)}
	if s.text == "" {
		front, s.plain, s.checked = nil, true, true
	}
	s.prefix = plaintext.NewPrefix(string(front))
	return s
}

func finishDumps(sources []*dumpSource) ([]*GoroutineDump, error) {
	switch len(sources) {
	case 0:
		return nil, errors.New("it contains no goroutine; use the answer of /debug/pprof/goroutine?debug=2 (the answer of debug=1 is a profile)")
	case 1:
		return sources[0].reader.finish(), nil
	}
	return nil, fmt.Errorf("it contains goroutine dumps of %d processes, whose lines begin with %s and %s; write each into a file of its own",
		len(sources), excerpt([]byte(sources[0].text)), excerpt([]byte(sources[1].text)))
}
