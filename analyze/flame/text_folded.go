package flame

import (
	"bytes"
	"errors"
	"strconv"
)

// inlinedMark is what some writers of folded stacks put behind the name of an
// inlined function.
const inlinedMark = "_[i]"

// readFolded reads lines such as "main;serve;json.Marshal 12": the frames, root
// first, and a value after the last space. Names may hold spaces.
func readFolded(data []byte, limits Limits) (*Profile, error) {
	t := newTextProfile(limits, ValueType{"samples", "count"})
	var stack []FrameID
	byName := map[string]FrameID{}
	for n, line := range lines(data) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		names, value, err := cutFolded(line)
		if err != nil {
			if line[0] != '#' { // a comment
				t.bad.add(n, "%v: %s", err, excerpt(line))
			}
			continue
		}
		stack = stack[:0]
		for name := range bytes.SplitSeq(names, []byte(";")) {
			id, ok := byName[string(name)]
			if !ok {
				id = t.frames.id(foldedFrame(string(name)))
				byName[string(name)] = id
			}
			stack = append(stack, id)
		}
		if err := t.add(stack, nil, value); err != nil {
			return nil, err
		}
	}
	return t.finish()
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

// cutFolded divides a line into the stack and its value.
func cutFolded(line []byte) (names []byte, value int64, err error) {
	line = bytes.TrimRight(line, " \t")
	space := bytes.LastIndexAny(line, " \t")
	if space < 0 {
		return nil, 0, errors.New("it has no value after a space")
	}
	value, err = strconv.ParseInt(string(line[space+1:]), 10, 64)
	if err != nil {
		return nil, 0, errors.New("its last field is no whole number")
	}
	names = line[:space]
	if len(bytes.TrimSpace(names)) == 0 {
		return nil, 0, errors.New("it has no frames before the value")
	}
	return names, value, nil
}
