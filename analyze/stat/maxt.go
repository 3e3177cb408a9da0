package stat

import (
	"math"
	"math/rand/v2"
	"slices"
)

// maxRelabellings bounds the work of MaxT: with more ways than that to name the
// runs, so many are drawn.
const maxRelabellings = 2000

// Questions are the values of many quantities in the same runs, for MaxT: the
// frames of a profile, say, of which each run has every one.
type Questions struct {
	// Old and New are how many runs each side has.
	Old, New int
	// Values holds Old+New values for each question, the old side's first.
	Values []float64
	// Floor is, for each question, a standard error of the difference below
	// which none is believed, however much the runs agree: the chance of
	// counting alone makes as much. It must not depend on which run is on which
	// side.
	Floor []float64
}

// MaxT returns for each question the chance that, if no question had an answer,
// any of them would show a difference as large against its scatter as this one
// does: p-values that are corrected for all questions. Unlike Holm's correction
// it costs nothing to ask things that move together, such as a function and its
// callers, since it learns from the runs how they do.
//
// All ways to name the runs old and new are tried when they are at most 2,000,
// otherwise so many drawn with seed; draws says how many. The smallest p-value
// possible is 2 / C(Old+New, Old), or 1/2001. A question without scatter or
// difference has p = 1.
//
// Source: Westfall and Young, "Resampling-based multiple testing", 1993,
// algorithm 2.5 (single step, maxT).
func MaxT(q Questions, seed uint64) (p []float64, draws int) {
	n := q.Old + q.New
	t := newTester(q)
	p = make([]float64, len(q.Floor))
	if q.Old == 0 || q.New == 0 {
		for i := range p {
			p[i] = 1
		}
		return p, 0
	}
	measured := make([]int, q.New)
	for i := range measured {
		measured[i] = q.Old + i
	}
	observed := make([]float64, len(p))
	for i := range observed {
		observed[i] = t.squared(i, measured) * (1 - 1e-9) // the same sum in another order counts as equal
	}
	var highest []float64 // of each labelling
	count := func(label []int) {
		most := 0.0
		for i := range observed {
			most = max(most, t.squared(i, label))
		}
		highest = append(highest, most)
	}
	exact := binomial(n, q.Old) <= maxRelabellings
	if exact {
		eachLabelling(n, q.New, count)
	} else {
		drawLabellings(n, q.New, seed, count)
		highest = append(highest, math.Inf(1)) // the runs as they were are one of the labellings
	}
	slices.Sort(highest)
	for i := range p {
		below, _ := slices.BinarySearch(highest, observed[i])
		p[i] = float64(len(highest)-below) / float64(len(highest))
	}
	return p, len(highest)
}

// tester computes t statistics of questions under any labelling of the runs.
type tester struct {
	Questions
	sums []float64
	// squares are the sums of squared deviations of each question: they stay the
	// same whatever the labels, so one sum decides a statistic.
	squares []float64
}

func newTester(q Questions) *tester {
	n := q.Old + q.New
	t := &tester{Questions: q, sums: make([]float64, len(q.Floor)), squares: make([]float64, len(q.Floor))}
	for i := range q.Floor {
		row := q.Values[i*n : (i+1)*n]
		for _, v := range row {
			t.sums[i] += v
		}
		for _, v := range row {
			d := v - t.sums[i]/float64(n)
			t.squares[i] += d * d
		}
	}
	return t
}

// squared is the square of the difference of the two means against its standard
// error, when the runs listed are new.
func (t *tester) squared(i int, label []int) float64 {
	row := t.Values[i*(t.Old+t.New):]
	newSum := 0.0
	for _, run := range label {
		newSum += row[run]
	}
	a, b := float64(t.Old), float64(t.New)
	difference := newSum/b - (t.sums[i]-newSum)/a
	variance := t.Floor[i] * t.Floor[i]
	if n := a + b; n > 2 {
		within := max(0, t.squares[i]-a*b/n*difference*difference)
		variance += within / (n - 2) * (1/a + 1/b)
	}
	if difference == 0 || variance == 0 {
		return 0
	}
	return difference * difference / variance
}

// eachLabelling goes through all choices of k of n.
func eachLabelling(n, k int, do func([]int)) {
	label := make([]int, 0, k)
	var choose func(from int)
	choose = func(from int) {
		if len(label) == k {
			do(label)
			return
		}
		for i := from; i <= n-(k-len(label)); i++ {
			label = append(label, i)
			choose(i + 1)
			label = label[:len(label)-1]
		}
	}
	choose(0)
}

func drawLabellings(n, k int, seed uint64, do func([]int)) {
	random := rand.New(rand.NewPCG(seed, 0))
	for range maxRelabellings {
		do(random.Perm(n)[:k])
	}
}
