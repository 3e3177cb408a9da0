package stat

import (
	"math"
	"slices"
)

// Holm returns, in the order of p, p-values corrected for having asked
// len(p) questions: reporting those at or below 0.05 makes one false report or
// more in at most 5 % of families without any true change. The smallest is
// multiplied by the number of questions, the next by one less, and so on; none
// is smaller than one before it, none exceeds 1. A NaN is not counted as a question: it stays
// and does not count.
//
// Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
func Holm(p []float64) []float64 {
	corrected := slices.Clone(p)
	order := make([]int, 0, len(p))
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	least := 0.0
	for k, i := range order {
		least = max(least, min(1, p[i]*float64(len(order)-k)))
		corrected[i] = least
	}
	return corrected
}
