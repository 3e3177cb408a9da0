package timeline

import (
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
