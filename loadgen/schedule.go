package loadgen

import (
	"fmt"
	"math"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/prng"
)

// Arrivals names how the intended send times of a run are spread.
type Arrivals string

// The ways requests can arrive.
const (
	// Constant spaces requests evenly: request i is due i/rate after the start.
	Constant Arrivals = "constant"
	// Poisson draws exponential gaps with mean 1/rate, as independent users
	// produce; it shows queueing that even spacing hides.
	Poisson Arrivals = "poisson"
	// Closed keeps a fixed number of connections busy: each sends its next
	// request when the answer to the last one is there. It measures capacity,
	// not what users feel: a slow server slows the load down with it.
	Closed Arrivals = "closed"
)

// ParseArrivals reads "constant", "poisson" or "closed".
func ParseArrivals(s string) (Arrivals, error) {
	switch a := Arrivals(s); a {
	case Constant, Poisson, Closed:
		return a, nil
	}
	return "", fmt.Errorf("unknown arrivals %q; use constant, poisson or closed", s)
}

// Schedule yields the intended send times of an open-loop run, as offsets from
// its start. It is a pure function of its arguments: it reads no clock, and two
// schedules made alike yield the same times. Not safe for concurrent use.
type Schedule struct {
	arrivals Arrivals
	rate     float64
	gaps     prng.Generator
	next     int64
	at       float64 // seconds; Poisson only
}

// NewSchedule returns the schedule of rate requests per second. The seed
// matters for Poisson only. Closed arrivals have no schedule and are refused.
func NewSchedule(a Arrivals, rate float64, seed uint64) (*Schedule, error) {
	if a != Constant && a != Poisson {
		return nil, fmt.Errorf("arrivals %q have no schedule: use constant or poisson", a)
	}
	if !(rate > 0) || math.IsInf(rate, 0) {
		return nil, fmt.Errorf("rate must be a positive number of requests per second, not %v", rate)
	}
	return &Schedule{arrivals: a, rate: rate, gaps: prng.New(seed, prng.ScheduleStream)}, nil
}

// Next returns the next intended send time. Times never decrease. The first
// constant one is 0; the first Poisson one is the first gap.
func (s *Schedule) Next() time.Duration {
	i := s.next
	s.next++
	if s.arrivals == Constant {
		// i/rate rather than a running sum: no rounding piles up.
		return seconds(float64(i) / s.rate)
	}
	s.at += s.gaps.Exponential() / s.rate
	return seconds(s.at)
}

// seconds converts without overflowing: a time past 292 years is "never".
func seconds(s float64) time.Duration {
	ns := s * 1e9
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(math.Round(ns))
}
