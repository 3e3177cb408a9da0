package experiment

import (
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Spec is an experiment.
type Spec struct {
	// Name is the run's name, see [runfolder.CheckName].
	Name string
	// Benchmark is the first part of the names in bench.txt: "Draw", "HTTP".
	Benchmark string
	Arms      []Arm
	Rounds    int    // 1 or more; with Profile 0 is possible, too
	Seed      uint64 // decides the order of arms and, with the round, each plan's seed
	// Statuses says which HTTP statuses are good answers. Nil: 1xx to 3xx.
	Statuses StatusSet
	// LogAnswers keeps every exchange in the run's answers.jsonl.
	LogAnswers bool

	// NoiseLimit is how much of what else goes on on the machine is tolerated.
	// A round with a run over the limit is repeated as a whole, at once and up
	// to Repeats times; if that does not help, the last one is kept and marked.
	// The limit never looks at what was measured. By default nothing is limited.
	NoiseLimit runfolder.NoiseLimit
	Repeats    int
	// KeepGoing says what happens when an arm fails (see [ArmError]). By
	// default the experiment stops and keeps what there is: without the arm
	// there is nothing to compare, and a resumed experiment tries it again.
	// With KeepGoing the arm's run is marked with the failure, the other arms
	// go on, and the next round tries the arm again.
	KeepGoing bool

	// Capacity asks for a capacity search in each run, after the load and with
	// a fresh start of the arm. By default there is none.
	Capacity *CapacityOptions
	// CapacityOnly leaves the load at the plan's rate out.
	CapacityOnly bool

	// Profile asks for rounds in which profiles are taken. By default there are
	// none.
	Profile *ProfileOptions

	// Progress is called often while a round runs, from any goroutine but never
	// twice at one time. By default there are no reports.
	Progress func(Progress)
}

// DefaultRepeats is how often a noisy round is worth repeating: a machine that
// is busy four times in a row is a busy machine.
const DefaultRepeats = 3

// Phase says what a run is busy with.
type Phase string

// The phases of a run, in order. A capacity search starts the arm anew.
const (
	Starting  Phase = "starting"
	WarmingUp Phase = "warming up"
	Measuring Phase = "measuring"
	Profiling Phase = "profiling" // instead of Measuring, in a profiled run
	Probing   Phase = "searching capacity"
	Checking  Phase = "checking"
	Stopping  Phase = "stopping"
)

// Progress tells how far an experiment is.
type Progress struct {
	Run, Runs int // counts all arms' runs, from 1; repeats are not counted
	Round     int // profiled rounds are counted on
	Repeat    int // 0, or which repeat of the round this is
	Arm       string
	Phase     Phase
	Load      loadgen.Progress // in the phases WarmingUp to Probing
	Rate      float64          // asked for, in the phase Probing
	// Remaining is an estimate that rests on the runs so far, or on the plan in
	// the first. 0 when there is none yet.
	Remaining time.Duration
}

func (s *Spec) check() error {
	if err := runfolder.CheckName(s.Name); err != nil {
		return err
	}
	if err := checkArms(s.Arms); err != nil {
		return err
	}
	if s.Profile != nil {
		if err := s.Profile.check(); err != nil {
			return err
		}
	}
	switch {
	case s.Rounds < 0 || s.Rounds == 0 && s.Profile == nil:
		return fmt.Errorf("rounds must be 1 or more, not %d", s.Rounds)
	case s.CapacityOnly && s.Profile != nil:
		return errors.New("an experiment without load has nothing to profile")
	case s.Repeats < 0:
		return fmt.Errorf("repeats must be 0 or more, not %d", s.Repeats)
	case s.CapacityOnly && s.Capacity == nil:
		return errors.New("an experiment without load needs a capacity search")
	case s.Capacity != nil:
		return s.Capacity.check()
	}
	return nil
}

func checkArms(arms []Arm) error {
	if len(arms) == 0 {
		return errors.New("an experiment needs at least one arm")
	}
	seen := map[string]bool{}
	for _, arm := range arms {
		if err := runfolder.CheckName(arm.Name); err != nil {
			return err
		}
		if seen[arm.Name] {
			return fmt.Errorf("two arms are named %q", arm.Name)
		}
		seen[arm.Name] = true
	}
	return nil
}

// rules are what run.json keeps of the spec.
func (s *Spec) rules() runfolder.Rules {
	rules := runfolder.Rules{NoiseLimit: s.NoiseLimit, Repeats: s.Repeats, KeepGoing: s.KeepGoing, CapacityOnly: s.CapacityOnly}
	if s.Profile != nil {
		profile := runfolder.ProfileRules(*s.Profile)
		rules.Profile = &profile
	}
	if s.Capacity != nil {
		o := s.Capacity.withDefaults()
		rules.Capacity = &runfolder.CapacityRules{
			SLO: o.SLO, MinRate: o.MinRate, MaxRate: o.MaxRate, Probe: o.Probe, Precision: o.Precision, Budget: o.Budget,
		}
	}
	return rules
}
