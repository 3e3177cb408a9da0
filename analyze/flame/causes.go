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
	// inherited is the share of a node's change that the one node below it must
	// have to stand for it, calmer how much, relatively, what is left without that
	// node may have changed at most, compared with it, and alike how much larger a
	// caller is that does next to nothing else.
	inherited = 0.9
	calmer    = 0.5
	alike     = 1.02
	maxCauses = 20
)

// causes finds the nodes that explain the significant changes best. A change is
// diluted on its way to the root, where it is a small part of everything, and
// has the same relative size everywhere below the function that is slower. So
// the walk goes down for as long as the change is further down in a purer form,
// or nearly all of it in one part of a frame whose other parts did not change.
func causes(d *Diff) []int {
	found := describe(d, 0)
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(-cmp.Compare(math.Abs(d.Nodes[a].Total.Delta()), math.Abs(d.Nodes[b].Total.Delta())), cmp.Compare(a, b))
	})
	return found[:min(len(found), maxCauses)]
}

// describe is what best describes the change of node i: the node itself, or
// nodes below. Of a node without a significant change it is what is below: changes
// of opposite sign cancel out above, and a large frame drowns a small change.
func describe(d *Diff, i int) (best []int) {
	n := &d.Nodes[i]
	least := 0.0
	if n.Total.Significance != WithinNoise {
		least = concentrated * relative(n.Total)
	}
	below := purer(d, i, least)
	sum := 0.0
	for _, node := range below {
		sum += math.Abs(d.Nodes[node].Total.Delta())
	}
	if least > 0 && sum < explained*math.Abs(n.Total.Delta()) {
		if heir := heir(d, i); heir > 0 {
			return describe(d, heir)
		}
		return []int{i}
	}
	for _, node := range below {
		best = append(best, describe(d, node)...)
	}
	return best
}

// heir is the one node below i that has nearly all of its change, if the rest of i
// hardly changed; 0 if there is none. Of nodes that only call each other it is the
// first, except if the last has the change in itself.
func heir(d *Diff, i int) int {
	whole := d.Nodes[i].Total
	path := []int{i}
	for next := i; next >= 0; {
		next = -1
		last := path[len(path)-1]
		for child := last + 1; child < int(d.Nodes[last].End); child = int(d.Nodes[child].End) {
			if total := d.Nodes[child].Total; total.Significance != WithinNoise && inherits(total, whole) {
				next = child
			}
		}
		if next >= 0 {
			path = append(path, next)
		}
	}
	last := d.Nodes[path[len(path)-1]]
	rest := Change{Old: whole.Old - last.Total.Old, New: whole.New - last.Total.New}
	if len(path) == 1 || rest.Old == 0 && rest.New == 0 || relative(rest) > calmer*relative(last.Total) {
		return 0
	}
	if inherits(last.Self, whole) {
		return path[len(path)-1]
	}
	size := func(c Change) float64 { return max(c.Old, c.New) }
	for _, node := range path[1:] {
		if size(d.Nodes[node].Total) <= size(last.Total)*alike {
			return node
		}
	}
	return 0
}

func inherits(part, whole Change) bool {
	return (part.Delta() > 0) == (whole.Delta() > 0) && math.Abs(part.Delta()) >= inherited*math.Abs(whole.Delta())
}

// purer are the highest nodes below i with a significant change of at least that
// relative size.
func purer(d *Diff, i int, least float64) (nodes []int) {
	for child := i + 1; child < int(d.Nodes[i].End); {
		total := d.Nodes[child].Total
		if total.Significance != WithinNoise && relative(total) >= least {
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
