package timeline

import (
	"math"
	"time"
)

// Gaps accumulates the spread of the times between sends, by Welford's
// method: one pass, no samples kept.
type Gaps struct {
	last     time.Duration
	started  bool
	n        float64
	mean, m2 float64
}

// Add takes in the time of a send.
func (g *Gaps) Add(at time.Duration) {
	if !g.started {
		g.last, g.started = at, true
		return
	}
	gap := float64(max(0, at-g.last))
	g.last = at
	g.n++
	delta := gap - g.mean
	g.mean += delta / g.n
	g.m2 += delta * (gap - g.mean)
}

// CV returns standard deviation over mean, 0 with fewer than two gaps.
func (g *Gaps) CV() float64 {
	if g.n < 2 || g.mean == 0 {
		return 0
	}
	return math.Sqrt(g.m2/g.n) / g.mean
}
