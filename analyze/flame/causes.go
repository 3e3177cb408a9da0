package flame

import (
	"cmp"
	"math"
	"slices"
)

const (
	// concentrated is how much larger, relatively, a change must be in a child
	// for the child to be a better description of it than the parent.
	concentrated = 1.25
	// explained is the share of a node's change that such children must have.
	explained = 0.5
	maxCauses = 20
)

// causes finds the nodes that describe the certain changes best. A change is
// diluted on its way to the root, where it is a small part of everything, and
// the same relative change everywhere below the function that is slower. So
// the walk goes down as long as children have the change in a purer form.
func causes(d *Diff) []int {
	var found []int
	var look func(i int)
	look = func(i int) {
		n := &d.Nodes[i]
		var purer []int
		sum := 0.0
		for child := i + 1; child < int(n.End); child = int(d.Nodes[child].End) {
			total := d.Nodes[child].Total
			if total.Verdict != WithinNoise && (i == 0 || n.Total.Verdict == WithinNoise || relative(total) >= concentrated*relative(n.Total)) {
				purer = append(purer, child)
				sum += math.Abs(total.Delta())
			}
		}
		if n.Total.Verdict != WithinNoise && i > 0 && (len(purer) == 0 || sum < explained*math.Abs(n.Total.Delta())) {
			found = append(found, i)
			return
		}
		for _, child := range purer {
			look(child)
		}
		if n.Total.Verdict == WithinNoise {
			lookBelow(d, i, purer, look)
		}
	}
	look(0)
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(-cmp.Compare(math.Abs(d.Nodes[a].Total.Delta()), math.Abs(d.Nodes[b].Total.Delta())), cmp.Compare(a, b))
	})
	return found[:min(len(found), maxCauses)]
}

// lookBelow goes into grey children too: changes of opposite sign cancel out
// above, and a large frame drowns a small change.
func lookBelow(d *Diff, i int, done []int, look func(int)) {
	for child := i + 1; child < int(d.Nodes[i].End); child = int(d.Nodes[child].End) {
		if !slices.Contains(done, child) {
			look(child)
		}
	}
}

// relative is the change against the mean of both sides: 2 for what appeared.
func relative(c Change) float64 {
	mean := (math.Abs(c.Old) + math.Abs(c.New)) / 2
	if mean == 0 {
		return 0
	}
	return math.Abs(c.Delta()) / mean
}
