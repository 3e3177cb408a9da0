package stackprofile

import (
	"fmt"
	"math"
	"strings"
)

// maxStackDepth is the deepest stack that is kept whole; of deeper ones, which
// no runtime makes, the leaf's side is kept.
const maxStackDepth = 16 << 10

// textProfile is a profile that is being read from a text.
type textProfile struct {
	p      *Profile
	frames *frameTable
	limits Limits
	bad    badLines
	sets   map[string]uint32
	marked bool // a sample has labels
}

func newTextProfile(limits Limits, types ...ValueType) *textProfile {
	return &textProfile{
		p: &Profile{Types: types, labelSets: [][]Label{nil}}, frames: newFrameTable(), limits: limits, sets: map[string]uint32{"": 0},
	}
}

// add takes a sample. Of stacks deeper than any runtime makes, the leaf's side
// is kept.
func (t *textProfile) add(stack []FrameID, labels []Label, values ...int64) error {
	stack = stack[max(0, len(stack)-maxStackDepth):]
	p := t.p
	if len(p.stacks)+len(stack) > min(t.limits.MaxFrames, math.MaxUint32) {
		return fmt.Errorf("its stacks have more than %d frames in total", t.limits.MaxFrames)
	}
	p.stacks = append(p.stacks, stack...)
	p.ends = append(p.ends, uint32(len(p.stacks)))
	p.values = append(p.values, values...)
	p.labels = append(p.labels, t.labelSet(labels))
	return nil
}

func (t *textProfile) labelSet(labels []Label) uint32 {
	if len(labels) == 0 {
		return 0
	}
	t.marked = true
	var key strings.Builder
	for _, l := range labels {
		fmt.Fprintf(&key, "%q%q%d%q", l.Key, l.Text, l.Num, l.Unit)
	}
	set, ok := t.sets[key.String()]
	if !ok {
		set = uint32(len(t.p.labelSets))
		t.sets[key.String()] = set
		t.p.labelSets = append(t.p.labelSets, labels)
	}
	return set
}

// finish returns the profile. Without a sample it is an error, which says what
// is wrong with the first line.
func (t *textProfile) finish() (*Profile, error) {
	p := t.p
	if len(p.ends) == 0 {
		return nil, t.bad.first()
	}
	p.frames, p.Notes = t.frames.list, append(p.Notes, t.bad.notes()...)
	if !t.marked {
		p.labels, p.labelSets = nil, nil
	}
	return p, p.checkTotals()
}
