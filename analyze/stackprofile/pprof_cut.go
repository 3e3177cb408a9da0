package stackprofile

import "fmt"

// Go's runtime keeps the leaf's side of a deep stack and drops the rest: 64
// frames in a CPU profile, 128 in the others (runtime/cpuprof.go, runtime/mprof.go;
// GODEBUG=profstackdepth moves the latter). Inlined frames count.
const (
	cpuStackDepth   = 64
	otherStackDepth = 128
)

// cutMarker finds stacks whose root was cut off. Their first frame is no root:
// it is put below a frame that says so, instead of beside the real roots. A
// stack of exactly the greatest depth may also be whole; it is taken for whole
// when shorter stacks begin with the same function.
type cutMarker struct {
	frames *frameTable
	limit  int // 0: the profile is not from Go
	id     FrameID
	have   bool
	roots  map[FrameID]bool // of the stacks that are not that deep
}

func newCutMarker(p *Profile, frames *frameTable) *cutMarker {
	m := &cutMarker{frames: frames, roots: map[FrameID]bool{}}
	if !frames.fromGo() {
		return m
	}
	m.limit = otherStackDepth
	if p.PeriodType.Name == "cpu" {
		m.limit = cpuStackDepth
	}
	return m
}

// mark returns the frame to put before a stack of that depth, if it may be cut.
func (m *cutMarker) mark(depth int) (FrameID, bool) {
	if m.limit == 0 || depth < m.limit {
		return 0, false
	}
	if !m.have {
		m.id, m.have = m.frames.id(Frame{Function: m.name(), Made: true}), true
	}
	return m.id, true
}

func (m *cutMarker) name() string { return fmt.Sprintf("[cut at %d frames]", m.limit) }

// saw remembers how a stack without a mark begins.
func (m *cutMarker) saw(root FrameID) {
	if m.limit > 0 {
		m.roots[root] = true
	}
}

// settle takes the marks of whole stacks away again and notes how many stacks
// were cut.
func (m *cutMarker) settle(p *Profile) {
	if !m.have {
		return
	}
	whole := map[string]bool{}
	for root := range m.roots {
		whole[m.frames.list[root].Function] = true
	}
	cut, at, begin := 0, uint32(0), uint32(0)
	for i, end := range p.ends {
		stack := p.stacks[begin:end]
		begin = end
		if len(stack) > 1 && stack[0] == m.id {
			if whole[m.frames.list[stack[1]].Function] {
				stack = stack[1:]
			} else {
				cut++
			}
		}
		at += uint32(copy(p.stacks[at:], stack))
		p.ends[i] = at
	}
	p.stacks = p.stacks[:at]
	if cut > 0 {
		p.Notes = append(p.Notes, Note{Code: StacksCut, Count: cut, Of: len(p.ends), Depth: m.limit, Text: m.name()})
	}
}
