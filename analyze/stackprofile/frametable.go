package stackprofile

import "strings"

// frameTable gives every distinct frame a number.
type frameTable struct {
	list []Frame
	ids  map[Frame]FrameID
}

func newFrameTable() *frameTable { return &frameTable{ids: map[Frame]FrameID{}} }

func (t *frameTable) id(f Frame) FrameID {
	if id, ok := t.ids[f]; ok {
		return id
	}
	id := FrameID(len(t.list))
	t.list = append(t.list, f)
	t.ids[f] = id
	return id
}

// fromGo reports whether the code is Go's, by its files.
func (t *frameTable) fromGo() bool {
	for _, f := range t.list {
		if strings.HasSuffix(f.File, ".go") {
			return true
		}
	}
	return false
}
