package stat

// Calculator computes the same as the package's functions and remembers the
// null distributions that depend on sample sizes alone. A table of a thousand
// cells with the same sizes then computes them once. The zero value is ready.
// It is not safe for concurrent use.
type Calculator struct {
	rankSums    map[[2]int]rankSumNull
	signedRanks map[int][]float64
	inverted    map[int][]float64
	scratch     []float64 // of differences
}

// rankSum is the null distribution of U for untied samples of these sizes.
func (c *Calculator) rankSum(n1, n2 int) rankSumNull {
	return remembered(&c.rankSums, [2]int{n1, n2}, func() rankSumNull { return newRankSumNull(n1, n2) })
}

// signedRank is the cumulated null distribution of W+ for n untied pairs.
func (c *Calculator) signedRank(n int) []float64 {
	return remembered(&c.signedRanks, n, func() []float64 { return signedRankNull(n) })
}

// inversions is the null distribution of inversions among n values.
func (c *Calculator) inversions(n int) []float64 {
	return remembered(&c.inverted, n, func() []float64 { return inversionsNull(n) })
}

// remembered looks a value up and computes it the first time.
func remembered[K comparable, V any](known *map[K]V, key K, compute func() V) V {
	value, ok := (*known)[key]
	if !ok {
		value = compute()
		if *known == nil {
			*known = make(map[K]V)
		}
		(*known)[key] = value
	}
	return value
}
