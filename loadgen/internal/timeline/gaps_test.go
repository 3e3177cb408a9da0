package timeline

import (
	"math"
	"testing"
	"time"
)

func TestGapStats(t *testing.T) {
	tests := []struct {
		name  string
		times []time.Duration
		want  float64
	}{
		{"none", nil, 0},
		{"one gap", []time.Duration{0, 5}, 0},
		{"even", []time.Duration{0, 10, 20, 30}, 0},
		{"pairs", []time.Duration{0, 0, 20, 20, 40}, 1}, // gaps 0 20 0 20: mean 10, deviation 10
	}
	for _, tt := range tests {
		var g Gaps
		for _, at := range tt.times {
			g.Add(at)
		}
		if got := g.CV(); got < tt.want-1e-9 || got > tt.want+1e-9 {
			t.Errorf("%s: CV %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestGapsOfR: R 4.2.2, x <- diff(c(1,2,4,7,11)); sqrt(mean((x-mean(x))^2))/mean(x)
// is 0.4472136.
func TestGapsOfR(t *testing.T) {
	var g Gaps
	for i, at := range []time.Duration{1, 2, 4, 7, 11} {
		g.Add(at * time.Millisecond)
		if cv := g.CV(); i < 2 && cv != 0 {
			t.Errorf("after %d sends: %v, want 0", i+1, cv)
		}
	}
	if cv := g.CV(); math.Abs(cv-0.4472136) > 1e-7 {
		t.Errorf("coefficient of variation %v, R has 0.4472136", cv)
	}
	g = Gaps{}
	g.Add(5)
	g.Add(5)
	g.Add(3) // a clock that goes back makes a gap of 0, not a negative one
	if cv := g.CV(); cv != 0 || g.mean != 0 || g.n != 2 {
		t.Errorf("three sends at one time: %v, %+v", cv, g)
	}
	g = Gaps{}
	g.Add(0)
	g.Add(time.Millisecond)
	g.Add(4 * time.Millisecond) // gaps 1 and 3: two are enough
	if cv := g.CV(); math.Abs(cv-0.5) > 1e-12 {
		t.Errorf("gaps of 1 and 3 ms: %v, want 0.5", cv)
	}
}
