package lottery

import "math/bits"

// AliasTable picks one of n weighted outcomes in constant time, with exactly
// the odds the weights state.
//
// It is Walker's alias method in Vose's linear-time construction, done in
// integers. With n columns and W the sum of the weights, every weight is scaled
// by n and every column holds exactly W:
//
//	  ┌─────┐┌─────┐┌─────┐
//	W │  2  ││  0  ││  2  │   column i keeps its own outcome below cut[i]
//	  │·····││·····││     │   and gives alias[i] above it
//	  │  0  ││  1  ││     │
//	  └─────┘└─────┘└─────┘
//
// One number x, uniform in [0, n·W), chooses column x / W and height x mod W.
// No probability is ever rounded; floating-point tables are off by up to 1e-16
// and can leave columns that belong to nobody.
//
// Sources: A. J. Walker, "An Efficient Method for Generating Discrete Random
// Variables with General Distributions" (1977); M. D. Vose, "A Linear Algorithm
// for Generating Random Numbers with a Given Distribution" (1991).
//
// Immutable after [NewAliasTable], so safe for concurrent use.
type AliasTable struct {
	columns []column
	height  uint64 // W: the sum of the weights
}

// column keeps cut and alias side by side: a draw touches one cache line.
type column struct {
	cut   uint64 // heights below cut give the column's own outcome
	alias int    // heights from cut on give this one
}

// NewAliasTable builds a table over weights, which must hold at least one
// non-zero weight and satisfy sum × len < 2^63; [Spec.Validate] guarantees
// both. It panics otherwise, because a wrong table would sell wrong odds. Time
// and memory are linear in len(weights).
func NewAliasTable(weights []uint64) AliasTable {
	var sum uint64
	for _, w := range weights {
		sum += w
	}
	n := uint64(len(weights))
	if hi, lo := bits.Mul64(sum, n); sum == 0 || hi != 0 || lo >= 1<<63 {
		panic("lottery: alias table needs a positive weight sum with sum × columns below 2^63")
	}
	t := AliasTable{columns: make([]column, n), height: sum}
	// One array holds both worklists: columns still below the height grow from
	// the left, those above it from the right.
	work := make([]int, n)
	small, large := 0, len(work)
	for i, w := range weights {
		t.columns[i] = column{cut: w * n, alias: i}
		if w*n < sum {
			work[small] = i
			small++
		} else {
			large--
			work[large] = i
		}
	}
	for small > 0 && large < len(work) {
		small--
		poor, rich := work[small], work[large]
		t.columns[poor].alias = rich
		// The rich column gives away exactly what the poor one lacks.
		t.columns[rich].cut -= sum - t.columns[poor].cut
		if t.columns[rich].cut < sum {
			large++
			work[small] = rich
			small++
		}
	}
	// In exact arithmetic whoever is left over is exactly full: nothing to fix.
	return t
}

// Size is the number of different values of x: columns × sum of weights. It is
// below 2^63 and never zero.
func (t *AliasTable) Size() uint64 { return uint64(len(t.columns)) * t.height }

// Outcome returns the index of the outcome that x chooses; 0 <= x < [AliasTable.Size].
// It does not allocate.
func (t *AliasTable) Outcome(x uint64) int {
	i := x / t.height
	c := &t.columns[i]
	if x-i*t.height < c.cut {
		return int(i)
	}
	return c.alias
}

// Uniform maps a uniform 64-bit word to a uniform number in [0, size) by
// Lemire's multiplication. ok is false for the few words (fewer than size in
// 2^64) that would favour some numbers: the caller must bring another word.
//
// Source: D. Lemire, "Fast Random Integer Generation in an Interval" (2019).
func Uniform(word, size uint64) (x uint64, ok bool) {
	hi, lo := bits.Mul64(word, size)
	if lo < size && lo < -size%size {
		return 0, false
	}
	return hi, true
}
