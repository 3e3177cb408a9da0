package flame

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// functionTotals are the values of every name, in columns: totals count each
// sample with the name anywhere once, however often it recurs.
type functionTotals struct{ totals, selfs []int64 }

func totalsOf(sources []source, columns, names int) functionTotals {
	t := functionTotals{totals: make([]int64, names*columns), selfs: make([]int64, names*columns)}
	seen := make([]uint32, names) // in which sample last, from 1
	sample := uint32(0)
	for _, s := range sources {
		begin := uint32(0)
		for i, end := range s.ends {
			sample++
			value := s.values[i]
			for _, frame := range s.stacks[begin:end] {
				name := s.keys[frame].name()
				if seen[name] != sample {
					seen[name] = sample
					t.totals[int(name)*columns+s.column] += value
				}
			}
			if end > begin {
				t.selfs[int(s.keys[s.stacks[end-1]].name())*columns+s.column] += value
			}
			begin = end
		}
	}
	return t
}

// sortFunctions puts certain changes first, and large changes of Self before
// small ones.
func sortFunctions(functions []FunctionChange, names []string) {
	certain := func(f FunctionChange) int {
		switch {
		case f.Self.Verdict != WithinNoise:
			return 0
		case f.Total.Verdict != WithinNoise:
			return 1
		}
		return 2
	}
	slices.SortFunc(functions, func(a, b FunctionChange) int {
		return cmp.Or(
			cmp.Compare(certain(a), certain(b)),
			-cmp.Compare(math.Abs(a.Self.Delta()), math.Abs(b.Self.Delta())),
			-cmp.Compare(math.Abs(a.Total.Delta()), math.Abs(b.Total.Delta())),
			strings.Compare(names[a.Name], names[b.Name]))
	})
}
