package stackprofile

import (
	"bytes"
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
		names, value, reason := cutFolded(line)
		if reason != "" {
			if line[0] != '#' { // a comment
				t.bad.add(n, reason, line)
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

// cutFolded divides a line into the stack and its value. The reason is "" if it
// is one.
func cutFolded(line []byte) (names []byte, value int64, reason LineReason) {
	line = bytes.TrimRight(line, " \t")
	space := bytes.LastIndexAny(line, " \t")
	if space < 0 {
		return nil, 0, NoValue
	}
	value, err := strconv.ParseInt(string(line[space+1:]), 10, 64)
	if err != nil {
		return nil, 0, NoWholeNumber
	}
	names = line[:space]
	if len(bytes.TrimSpace(names)) == 0 {
		return nil, 0, NoFrames
	}
	return names, value, ""
}
