package turns_test

import (
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/turns"
)

// TestOrderOfLines merges the lines of two arms.
func TestOrderOfLines(t *testing.T) {
	for _, row := range []struct {
		old, new []int
		want     []int
	}{
		{[]int{0, 1, 2}, []int{3, 4}, []int{0, 0, 0, 1, 1}},
		{[]int{3, 4}, []int{0, 1, 2}, []int{1, 1, 1, 0, 0}},
		{[]int{0, 3, 4}, []int{1, 2, 5}, []int{0, 1, 1, 0, 0, 1}},
		{[]int{7}, nil, []int{0}},
		{nil, []int{7}, []int{1}},
	} {
		if got := turns.Order(row.old, row.new); !slices.Equal(got, row.want) {
			t.Errorf("old %v, new %v: %v, want %v", row.old, row.new, got, row.want)
		}
	}
}

// TestRoundsOfLines: rounds follow one another only if no line of a later one
// comes before a line of an earlier one.
func TestRoundsOfLines(t *testing.T) {
	at := func(lines ...int) (runs []turns.Run) { // of rounds 1, 2, …; -1: none
		for round, line := range lines {
			if line >= 0 {
				runs = append(runs, turns.Run{Round: round + 1, Line: line})
			}
		}
		return runs
	}
	for _, row := range []struct {
		name     string
		old, new []turns.Run
		want     bool
	}{
		{"one line each", at(0, 2, 4), at(1, 3, 5), true},
		{"in either order", at(1, 2, 5), at(0, 3, 4), true},
		{"all of old first", at(0, 1, 2), at(3, 4, 5), false},
		{"all of new first", at(3, 4, 5), at(0, 1, 2), false},
		{"the last round began early", at(0, 2, 3), at(1, 5, 4), false},
		{"new has a round less", at(0, 2, 4), at(1, 3), true},
		{"old has a round less", at(0, 2), at(1, 3, 4), true},
		{"a round is missing in the middle", at(0, 2, 3), at(1, -1, 4), true},
		{"nothing", nil, nil, true},
	} {
		if got := turns.InRounds(row.old, row.new); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

// TestCommonRounds: a round that only one arm has is left out.
func TestCommonRounds(t *testing.T) {
	of := func(rounds ...int) (runs []turns.Run) {
		for _, r := range rounds {
			runs = append(runs, turns.Run{Round: r, Value: float64(r)})
		}
		return runs
	}
	for _, row := range []struct {
		old, new []turns.Run
		want     []float64
	}{
		{of(1, 2, 3), of(1, 2, 3), []float64{1, 2, 3}},
		{of(1, 3, 4), of(1, 2, 4), []float64{1, 4}},
		{of(2, 3), of(1, 2, 3, 4), []float64{2, 3}},
		{of(1, 2), of(3, 4), nil},
		{nil, of(1), nil},
	} {
		a, b := turns.Common(row.old, row.new)
		if !slices.Equal(a, row.want) || !slices.Equal(b, row.want) {
			t.Errorf("%v and %v: %v, %v; want %v", row.old, row.new, a, b, row.want)
		}
	}
}
