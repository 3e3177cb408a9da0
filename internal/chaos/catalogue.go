package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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

// chosen is the list of combinations that a run goes through: those that are named
// ("kill-redis,evict+lock"), or all.
func chosen(only string, seed uint64) ([]combination, error) {
	all := faults()
	if only == "" {
		return combinations(all, newRand(seed)), nil
	}
	var list []combination
	for text := range strings.SplitSeq(only, ",") {
		var c combination
		for name := range strings.SplitSeq(text, "+") {
			f, ok := find(all, strings.TrimSpace(name))
			if !ok {
				return nil, fmt.Errorf("there is no fault %q; --list names them", strings.TrimSpace(name))
			}
			c = append(c, f)
		}
		list = append(list, c)
	}
	return list, nil
}

func find(all []fault, name string) (fault, bool) {
	for _, f := range all {
		if f.name == name {
			return f, true
		}
	}
	return fault{}, false
}
