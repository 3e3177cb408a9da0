package stackprofile

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/decimal"
)

// inlinedMark is what some writers of folded stacks put behind the name of an
// inlined function.
const inlinedMark = "_[i]"

// foldedReader reads lines such as "main;serve;json.Marshal 12": the frames, root
// first, and a value after the last blank. Names may hold blanks. With two values
// they are those of two sides.
type foldedReader struct {
	*textProfile
	columns int // values of a line: 1 or 2
	places  int // decimals that are kept
	byName  map[string]FrameID
	stack   []FrameID
	rounded int
}

func readFolded(data []byte, limits Limits) (*Profile, error) {
	r := &foldedReader{byName: map[string]FrameID{}}
	lines1, lines2, places, size := foldedShape(data)
	r.columns, r.places = 1, keptPlaces(places, size)
	types := []ValueType{{Name: "samples", Unit: "count"}}
	if lines2 > lines1 {
		r.columns = 2
		types = []ValueType{{Name: beforeType, Unit: "count"}, {Name: afterType, Unit: "count"}, {Name: differenceType, Unit: "count"}}
	}
	for i := range types {
		types[i].Scale = int64(math.Pow10(r.places))
		if r.places == 0 {
			types[i].Scale = 0
		}
	}
	r.textProfile = newTextProfile(limits, types...)
	for n, line := range lines(data) {
		if isFoldedComment(line) {
			continue
		}
		if err := r.line(n, line); err != nil {
			return nil, err
		}
	}
	return r.done()
}

// foldedShape counts the lines that end with one value and with two, and the most
// decimals. Only the first of two that are seen can be a part of a name: "thread 7 12".
func foldedShape(data []byte) (one, two, places int, size float64) {
	for _, line := range lines(data) {
		if isFoldedComment(line) {
			continue
		}
		names, value, reason := cutFolded(line)
		if reason != "" {
			continue
		}
		places, size = max(places, value.Places()), size+value.Size()
		if _, first, reason := cutFolded(names); reason == "" {
			two++
			places = max(places, first.Places())
			size += first.Size()
		} else {
			one++
		}
	}
	return one, two, places, size
}

// keptPlaces is how many decimals can be kept so that all sums stay exact.
func keptPlaces(places int, size float64) int {
	places = min(places, decimal.MostPlaces)
	for places > 0 && 2*size*math.Pow10(places) >= math.MaxInt64 {
		places--
	}
	return places
}

// isFoldedComment reports whether a line holds nothing. A number sign begins a
// comment if a blank follows: names of Ruby begin with it, too.
func isFoldedComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#' && (len(line) == 1 || line[1] == ' ' || line[1] == '\t' || line[1] == '#' || bytes.LastIndexAny(line, " \t") < 0)
}

func (r *foldedReader) line(n int, line []byte) error {
	names, last, reason := cutFolded(line)
	values := []decimal.Number{last}
	if r.columns == 2 && reason == "" {
		var first decimal.Number
		if names, first, reason = cutFolded(names); reason != "" {
			reason = OneValue
		}
		values = []decimal.Number{first, last}
	}
	numbers := make([]int64, 0, 3)
	for _, value := range values {
		if reason != "" {
			break
		}
		v, rounded, ok := value.Times10(r.places)
		if !ok {
			reason = NoNumber
		}
		if rounded {
			r.rounded++
		}
		numbers = append(numbers, v)
	}
	if reason != "" {
		r.bad.add(n, reason, line)
		return nil
	}
	if r.columns == 2 {
		difference := numbers[1] - numbers[0]
		if (difference > 0) != (numbers[1] > numbers[0]) {
			r.bad.add(n, NoNumber, line) // of 64 bits
			return nil
		}
		numbers = append(numbers, difference)
	}
	r.stack = r.stack[:0]
	for name := range bytes.SplitSeq(names, []byte(";")) {
		r.stack = append(r.stack, r.frame(name))
	}
	return r.add(r.stack, nil, numbers...)
}

func (r *foldedReader) frame(name []byte) FrameID {
	id, ok := r.byName[string(name)]
	if !ok {
		id = r.frames.id(foldedFrame(string(name)))
		r.byName[string(name)] = id
	}
	return id
}

// done refuses what is mostly something else: a log has lines that end with a
// number, and is no profile.
func (r *foldedReader) done() (*Profile, error) {
	if good := len(r.p.ends); good > 0 && r.bad.count > good {
		return nil, fmt.Errorf("it is not a profile: only %d of its %d lines are stacks with a value (line %d: %w: %s)",
			good, good+r.bad.count, r.bad.listed[0].Line, r.bad.listed[0].Reason, r.bad.listed[0].Text)
	}
	if r.columns == 2 {
		r.p.DefaultType = 2
		r.p.Notes = append(r.p.Notes, Note{Code: TwoSides, Text: differenceType, Known: []string{beforeType, afterType}})
	}
	if r.rounded > 0 {
		r.p.Notes = append(r.p.Notes, Note{Code: ValuesRounded, Count: r.rounded})
	}
	return r.finish()
}

func foldedFrame(name string) Frame {
	if base, marked := bytes.CutSuffix([]byte(name), []byte(inlinedMark)); marked && len(base) > 0 {
		return Frame{Function: string(base), Inlined: true}
	}
	if name == "" {
		name = nameless("")
	}
	return Frame{Function: name}
}

// cutFolded divides a line into the stack and its last value. The reason is "" if
// it is one.
func cutFolded(line []byte) (names []byte, value decimal.Number, reason LineReason) {
	line = bytes.TrimRight(line, " \t")
	space := bytes.LastIndexAny(line, " \t")
	if space < 0 {
		return nil, value, NoValue
	}
	value, err := decimal.Parse(line[space+1:])
	switch {
	case errors.Is(err, decimal.ErrComma):
		return nil, value, CommaInNumber
	case err != nil:
		return nil, value, NoNumber
	}
	names = line[:space]
	if len(bytes.TrimSpace(names)) == 0 {
		return nil, value, NoFrames
	}
	return names, value, ""
}
