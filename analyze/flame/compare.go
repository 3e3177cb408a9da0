package flame

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Input is one profile of a side, with what is known about the time it was
// taken.
type Input struct {
	Profile *Profile
	// Requests is how many requests the service answered meanwhile. 0: not known.
	Requests float64
}

// DiffOptions say how two sides are compared.
type DiffOptions struct {
	// Type is the name of the sample type. By default the profiles' own.
	Type string
	// By is what a frame is called. By default its function.
	By Grouping
	// Basis is what the sides are divided by. By default (nil) the requests,
	// where all inputs know them, and PerTypical where not; for what there was
	// at one moment PerProfile.
	Basis *Basis
	// MinShare is as in FoldOptions; a frame is shown when either side has it.
	MinShare float64
	// MinEffect is the least relative change that is worth a verdict, such as
	// 0.01 for 1 %. It is taken of the larger side.
	MinEffect float64
	// Seed decides which relabellings are drawn when there are too many.
	Seed uint64
}

// DefaultDiffOptions show frames from 0.01 % on, and changes from 1 % on.
func DefaultDiffOptions() DiffOptions {
	return DiffOptions{MinShare: DefaultMinShare, MinEffect: 0.01, Seed: 1}
}

// Compare makes the diff of two sides, each one or more profiles of the same
// sample types. With several profiles a side, which should be of as many fresh
// processes, what differs within a side is noise, and what differs between the
// sides more than that, over all frames together (stat.MaxT), is a change. With
// one profile a side only the chance of sampling is known (a likelihood ratio
// test of the counts, corrected by Holm), and the notes say what that leaves
// out.
//
// Exchanging the sides exchanges old and new and nothing else.
func Compare(old, new []Input, o DiffOptions) (*Diff, error) {
	c, err := newComparison(old, new, o)
	if err != nil {
		return nil, err
	}
	c.fold()
	if err := c.normalise(); err != nil {
		return nil, err
	}
	d := c.diff()
	c.judge(d)
	d.Causes = causes(d)
	noteSwaps(d)
	sortFunctions(d.Functions, c.names.list)
	return d, nil
}

// comparison is a Compare at work. Its columns are the profiles, old ones first.
type comparison struct {
	options  DiffOptions
	inputs   []Input
	old      int // how many columns are old
	typ      ValueType
	types    []int // of each column, the index of the sample type
	names    *nameTable
	tree     *columnTree
	function functionTotals
	basis    Basis
	unit     string
	factors  []float64 // of each column, what makes a value one of the diff
	// quanta are, of each column, the value of one sample; 0: not known.
	quanta []float64
	notes  []string
}

func newComparison(old, new []Input, o DiffOptions) (*comparison, error) {
	if len(old) == 0 || len(new) == 0 {
		return nil, errors.New("a diff needs a profile on either side")
	}
	if !(o.MinShare >= 0 && o.MinShare < 1) {
		return nil, fmt.Errorf("the least share is %v; use 0 up to, without, 1", o.MinShare)
	}
	c := &comparison{options: o, inputs: slices.Concat(old, new), old: len(old), names: newNameTable()}
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
		if i > 0 && typ != c.typ {
			return nil, fmt.Errorf("one profile has %s and another %s: only like can be compared with like", c.typ, typ)
		}
		c.typ, c.types = typ, append(c.types, t)
	}
	for _, in := range c.inputs {
		for _, note := range in.Profile.Notes {
			if !slices.Contains(c.notes, note) {
				c.notes = append(c.notes, note)
			}
		}
	}
	if apart(old, new) || apart(new, old) {
		c.notes = append(c.notes, "one side was profiled before the other began: what drifted on the machine in between looks like a change, and no test can tell; arms of one experiment take turns")
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
func (c *comparison) fold() {
	var sources []source
	var least []int64
	for i, in := range c.inputs {
		s := in.Profile.source(c.types[i], i, c.options.By, c.names)
		sources, least = append(sources, s), append(least, leastWeight(s.values, c.options.MinShare))
	}
	c.tree = fold(sources, len(sources), c.names.list, least)
	c.function = totalsOf(sources, len(sources), len(c.names.list))
}

// diff is the result without verdicts.
func (c *comparison) diff() *Diff {
	d := &Diff{
		Type: c.typ, Basis: c.basis, Unit: c.unit, Names: c.names.list, MinShare: c.options.MinShare,
		Old: c.side(0, c.old), New: c.side(c.old, len(c.inputs)), Notes: c.notes,
		Nodes: make([]DiffNode, len(c.tree.nodes)),
	}
	for i, n := range c.tree.nodes {
		d.Nodes[i] = DiffNode{
			Name: int32(n.key), Depth: n.depth, End: n.end, Inlined: inlining(n), Made: i > 0 && c.names.made[n.key],
			Total: c.change(c.tree.totals, i), Self: c.change(c.tree.selfs, i),
		}
		d.Hidden += int(n.hidden)
	}
	d.Nodes[0].Name = -1
	for name := range c.names.list {
		if f := (FunctionChange{Name: int32(name), Total: c.change(c.function.totals, name), Self: c.change(c.function.selfs, name)}); !c.names.made[name] {
			d.Functions = append(d.Functions, f)
		}
	}
	return d
}

func (c *comparison) side(from, to int) Side {
	s := Side{Profiles: to - from}
	known := true
	for i := from; i < to; i++ {
		s.Total += c.tree.totals[i]
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
