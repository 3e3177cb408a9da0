package lottery

import "slices"

// run is a stretch of numbers with one outcome. It begins where the run before
// it ends.
type run struct {
	end     uint64 // the first number after the run
	outcome int
}

// runsOf lists the table from 0 to its size, neighbors of one outcome merged:
// at most two for each outcome. Cumulative sums of the weights would be half as
// many, but they would be another mapping than the one that is published.
func runsOf(t AliasTable) []run {
	var runs []run
	add := func(end uint64, outcome int) {
		switch last := len(runs) - 1; {
		case last >= 0 && runs[last].end == end, last < 0 && end == 0:
			// Nothing lies between here and there.
		case last >= 0 && runs[last].outcome == outcome:
			runs[last].end = end
		default:
			runs = append(runs, run{end, outcome})
		}
	}
	for i, c := range t.columns {
		start := uint64(i) * t.height
		add(start+c.cut, i)
		add(start+t.height, c.alias)
	}
	return slices.Clip(runs)
}

// LinearSampler walks the runs from the first: O(n), and fast where one outcome
// at the front has most of the weight.
func LinearSampler(t AliasTable) Sampler { return &linearSampler{runsOf(t), t.Size()} }

type linearSampler struct {
	runs []run
	size uint64
}

func (s *linearSampler) Outcome(x uint64) int {
	for i := range s.runs {
		if x < s.runs[i].end {
			return s.runs[i].outcome
		}
	}
	panic("lottery: a number at or above the size of its table")
}

func (s *linearSampler) Draw(words Words) (word uint64, outcome int) {
	word, x := acceptedWord(words, s.size)
	return word, s.Outcome(x)
}

// BinarySampler halves the runs until one is left: O(log n).
func BinarySampler(t AliasTable) Sampler { return &binarySampler{runsOf(t), t.Size()} }

type binarySampler struct {
	runs []run
	size uint64
}

func (s *binarySampler) Outcome(x uint64) int {
	low, high := 0, len(s.runs)-1 // x lies in one of runs[low..high]
	for low < high {
		if middle := int(uint(low+high) / 2); x < s.runs[middle].end {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return s.runs[low].outcome
}

func (s *binarySampler) Draw(words Words) (word uint64, outcome int) {
	word, x := acceptedWord(words, s.size)
	return word, s.Outcome(x)
}
