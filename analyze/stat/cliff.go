package stat

import "slices"

// CliffsDelta is the chance that a new value is larger than an old one, less
// the chance that it is smaller: -1 when all new values are below all old ones,
// 0 when neither side is ahead, 1 when all are above. It is 2·U/(n1·n2) - 1.
// By a usual rule 0.147, 0.33 and 0.474 are a small, a medium and a large
// difference. It is 0 for an empty sample.
//
// Source: Cliff, "Dominance statistics", 1993; the rule: Romano et al., 2006.
func CliffsDelta(old, new []float64) float64 {
	if len(old) == 0 || len(new) == 0 {
		return 0
	}
	sorted := slices.Clone(old)
	slices.Sort(sorted)
	balance := 0
	for _, v := range new {
		below, found := slices.BinarySearch(sorted, v)
		equal := 0
		if found {
			equal = leading(sorted[below:], v)
		}
		balance += 2*below + equal - len(sorted) // smaller old values less larger ones
	}
	return float64(balance) / (float64(len(old)) * float64(len(new)))
}
