package stackprofile

import (
	"cmp"
	"slices"
	"strings"
)

// Inlining says in which of the samples at hand a frame was inlined.
type Inlining uint8

// How often a frame was inlined.
const (
	NeverInlined Inlining = iota
	PartlyInlined
	AlwaysInlined
)

// InliningOf is what it means that a frame was inlined in so many of so many
// samples.
func InliningOf(inlined, of int) Inlining {
	switch inlined {
	case 0:
		return NeverInlined
	case of:
		return AlwaysInlined
	}
	return PartlyInlined
}

// FunctionTotal is what was spent in one function, whoever called it.
type FunctionTotal struct {
	Name string
	// Self was spent in the function alone, Total in it and what it called; a
	// sample in which it is on the stack several times counts once.
	Self, Total int64
	// Inlined says how the compiler treated it where it was seen.
	Inlined Inlining
}

// Top is one line for every function (or what else By makes of frames), the
// largest Self first, then the largest Total. Frames that no program has are
// left out, unless something was spent in them alone: then they stand for
// frames that were folded. The numbers are those of go tool pprof -top.
func (p *Profile) Top(valueType int, by Grouping) ([]FunctionTotal, error) {
	names := NewNames()
	s, err := p.Columns(valueType, by, names)
	if err != nil {
		return nil, err
	}
	t := topTable{totals: make([]FunctionTotal, len(names.list)), seen: make([]uint32, len(names.list)),
		inlined: make([]int, len(names.list)), frames: make([]int, len(names.list))}
	for i, value := range s.Values {
		t.sample(s, uint32(i), value)
	}
	top := make([]FunctionTotal, 0, len(names.list))
	for key, f := range t.totals {
		if t.frames[key] == 0 || names.made[key] && f.Self == 0 {
			continue
		}
		f.Name = names.list[key]
		f.Inlined = InliningOf(t.inlined[key], t.frames[key])
		top = append(top, f)
	}
	slices.SortFunc(top, compareTotals)
	return top, nil
}

func compareTotals(a, b FunctionTotal) int {
	return cmp.Or(cmp.Compare(max(b.Self, -b.Self), max(a.Self, -a.Self)), cmp.Compare(max(b.Total, -b.Total), max(a.Total, -a.Total)),
		strings.Compare(a.Name, b.Name))
}

// topTable adds up samples, by the numbers of names.
type topTable struct {
	totals []FunctionTotal
	// seen is the last sample, from 1, that had the name.
	seen            []uint32
	inlined, frames []int
}

func (t *topTable) sample(s *Columns, i uint32, value int64) {
	stack := s.Stack(i)
	for _, frame := range stack {
		key := s.Keys[frame].Name()
		t.frames[key]++
		t.inlined[key] += s.Keys[frame].Inlined()
		if t.seen[key] != i+1 {
			t.seen[key] = i + 1
			t.totals[key].Total += value
		}
	}
	if len(stack) > 0 {
		t.totals[s.Keys[stack[len(stack)-1]].Name()].Self += value
	}
}
