// Package turns looks at how the runs of two arms followed each other.
package turns

import (
	"cmp"
	"slices"
)

// Run is a value with its place in the experiment.
type Run struct {
	Round int
	Line  int // of its input
	Value float64
}

// Order lists the runs of two arms by their lines: 0 is old, 1 is new. No line
// occurs twice.
func Order(old, new []int) []int {
	arm := make(map[int]int, len(new)) // by line; old is 0
	for _, line := range new {
		arm[line] = 1
	}
	var arms []int
	for _, line := range slices.Sorted(slices.Values(slices.Concat(old, new))) {
		arms = append(arms, arm[line])
	}
	return arms
}

// InRounds reports whether each round of both arms was over before the next
// began, by their lines.
func InRounds(old, new []Run) bool {
	all := slices.Concat(old, new)
	slices.SortFunc(all, func(a, b Run) int { return cmp.Compare(a.Line, b.Line) })
	return slices.IsSortedFunc(all, func(a, b Run) int { return cmp.Compare(a.Round, b.Round) })
}

// Common are the values of the rounds that both arms have, in the order of
// rounds. Both are by ascending rounds, each round once.
func Common(old, new []Run) (a, b []float64) {
	byRound := make(map[int]float64, len(old))
	for _, o := range old {
		byRound[o.Round] = o.Value
	}
	for _, n := range new {
		if value, ok := byRound[n.Round]; ok {
			a, b = append(a, value), append(b, n.Value)
		}
	}
	return a, b
}
