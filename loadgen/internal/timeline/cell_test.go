package timeline

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestSliceQuantiles compares with the exact ones.
func TestSliceQuantiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var c sliceCell
	var all []time.Duration
	for range 20_000 {
		d := time.Duration(random.ExpFloat64() * random.ExpFloat64() * float64(20*time.Millisecond))
		c.time(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 1} {
		got, want := c.quantile(q), all[int(q*float64(len(all)))-1]
		if off := float64(got-want) / float64(want); off < -0.03 || off > 0.03 {
			t.Errorf("q%v: got %v, want %v", q, got, want)
		}
	}
	c.time(1 << 62) // 146 years
	if got := c.quantile(1); got != 1<<62 {
		t.Errorf("the longest is %v", got)
	}
}
