package bench

import (
	"sync"

	"golang.org/x/perf/benchmath"
)

// The largest samples for which benchmath computes the exact distribution of
// U. Beyond them it takes the normal approximation.
const (
	untiedExactLimit = 50
	tiedExactLimit   = 25
)

// uTests runs Mann-Whitney tests by benchmath and remembers their outcomes.
//
// The exact distribution of U is by far the dearest thing in a comparison (some
// milliseconds for 20 against 20 with ties), and its p-value depends on nothing
// but the ranking of the two samples: so few different tests are asked in a big
// comparison that most are answered from memory, with the very same number.
//
// It is safe for use by several goroutines. Two that ask for the same outcome
// at the same time may both compute it.
type uTests struct {
	mu    sync.Mutex
	known map[ranking]benchmath.Comparison
}

// ranking is all that a Mann-Whitney test depends on.
type ranking struct {
	n1, n2 int
	twoU   int    // twice the pairs in which the first is larger, ties half
	ties   string // the number of values at each rank; "" if it is 1 at all
}

// compare is benchmath.AssumeNothing.Compare. It reports as well whether its
// p-value is to be doubted: see [Cell.DoubtfulP].
func (t *uTests) compare(a, b *benchmath.Sample) (c benchmath.Comparison, doubtful bool) {
	r := rank(a.Values, b.Values)
	if r.ties == "" && max(r.n1, r.n2) <= untiedExactLimit {
		r.twoU = min(r.twoU, 2*r.n1*r.n2-r.twoU) // the test is symmetric
	}
	doubtful = len(r.ties) > 1 && r.n1 != r.n2 && max(r.n1, r.n2) <= tiedExactLimit

	t.mu.Lock()
	c, ok := t.known[r]
	t.mu.Unlock()
	if ok {
		return c, doubtful
	}
	c = benchmath.AssumeNothing.Compare(a, b)
	t.mu.Lock()
	t.known[r] = c
	t.mu.Unlock()
	return c, doubtful
}

// rank merges two ascending samples.
func rank(a, b []float64) ranking {
	r := ranking{n1: len(a), n2: len(b)}
	var ties []byte
	tied := false
	for i, j := 0, 0; i < len(a) || j < len(b); {
		// The next smallest value, and how often each sample has it.
		var value float64
		if j == len(b) || i < len(a) && a[i] <= b[j] {
			value = a[i]
		} else {
			value = b[j]
		}
		i0, j0 := i, j
		for i < len(a) && a[i] == value {
			i++
		}
		for j < len(b) && b[j] == value {
			j++
		}
		inA, inB := i-i0, j-j0
		r.twoU += inA * (2*j0 + inB)
		tied = tied || inA+inB > 1
		ties = appendCount(ties, inA+inB)
	}
	if tied {
		r.ties = string(ties)
	}
	return r
}

// appendCount appends n so that no two sequences of counts look the same.
func appendCount(to []byte, n int) []byte {
	for ; n >= 255; n -= 255 {
		to = append(to, 255)
	}
	return append(to, byte(n))
}
