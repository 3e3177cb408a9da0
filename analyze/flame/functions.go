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
		for i, end := range s.Ends {
			sample++
			value := s.Values[i]
			for _, frame := range s.Stacks[begin:end] {
				name := s.Keys[frame].Name()
				if seen[name] != sample {
					seen[name] = sample
					t.totals[int(name)*columns+s.column] += value
				}
			}
			if end > begin {
				t.selfs[int(s.Keys[s.Stacks[end-1]].Name())*columns+s.column] += value
			}
			begin = end
		}
	}
	return t
}

// sortFunctions puts significant changes of Self first, the largest in front, then
// significant changes of Total alone, then the rest.
func sortFunctions(functions []FunctionChange, names []string) {
	key := func(f FunctionChange) (rank int, size float64) {
		switch {
		case f.Self.Significance != WithinNoise:
			return 0, math.Abs(f.Self.Delta())
		case f.Total.Significance != WithinNoise:
			return 1, math.Abs(f.Total.Delta())
		}
		return 2, math.Abs(f.Self.Delta())
	}
	slices.SortFunc(functions, func(a, b FunctionChange) int {
		rankA, sizeA := key(a)
		rankB, sizeB := key(b)
		return cmp.Or(
			cmp.Compare(rankA, rankB),
			-cmp.Compare(sizeA, sizeB),
			-cmp.Compare(math.Abs(a.Total.Delta()), math.Abs(b.Total.Delta())),
			strings.Compare(names[a.Name], names[b.Name]))
	})
}
