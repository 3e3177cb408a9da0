package flame

import (
	"fmt"
	"strings"
)

// maxStackDepth is the deepest stack that is kept whole; of deeper ones, which
// no runtime makes, the leaf's side is kept.
const maxStackDepth = 16 << 10

// Go's runtime keeps the leaf's side of a deep stack and drops the rest: 64
// frames in a CPU profile, 128 in the others (runtime/cpuprof.go, runtime/mprof.go;
// GODEBUG=profstackdepth moves the latter).
const (
	cpuStackDepth   = 64
	otherStackDepth = 128
)

// cutMarker finds stacks whose root was cut off. Their first frame is no root:
// it is put below a frame that says so, instead of beside the real roots.
type cutMarker struct {
	frames *frameTable
	limit  int // 0: the profile is not from Go
	id     FrameID
	have   bool
	cut    int
	of     int
}

func newCutMarker(p *Profile, frames *frameTable) *cutMarker {
	m := &cutMarker{frames: frames}
	if !frames.fromGo() {
		return m
	}
	m.limit = otherStackDepth
	if p.PeriodType.Name == "cpu" {
		m.limit = cpuStackDepth
	}
	return m
}

// mark returns the frame to put before a stack of that depth, if it was cut.
func (m *cutMarker) mark(depth int) (FrameID, bool) {
	m.of++
	if m.limit == 0 || depth < m.limit {
		return 0, false
	}
	if !m.have {
		m.id, m.have = m.frames.id(Frame{Function: fmt.Sprintf("[cut at %d frames]", m.limit), Made: true}), true
	}
	m.cut++
	return m.id, true
}

func (m *cutMarker) note(p *Profile) {
	if m.cut > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%d of %d stacks were cut at %d frames by the Go runtime: their real roots are not known, and they stand under %q",
			m.cut, m.of, m.limit, fmt.Sprintf("[cut at %d frames]", m.limit)))
	}
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
