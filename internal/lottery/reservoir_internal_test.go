package lottery

import (
	"math"
	"slices"
	"testing"
)

// TestWordOfInvertsUniform checks the first and the last word of a number, and
// that their neighbors belong to somebody else or to nobody.
func TestWordOfInvertsUniform(t *testing.T) {
	first := func() uint64 { return 1 } // Uniform(1, n) is 0 for every n below 2^64
	last := func() uint64 { return math.MaxUint64 }
	for _, size := range []uint64{2, 3, 7, 8, 1000, 1 << 32, 1<<32 + 1, 3 << 60, 1 << 62, 1<<63 - 1} {
		for _, x := range []uint64{0, 1, size / 2, size - 1} {
			low, high := wordOf(x, size, first), wordOf(x, size, last)
			for _, word := range []uint64{low, low + (high-low)/2, high} {
				if got, ok := Uniform(word, size); !ok || got != x {
					t.Errorf("size %d: word %016x gives %d, %v; want %d", size, word, got, ok, x)
				}
			}
			if got, ok := Uniform(low-1, size); low > 0 && ok && got == x {
				t.Errorf("size %d: word %016x also gives %d, and is never drawn", size, low-1, x)
			}
			if got, ok := Uniform(high+1, size); high < math.MaxUint64 && ok && got == x {
				t.Errorf("size %d: word %016x also gives %d, and is never drawn", size, high+1, x)
			}
		}
	}
}

// TestTableRunsAreMerged: no run is empty, and neighbors of one outcome are one.
func TestTableRunsAreMerged(t *testing.T) {
	for _, row := range []struct {
		weights []uint64
		want    []run
	}{
		{[]uint64{7}, []run{{7, 0}}}, {[]uint64{0, 5}, []run{{10, 1}}}, {[]uint64{5, 0}, []run{{10, 0}}},
		{[]uint64{0, 0, 2}, []run{{6, 2}}}, {[]uint64{1, 1}, []run{{2, 0}, {4, 1}}}, {[]uint64{3, 1}, []run{{4, 0}, {6, 1}, {8, 0}}},
	} {
		if got := runsOf(NewAliasTable(row.weights)); !slices.Equal(got, row.want) {
			t.Errorf("weights %v: %v, want %v", row.weights, got, row.want)
		}
	}
}
