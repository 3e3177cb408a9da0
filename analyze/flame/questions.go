package flame

import (
	"math"
	"slices"
)

const (
	// leastCount is how many samples a profile must have of a frame, in the mean
	// of all, for the frame to be asked about: fewer decide nothing, and every
	// question makes the others harder to answer.
	leastCount = 2
	// leastAsked is the same where samples cannot be counted: a share of the whole.
	leastAsked = 0.001
)

// question is a change to judge, and where its values are.
type question struct {
	change *Change
	values []int64 // of c.tree or c.function
	index  int
}

// questions are all changes that may have an answer of their own.
func (c *comparison) questions(d *Diff) []question {
	var all []question
	for i := range d.Nodes {
		if !c.passesOn(d, i) {
			all = append(all, question{&d.Nodes[i].Total, c.tree.totals, i}, question{&d.Nodes[i].Self, c.tree.selfs, i})
		}
	}
	for i := range d.Functions {
		f := &d.Functions[i]
		all = append(all, question{&f.Total, c.function.totals, int(f.Name)}, question{&f.Self, c.function.selfs, int(f.Name)})
	}
	return all
}

// passesOn reports whether a node only calls its one child: its total is the
// child's in every profile, and so is the answer. Half of a tree and more are
// such nodes.
func (c *comparison) passesOn(d *Diff, i int) bool {
	if i+1 >= int(d.Nodes[i].End) || d.Nodes[i+1].End != d.Nodes[i].End {
		return false
	}
	n := len(c.inputs)
	return allZero(c.tree.selfs[i*n:(i+1)*n]) && allZero(c.tree.pruned[i*n:(i+1)*n])
}

func allZero(values []int64) bool {
	return !slices.ContainsFunc(values, func(v int64) bool { return v != 0 })
}

// sampleValue is what one sample weighs in the diff's unit, in the mean of the
// columns; 0: not known.
func (c *comparison) sampleValue() float64 {
	sum := 0.0
	for i, q := range c.quanta {
		if q == 0 {
			return 0
		}
		sum += q * c.factors[i]
	}
	return sum / float64(len(c.quanta))
}

// countable says whether there is enough of a quantity to ask whether it
// changed. It looks at both sides together, so it favours neither.
func (c *comparison) countable(mean, whole float64) bool {
	if value := c.sampleValue(); value > 0 {
		return math.Abs(mean) >= leastCount*value
	}
	return mean != 0 && math.Abs(mean) >= leastAsked*math.Abs(whole)
}
