package stackprofile

import "slices"

// The types of text with two values a line, as difffolded.pl writes it.
const (
	beforeType     = "before"
	afterType      = "after"
	differenceType = "difference"
)

// Sides are the two sides of text with two values a line, each as a profile of
// samples; ok is false for every other profile.
func (p *Profile) Sides() (before, after *Profile, ok bool) {
	if len(p.Types) != 3 || p.Types[0].Name != beforeType || p.Types[1].Name != afterType || p.Types[2].Name != differenceType {
		return nil, nil, false
	}
	return p.side(0), p.side(1), true
}

func (p *Profile) side(valueType int) *Profile {
	side := *p
	side.Types = []ValueType{{Name: "samples", Unit: "count", Scale: p.Types[valueType].Scale}}
	side.DefaultType, side.Notes = 0, slices.DeleteFunc(slices.Clone(p.Notes), func(n Note) bool { return n.Code == TwoSides })
	side.values = make([]int64, len(p.ends))
	for i := range side.values {
		side.values[i] = p.values[i*len(p.Types)+valueType]
	}
	return &side
}
