package loadgen_test

import (
	"math"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestConstantSchedule(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name string
		rate float64
		want []time.Duration
	}{
		{"thousand a second", 1000, []time.Duration{0, ms, 2 * ms, 3 * ms}},
		{"one in two seconds", 0.5, []time.Duration{0, 2 * time.Second, 4 * time.Second}},
		{"thirds are rounded, not summed", 3e9, []time.Duration{0, 0, 1, 1, 1, 2, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := loadgen.NewSchedule(loadgen.Constant, tt.rate, 0)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.want {
				if got := s.Next(); got != want {
					t.Errorf("request %d is due at %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestConstantScheduleDoesNotDrift(t *testing.T) {
	s, err := loadgen.NewSchedule(loadgen.Constant, 7, 0)
	if err != nil {
		t.Fatal(err)
	}
	var last time.Duration
	for range 7_000_001 {
		last = s.Next()
	}
	if want := 1_000_000 * time.Second; last != want {
		t.Errorf("request 7,000,000 at 7/s is due at %v, want %v", last, want)
	}
}

// The mean of n exponential gaps has a standard error of 1/sqrt(n) of itself;
// their CV is 1 within about 2/sqrt(n). The seeds are fixed, so this is not a
// matter of luck at run time.
func TestPoissonSchedule(t *testing.T) {
	const n, rate = 200_000, 4000.0
	for _, seed := range []uint64{0, 1, 42} {
		s, err := loadgen.NewSchedule(loadgen.Poisson, rate, seed)
		if err != nil {
			t.Fatal(err)
		}
		var last time.Duration
		var sum, squares float64
		for range n {
			at := s.Next()
			gap := (at - last).Seconds()
			if gap < 0 {
				t.Fatalf("seed %d: time went back by %v", seed, last-at)
			}
			last = at
			sum += gap
			squares += gap * gap
		}
		mean := sum / n
		cv := math.Sqrt(squares/n-mean*mean) / mean
		if math.Abs(mean*rate-1) > 0.01 {
			t.Errorf("seed %d: mean gap is %.4f of 1/rate, want 1 within 1 %%", seed, mean*rate)
		}
		if math.Abs(cv-1) > 0.02 {
			t.Errorf("seed %d: gap CV is %.4f, want 1 within 2 %%", seed, cv)
		}
	}
}

func TestScheduleIsAFunctionOfItsSeed(t *testing.T) {
	times := func(seed uint64) (out [50]time.Duration) {
		s, err := loadgen.NewSchedule(loadgen.Poisson, 100, seed)
		if err != nil {
			t.Fatal(err)
		}
		for i := range out {
			out[i] = s.Next()
		}
		return out
	}
	if first, second := times(5), times(5); first != second {
		t.Error("the same seed gave two schedules")
	}
	if times(5) == times(6) {
		t.Error("two seeds gave the same schedule")
	}
}

func TestScheduleRefuses(t *testing.T) {
	tests := []struct {
		arrivals loadgen.Arrivals
		rate     float64
	}{
		{loadgen.Closed, 10}, {"bursty", 10}, {loadgen.Constant, 0}, {loadgen.Constant, -1},
		{loadgen.Poisson, math.NaN()}, {loadgen.Poisson, math.Inf(1)},
	}
	for _, tt := range tests {
		if _, err := loadgen.NewSchedule(tt.arrivals, tt.rate, 0); err == nil {
			t.Errorf("NewSchedule(%q, %v) was accepted", tt.arrivals, tt.rate)
		}
	}
}
