package experiment

import (
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// ProfileOptions ask for rounds in which each arm is profiled under its load.
// They run after all others, in an order drawn from the seed like theirs, each
// run with a fresh start. Being profiled costs a service time, so they count
// for no statistics: they are in profiled.jsonl and not in rounds.jsonl.
type ProfileOptions struct {
	// Rounds is how often each arm is profiled. By default once.
	Rounds int
	// Duration is how long, in whole seconds. By default the arm's measured
	// window; one that is shorter is made as long. What is fetched before and after
	// is fetched under the same load, but that is not counted.
	Duration time.Duration
	// The rest is as in [profiles.Plan].
	Kinds         []profiles.Kind
	Trace         bool
	TraceDuration time.Duration
	MaxTraceBytes int64
	Timeout       time.Duration
}

func (o *ProfileOptions) check() error {
	switch {
	case o.Rounds < 0:
		return fmt.Errorf("profiled rounds must be 1 or more, not %d", o.Rounds)
	case o.Duration < 0 || o.Duration%time.Second != 0:
		return fmt.Errorf("profiles must be taken for whole seconds, not %v", o.Duration)
	case o.TraceDuration < 0 || o.Timeout < 0:
		return errors.New("durations of profiles must not be negative")
	}
	return nil
}

// rounds is how many there are; of nil options none.
func (o *ProfileOptions) rounds() int {
	if o == nil {
		return 0
	}
	return max(o.Rounds, 1)
}

// duration is how long to profile in a window; in whole seconds, as
// net/http/pprof wants it.
func (o *ProfileOptions) duration(window time.Duration) time.Duration {
	if o.Duration > 0 {
		return o.Duration
	}
	return max(window.Truncate(time.Second), time.Second)
}

// window is the least measured time of a profiled run whose plan says planned.
func (o *ProfileOptions) window(planned time.Duration) time.Duration {
	if planned == 0 {
		planned = loadgen.DefaultDuration
	}
	return max(planned, o.Duration)
}
