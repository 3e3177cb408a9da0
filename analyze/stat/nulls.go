package stat

import "math"

// The sizes up to which Mann-Whitney is exact: both samples must be larger for
// the normal approximation to take over. For samples of one size they are
// benchstat's limits, so that the two agree where benchstat is right.
const (
	exactUntied = 50
	exactTied   = 25
)

// maxDifferences bounds the memory for differences that are written down:
// 8 MiB. Beyond it they are only counted.
const maxDifferences = 1 << 20

// maxSteps bounds the time for the exact test of tied values: some tenths of a
// second. One value against 100,000, two of them equal, would take minutes.
const maxSteps = 1 << 28

// rankSumMoments are mean and standard deviation of U without ties.
func rankSumMoments(n1, n2 int) (mean, sd float64) {
	a, b := float64(n1), float64(n2)
	return a * b / 2, math.Sqrt(a * b * (a + b + 1) / 12)
}

// rankSumNull is the null distribution of U without ties.
type rankSumNull struct {
	cumulated []float64 // P(U <= u) for u = 0, ..., n1·n2
}

// newRankSumNull multiplies out Gauss's binomial coefficient, in which the
// number of arrangements with U = u stands at q^u:
//
//	∏ (1 - q^(n2+i)) / (1 - q^i)   for i = 1, ..., n1
//
// The product is the same with the sizes exchanged, so the smaller one is n1.
func newRankSumNull(n1, n2 int) rankSumNull {
	n1, n2 = min(n1, n2), max(n1, n2)
	counts := make([]float64, n1*n2+1)
	counts[0] = 1
	total := 1.0
	for i := 1; i <= n1; i++ {
		for u := len(counts) - 1; u >= n2+i; u-- {
			counts[u] -= counts[u-n2-i]
		}
		for u := i; u < len(counts); u++ {
			counts[u] += counts[u-i]
		}
		total *= float64(n2+i) / float64(i)
	}
	return rankSumNull{cumulate(counts, total)}
}

// twoSided uses that without ties the distribution is symmetric.
func (d rankSumNull) twoSided(u int) float64 {
	u = min(u, len(d.cumulated)-1-u)
	return min(1, 2*d.cumulated[u])
}

// signedRankNull is P(W+ <= w) for w = 0, 1, ...: each of the ranks 1 to n is
// positive or not, with equal chances.
func signedRankNull(n int) []float64 {
	counts := make([]float64, n*(n+1)/2+1)
	counts[0] = 1
	for rank := 1; rank <= n; rank++ {
		for w := len(counts) - 1; w >= rank; w-- {
			counts[w] += counts[w-rank]
		}
	}
	return cumulate(counts, math.Exp2(float64(n)))
}

// inversionsNull is the chance of each number of inversions in a random order
// of n values: the i-th value can be put before 0 to i-1 of those before it.
func inversionsNull(n int) []float64 {
	chances := []float64{1}
	for i := 2; i <= n; i++ {
		next := make([]float64, len(chances)+i-1)
		for k, c := range chances {
			for put := range i {
				next[k+put] += c / float64(i)
			}
		}
		chances = next
	}
	return chances
}

// cumulate turns counts into cumulated shares of total, in place.
func cumulate(counts []float64, total float64) []float64 {
	sum := 0.0
	for i, c := range counts {
		sum += c
		counts[i] = min(sum/total, 1)
	}
	return counts
}
