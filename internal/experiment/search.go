package experiment

import (
	"math"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// search looks for the highest rate that holds, by trying. What it knows is a
// bracket: low held (0: nothing did yet), high did not (0: everything did).
//
//  1. From a first guess, upwards by factors until a rate does not hold, or
//     downwards until one does.
//  2. The bracket is halved, in ratios, until it is narrow enough or three
//     quarters of the budget are spent.
//  3. low is tried once more, for longer; as long as it does not hold, the
//     search goes down.
//
// One bad second of the machine must not decide: a rate that did not hold is
// tried again, and if the two disagree, a third time.
type search struct {
	options CapacityOptions
	// try probes a rate; an error ends the search.
	try func(rate float64, window time.Duration) (runfolder.Probe, error)
	// elapsed is the time since the search began.
	elapsed func() time.Duration

	found     runfolder.Capacity
	low, high float64
}

// The steps of the first phase. Doubling would overload the service more than
// needed, and what is queued then has to be worked off. Downwards the steps
// grow, to no more than a tenth: a service that is within the SLO at no rate
// should not take a minute to say so.
const (
	stepUp     = 1.5
	stepDown   = 0.6
	stepLowest = 0.1
)

// run searches from a first guess.
func (s *search) run(guess float64) (runfolder.Capacity, error) {
	o := s.options
	for _, step := range []func(float64) error{s.bracket, s.narrow, s.confirm} {
		if err := step(min(max(whole(guess), o.MinRate), o.MaxRate)); err != nil {
			return s.found, err
		}
	}
	s.found.Rate, s.found.Ceiling = s.low, s.high
	return s.found, nil
}

// whole drops fractions where they are less than a hundredth.
func whole(rate float64) float64 {
	if rate < 100 {
		return rate
	}
	return math.Round(rate)
}

func (s *search) bracket(rate float64) error {
	o := s.options
	for down := stepDown; ; {
		held, err := s.holds(rate, o.Probe/2)
		if err != nil {
			return err
		}
		switch {
		case held && rate >= o.MaxRate, !held && rate <= o.MinRate:
			return nil
		case held && s.high > 0, !held && s.low > 0:
			return nil
		case held:
			rate = min(whole(rate*stepUp), o.MaxRate)
		default:
			rate = max(whole(rate*down), o.MinRate)
			down = max(down*down, stepLowest)
		}
	}
}

func (s *search) narrow(float64) error {
	o := s.options
	for s.low > 0 && s.high > s.low*(1+o.Precision) && s.elapsed() < o.Budget*3/4 {
		if _, err := s.holds(whole(math.Sqrt(s.low*s.high)), o.Probe); err != nil {
			return err
		}
	}
	return nil
}

// confirm goes down in steps that double, in ratios: a service that broke down
// for good, or a machine that became busy, must not cost minutes. The wide
// bracket that this leaves says how little is known.
func (s *search) confirm(float64) error {
	o := s.options
	for step := 1 + o.Precision; s.low > 0; step *= step {
		rate := s.low
		held, err := s.holds(rate, o.Probe*3/2)
		if err != nil || held {
			return err
		}
		s.low = 0
		if rate > o.MinRate {
			s.low = max(whole(rate/step), o.MinRate) // a candidate, to be confirmed
		}
	}
	return nil
}

// holds decides about a rate and moves the bracket. One good probe is enough at
// first; after a bad one it takes two of either kind.
func (s *search) holds(rate float64, window time.Duration) (bool, error) {
	for good, bad := 0, 0; ; {
		p, err := s.try(rate, window)
		if err != nil {
			return false, err
		}
		s.found.Probes = append(s.found.Probes, p)
		if p.Held {
			good++
		} else {
			bad++
		}
		switch {
		case bad == 2:
			s.high, s.found.Limit, s.found.GeneratorBound = rate, p.Why, p.GeneratorBound
			return false, nil
		case good == 2, bad == 0:
			s.low = rate
			return true, nil
		}
	}
}
