package main

import (
	"math/rand/v2"
	"slices"
)

// faults lists all that can go wrong.
func faults() []fault {
	return slices.Concat(kills(), failovers(), freezes(), networks(), losses(), forgeries(), shortages())
}

// combination is what goes wrong in one cycle: one fault or two at once.
type combination []fault

func (c combination) String() string {
	text := c[0].name
	for _, f := range c[1:] {
		text += " + " + f.name
	}
	return text
}

// combinations are all single faults and all pairs, shuffled.
func combinations(all []fault, rng *rand.Rand) []combination {
	var list []combination
	for i, f := range all {
		list = append(list, combination{f})
		for _, g := range all[i+1:] {
			list = append(list, combination{f, g})
		}
	}
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
