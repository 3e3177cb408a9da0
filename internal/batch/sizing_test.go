package batch

import (
	"testing"
	"time"
)

func TestRule(t *testing.T) {
	r := Rule{Least: 8, Most: 128, Fast: 3 * time.Millisecond, Slow: 10 * time.Millisecond}
	for _, tc := range []struct {
		size, want int
		p99        time.Duration
	}{
		{32, 64, time.Millisecond},
		{32, 32, 3 * time.Millisecond}, // at the limits nothing moves
		{32, 32, 10 * time.Millisecond},
		{32, 16, 11 * time.Millisecond},
		{8, 8, time.Second},
		{128, 128, 0},
	} {
		if got := r.next(tc.size, tc.p99); got != tc.want {
			t.Errorf("size after %d with p99 %v: %d; want %d", tc.size, tc.p99, got, tc.want)
		}
	}
}

// TestOneSlowBatchIn128MovesNothing: the percentile forgives one batch, not two.
func TestOneSlowBatchIn128MovesNothing(t *testing.T) {
	r := Rule{Least: 8, Most: 128, Fast: 3 * time.Millisecond, Slow: 10 * time.Millisecond}
	for _, row := range []struct{ slow, want int }{{1, 16}, {2, 8}} {
		s := newAdaptiveSize(r)
		for i := range window {
			d := time.Millisecond
			if i < row.slow {
				d = time.Second
			}
			s.took(d)
		}
		if got := s.size(); got != row.want {
			t.Errorf("size after %d slow batches of %d: %d; want %d", row.slow, window, got, row.want)
		}
	}
}
