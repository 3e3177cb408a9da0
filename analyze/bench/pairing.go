package bench

import (
	"errors"
	"math"
)

// ErrUnpairable is the answer to a pairing that was demanded and cannot be:
// lines could not be read, several benchmarks share a cell, or fewer than two
// rounds are common.
var ErrUnpairable = errors.New("its runs cannot be paired, because lines could not be read, several benchmarks share a cell, or fewer than two rounds are common")

// pair decides whether the runs of two cells belong together round by round
// and, if so, reduces old and new to the rounds that both have. The error is
// ErrUnpairable.
func pair(set *Set, pairing Pairing, g *Judgement) (bool, error) {
	if pairing == Unpaired {
		return false, nil
	}
	// Two inputs of a thousand benchmarks are told apart before anything is sorted.
	if pairing == PairAuto && !set.oneInput(g.Old, g.New) {
		return false, nil
	}
	old, oldOK := byRound(g.Old)
	new, newOK := byRound(g.New)
	if !oldOK || !newOK || len(old) < 2 || len(new) < 2 {
		return false, unpairable(pairing)
	}
	if pairing == PairAuto && !inRounds(old, new) {
		return false, nil
	}
	var a, b []float64
	i := 0
	for _, n := range new {
		for i < len(old) && old[i].round < n.round {
			i++
		}
		if i < len(old) && old[i].round == n.round {
			a, b = append(a, old[i].value), append(b, n.value)
		}
	}
	if len(a) < 2 {
		return false, unpairable(pairing)
	}
	g.old, g.new = a, b
	return true, nil
}

func unpairable(pairing Pairing) error {
	if pairing == Paired {
		return ErrUnpairable
	}
	return nil
}

// run is a value with its place in the experiment.
type run struct {
	round, result int
	value         float64
}

// byRound lists the runs of a cell by ascending round. It is false when rounds
// are unknown, or occur twice because the cell pools names or inputs.
func byRound(c *Cell) ([]run, bool) {
	if c.Rounds == nil {
		return nil, false
	}
	runs := make([]run, len(c.Values))
	for i, v := range c.Values {
		runs[i] = run{c.Rounds[i], c.Results[i], v}
		if i > 0 && runs[i].round <= runs[i-1].round {
			return nil, false
		}
	}
	return runs, true
}

// oneInput reports whether all values of both cells are lines of one input.
func (s *Set) oneInput(a, b *Cell) bool {
	source := s.Results[a.Results[0]].Source
	for _, c := range []*Cell{a, b} {
		for _, r := range c.Results {
			if s.Results[r].Source != source {
				return false
			}
		}
	}
	return true
}

// inRounds reports whether each round of both was over before the next began,
// by the order of their lines.
func inRounds(old, new []run) bool {
	before := -1 // the last line of the rounds so far
	for i, j := 0, 0; i < len(old) || j < len(new); {
		round := math.MaxInt
		if i < len(old) {
			round = old[i].round
		}
		if j < len(new) {
			round = min(round, new[j].round)
		}
		last := before
		for ; i < len(old) && old[i].round == round; i++ {
			if old[i].result < before {
				return false
			}
			last = max(last, old[i].result)
		}
		for ; j < len(new) && new[j].round == round; j++ {
			if new[j].result < before {
				return false
			}
			last = max(last, new[j].result)
		}
		before = last
	}
	return true
}
