package flame

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// comparison is a Compare at work. Its columns are the profiles, old ones first.
type comparison struct {
	options  DiffOptions
	inputs   []Input
	old      int // how many columns are old
	typ      stackprofile.ValueType
	types    []int // of each column, the index of the sample type
	names    *stackprofile.Names
	tree     *columnTree
	function functionTotals
	basis    Basis
	unit     string
	factors  []float64 // of each column, what makes a value one of the diff
	// quanta are, of each column, the value of one sample; 0: not known.
	quanta       []float64
	profileNotes []stackprofile.Note
	notes        []Note
}

func newComparison(old, new []Input, o DiffOptions) (*comparison, error) {
	if len(old) == 0 || len(new) == 0 {
		return nil, errors.New("a diff needs a profile on each side")
	}
	o, err := o.orDefault()
	if err != nil {
		return nil, err
	}
	c := &comparison{options: o, inputs: slices.Concat(old, new), old: len(old), names: stackprofile.NewNames()}
	for i, in := range c.inputs {
		name := o.Type
		if name == "" {
			name = c.inputs[0].Profile.Types[c.inputs[0].Profile.DefaultType].Name
		}
		t, err := in.Profile.TypeNamed(name)
		if err != nil {
			return nil, err
		}
		typ := in.Profile.Types[t]
		if i > 0 && !typ.Same(c.typ) {
			return nil, fmt.Errorf("one profile has %s and another has %s; only profiles of the same type can be compared", c.typ, typ)
		}
		typ.Scale = max(typ.Scale, c.typ.Scale)
		c.typ, c.types = typ, append(c.types, t)
	}
	for _, in := range c.inputs {
		for _, note := range in.Profile.Notes {
			if !slices.ContainsFunc(c.profileNotes, note.Equal) {
				c.profileNotes = append(c.profileNotes, note)
			}
		}
	}
	if apart(old, new) || apart(new, old) {
		c.notes = append(c.notes, Note{Code: SidesApart})
	}
	return c, nil
}

// apart reports whether the several profiles of one side were all taken before
// those of the other. Of one profile a side nothing else can be.
func apart(first, second []Input) bool {
	if len(first) < 2 || len(second) < 2 {
		return false
	}
	for _, a := range first {
		for _, b := range second {
			if a.Profile.Start.IsZero() || !a.Profile.Start.Before(b.Profile.Start) {
				return false
			}
		}
	}
	return true
}

// fold makes the one tree of all profiles, and the totals of functions.
func (c *comparison) fold() error {
	var sources []source
	var least []int64
	for i, in := range c.inputs {
		columns, err := in.Profile.Columns(c.types[i], c.options.By, c.names)
		if err != nil {
			return err
		}
		sources, least = append(sources, source{columns, i}), append(least, leastWeight(columns.Values, c.options.MinShare))
	}
	c.tree = fold(sources, len(sources), c.names.List(), least)
	c.function = totalsOf(sources, len(sources), len(c.names.List()))
	return nil
}

// diff is the result before it is judged.
func (c *comparison) diff() *Diff {
	d := &Diff{
		Type: c.typ, Basis: c.basis, Unit: c.unit, Names: c.names.List(), MinShare: c.options.MinShare,
		Old: c.side(0, c.old), New: c.side(c.old, len(c.inputs)), ProfileNotes: c.profileNotes, Notes: c.notes,
		Nodes: make([]DiffNode, len(c.tree.nodes)),
	}
	for i, n := range c.tree.nodes {
		d.Nodes[i] = DiffNode{
			Name: int32(n.key), Depth: n.depth, End: n.end, Inlined: inlining(n), Made: i > 0 && c.names.Made(n.key),
			Total: c.change(c.tree.totals, i), Self: c.change(c.tree.selfs, i),
		}
		d.Hidden += int(n.hidden)
	}
	d.Nodes[0].Name = -1
	for name := range c.names.List() {
		if f := (FunctionChange{Name: int32(name), Total: c.change(c.function.totals, name), Self: c.change(c.function.selfs, name)}); !c.names.Made(uint32(name)) {
			d.Functions = append(d.Functions, f)
		}
	}
	return d
}

func (c *comparison) side(from, to int) Side {
	s := Side{Profiles: to - from}
	known := true
	for i := from; i < to; i++ {
		s.Total += c.tree.totals[i] * max(c.typ.Scale, 1) / c.scale(i)
		s.Served += c.inputs[i].Requests
		known = known && c.inputs[i].Requests > 0
		switch c.basis {
		case PerRequest:
			s.Per += c.inputs[i].Requests
		case PerSecond:
			s.Per += c.inputs[i].Profile.Duration.Seconds()
		case PerProfile:
			s.Per++
		}
	}
	if c.basis == PerTotal || c.basis == PerTypical {
		s.Per = float64(s.Total)
	}
	if !known {
		s.Served = 0
	}
	return s
}

// scale is how many of a column's values are one of its unit.
func (c *comparison) scale(column int) int64 {
	return max(c.inputs[column].Profile.Types[c.types[column]].Scale, 1)
}

// row is the values of a quantity in all columns, as the diff has them.
func (c *comparison) row(values []int64, i int) []float64 {
	row := make([]float64, len(c.factors))
	for column, factor := range c.factors {
		row[column] = float64(values[i*len(c.factors)+column]) * factor
	}
	return row
}

// change is a quantity on both sides: the mean of the profiles.
func (c *comparison) change(values []int64, i int) Change {
	row := c.row(values, i)
	nan := math.NaN()
	return Change{Old: meanOf(row[:c.old]), New: meanOf(row[c.old:]), Low: nan, High: nan, P: nan}
}

func meanOf(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
