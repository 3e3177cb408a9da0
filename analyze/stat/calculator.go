package stat

// Calculator computes the same as the package's functions and remembers the
// null distributions that depend on sample sizes alone. A table of a thousand
// cells with the same sizes then computes them once. The zero value is ready.
// It is not safe for concurrent use.
type Calculator struct {
	rankSums    map[[2]int]rankSumNull
	signedRanks map[int][]float64
}

// rankSum is the null distribution of U for untied samples of these sizes.
func (c *Calculator) rankSum(n1, n2 int) rankSumNull {
	key := [2]int{n1, n2}
	null, ok := c.rankSums[key]
	if !ok {
		null = newRankSumNull(n1, n2)
		if c.rankSums == nil {
			c.rankSums = make(map[[2]int]rankSumNull)
		}
		c.rankSums[key] = null
	}
	return null
}

// signedRank is the cumulated null distribution of W+ for n untied pairs.
func (c *Calculator) signedRank(n int) []float64 {
	null, ok := c.signedRanks[n]
	if !ok {
		null = signedRankNull(n)
		if c.signedRanks == nil {
			c.signedRanks = make(map[int][]float64)
		}
		c.signedRanks[n] = null
	}
	return null
}
