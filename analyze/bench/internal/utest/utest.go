// Package utest runs Mann-Whitney tests that answer as benchmath's do, faster.
package utest

import (
	"math"
	"sync"

	"github.com/aclements/go-moremath/mathx"
	"golang.org/x/perf/benchmath"
)

// The largest samples for which benchmath computes the exact distribution of
// U. Beyond them it takes the normal approximation.
const (
	untiedExactLimit = 50
	tiedExactLimit   = 25
)

// hintLimit is the sample size from which benchmath does not warn that more
// values are needed to find a difference.
const hintLimit = 10

// Tests runs Mann-Whitney tests that answer as benchmath does.
//
// The exact distribution of U is by far the dearest thing in a comparison, and
// a p-value depends on nothing but the ranking of the two samples. So outcomes
// are remembered; and with ties, where benchmath is slow, they are counted
// here.
//
// The outcomes are shared by several goroutines, each of which has a Tests of
// its own. Two that ask for the same outcome at the same time may both compute
// it.
type Tests struct {
	alpha   float64
	shared  *Outcomes
	counter counts
}

// Outcomes are what tests came to, by ranking.
type Outcomes struct {
	mu    sync.Mutex
	known map[ranking]benchmath.Comparison
}

// NewOutcomes remembers nothing yet.
func NewOutcomes() *Outcomes { return &Outcomes{known: make(map[ranking]benchmath.Comparison)} }

// ranking is all that a Mann-Whitney test depends on.
type ranking struct {
	n1, n2 int
	twoU   int    // twice the pairs in which the first is larger, ties half
	ties   string // the number of values at each rank; "" if it is 1 at all
}

// Compare is benchmath.AssumeNothing.Compare. It reports as well whether its
// p-value is to be doubted: samples of different size with ties,
// of which benchmath's exact distribution is wrong.
func (t *Tests) Compare(a, b *benchmath.Sample) (c benchmath.Comparison, doubtful bool) {
	r := rank(a.Values, b.Values)
	if r.ties == "" && max(r.n1, r.n2) <= untiedExactLimit {
		r.twoU = min(r.twoU, 2*r.n1*r.n2-r.twoU) // the test is symmetric
	}
	exactTied := len(r.ties) > 1 && max(r.n1, r.n2) <= tiedExactLimit
	doubtful = exactTied && r.n1 != r.n2

	t.shared.mu.Lock()
	c, ok := t.shared.known[r]
	t.shared.mu.Unlock()
	if ok {
		return c, doubtful
	}
	c = benchmath.Comparison{P: math.NaN(), N1: r.n1, N2: r.n2, Alpha: t.alpha}
	if exactTied && max(r.n1, r.n2) >= hintLimit {
		c.P = t.counter.p(r)
	}
	if !t.prints(c.P) {
		c = benchmath.AssumeNothing.Compare(a, b)
	}
	t.shared.mu.Lock()
	t.shared.known[r] = c
	t.shared.mu.Unlock()
	return c, doubtful
}

// prints reports whether a p-value is as good as benchmath's, from which it may
// differ in its last bits: it is, unless it lies so near to alpha, or to where
// its printed digits change, that these bits decide. NaN is not.
func (t *Tests) prints(p float64) bool {
	const margin = 1e-9
	steps := p * 2000 // printed are three digits
	return math.Abs(p-t.alpha) > margin && math.Abs(steps-math.Round(steps)) > margin || p == 1
}

// New runs tests at a level and shares what they came to.
func New(alpha float64, shared *Outcomes) *Tests { return &Tests{alpha: alpha, shared: shared} }

// rank merges two ascending samples.
func rank(a, b []float64) ranking {
	r := ranking{n1: len(a), n2: len(b)}
	var room [128]byte
	ties := room[:0]
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

// counts counts arrangements with ties. It keeps its memory between counts.
type counts struct{ ways []float64 }

// p is twice the chance of a U up to the smaller of the two seen, as benchmath
// defines it, for n1 and n2 up to 25. (If n1 and n2 differ, the distribution is
// not symmetric and this is no p-value, but what benchstat prints.)
//
// Which n1 of the values are the first sample's is chosen rank by rank, from
// the lowest. ways[j][u] is the number of choices so far with j values taken
// and a doubled U of u. Taking r of the t values of a rank, with b values below
// it, of which b-j are the second sample's, adds r·(2·(b-j) + t-r) to u and has
// t-choose-r ways. Choices whose u exceeds what was seen are dropped. All
// counts are whole and below 2⁵³, so they are exact.
//
// Source: Klotz, "The Wilcoxon, ties, and the computer", JASA 61, 1966.
func (c *counts) p(r ranking) float64 {
	seen := min(r.twoU, 2*r.n1*r.n2-r.twoU)
	if seen == r.n1*r.n2 {
		return 1 // in the middle: both tails are everything
	}
	width := seen + 1
	size := (r.n1 + 1) * width
	if cap(c.ways) < size {
		c.ways = make([]float64, size)
	}
	ways := c.ways[:size]
	clear(ways)
	ways[0] = 1
	below := 0
	for _, tied := range []byte(r.ties) {
		t := int(tied)
		// Downwards, so that ways with fewer values taken are still those of
		// the ranks below.
		for to := min(r.n1, below+t); to > 0; to-- {
			choose := 1.0
			for taken := 1; taken <= min(t, to); taken++ {
				choose = choose * float64(t-taken+1) / float64(taken)
				from := to - taken
				add := taken * (2*(below-from) + t - taken)
				if from > below || add > seen {
					continue
				}
				into := ways[to*width+add : (to+1)*width]
				for u, n := range ways[from*width : from*width+len(into)] {
					into[u] += choose * n
				}
			}
		}
		below += t
	}
	total := 0.0
	for _, n := range ways[r.n1*width:] {
		total += n
	}
	return 2 * total / mathx.Choose(r.n1+r.n2, r.n1)
}
