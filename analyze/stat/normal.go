package stat

import "math"

// normalQuantile is the value below which a standard normal variable falls
// with probability p.
func normalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }
