package bench

import (
	"errors"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/turns"
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
	if pairing == PairAuto && !turns.InRounds(old, new) {
		return false, nil
	}
	a, b := turns.Common(old, new)
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

// byRound lists the runs of a cell by ascending round. It is false when rounds
// are unknown, or occur twice because the cell pools names or inputs.
func byRound(c *Cell) ([]turns.Run, bool) {
	if c.Rounds == nil {
		return nil, false
	}
	runs := make([]turns.Run, len(c.Values))
	for i, v := range c.Values {
		runs[i] = turns.Run{Round: c.Rounds[i], Line: c.Results[i], Value: v}
		if i > 0 && runs[i].Round <= runs[i-1].Round {
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
