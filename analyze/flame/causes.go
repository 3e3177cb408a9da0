package flame

import (
	"cmp"
	"math"
	"slices"
)

const (
	// concentrated is how much larger, relatively, a change must be further down
	// to be a better description of it.
	concentrated = 1.25
	// explained is the share of a node's change that is to be found there.
	explained = 0.5
	maxCauses = 20
)

// causes finds the nodes that describe the certain changes best. A change is
// diluted on its way to the root, where it is a small part of everything, and
// has the same relative size everywhere below the function that is slower. So
// the walk goes down for as long as the change is further down in a purer form.
func causes(d *Diff) []int {
	found := describe(d, 0)
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(-cmp.Compare(math.Abs(d.Nodes[a].Total.Delta()), math.Abs(d.Nodes[b].Total.Delta())), cmp.Compare(a, b))
	})
	return found[:min(len(found), maxCauses)]
}

// describe is what best describes the change of node i: the node itself, or
// nodes below. Of a node without a certain change it is what is below: changes
// of opposite sign cancel out above, and a large frame drowns a small change.
func describe(d *Diff, i int) (best []int) {
	n := &d.Nodes[i]
	least := 0.0
	if n.Total.Verdict != WithinNoise {
		least = concentrated * relative(n.Total)
	}
	below := purer(d, i, least)
	sum := 0.0
	for _, node := range below {
		sum += math.Abs(d.Nodes[node].Total.Delta())
	}
	if least > 0 && sum < explained*math.Abs(n.Total.Delta()) {
		return []int{i}
	}
	for _, node := range below {
		best = append(best, describe(d, node)...)
	}
	return best
}

// purer are the highest nodes below i with a certain change of at least that
// relative size.
func purer(d *Diff, i int, least float64) (nodes []int) {
	for child := i + 1; child < int(d.Nodes[i].End); {
		total := d.Nodes[child].Total
		if total.Verdict != WithinNoise && relative(total) >= least {
			nodes = append(nodes, child)
			child = int(d.Nodes[child].End)
			continue
		}
		child++
	}
	return nodes
}

// relative is the change against the mean of both sides: 2 for what appeared.
func relative(c Change) float64 {
	mean := (math.Abs(c.Old) + math.Abs(c.New)) / 2
	if mean == 0 {
		return 0
	}
	return math.Abs(c.Delta()) / mean
}
