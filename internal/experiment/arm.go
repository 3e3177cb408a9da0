package experiment

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Arm is one of the things an experiment compares.
type Arm struct {
	// Name tells the arm from the others: letters, digits, '.', '_' and '-',
	// see [CleanName].
	Name string
	// Start brings the arm up for one round and returns when it is ready to be
	// loaded. On an error nothing of it may be left running.
	Start func(ctx context.Context, lap Lap) (*Target, error)
}

// Lap tells an arm which run it is started for.
type Lap struct {
	Round int    // from 1
	Seed  uint64 // of this round; the same for all arms of a round
	Dir   string // the round's folder, for logs; exists
}

// Target is an arm that is up.
type Target struct {
	// Plan is the load. Run fills in Record and Progress, and Seed with that of
	// the round; the target may leave them alone.
	Plan loadgen.Plan
	// MetricsURL is where the service shows its runtime metrics, as Prometheus
	// text or expvar JSON. Empty: it has none.
	MetricsURL string
	// Outcome names what an exchange meant to the service, such as "win"; ""
	// counts for nothing. It runs on the sending thread, so it must be quick.
	// By default outcomes are not counted.
	Outcome func(*loadgen.Exchange) string
	// Stop ends the target and waits for its end. Its error says that the
	// target did not live until now, or not end as it should. Nil: there is
	// nothing to stop.
	Stop func(ctx context.Context) error
}

// maxName is what fits into a file name and a table.
const maxName = 64

// CheckName says what is wrong with an arm's or a run's name. Names become
// folder names and parts of benchmark names, where "-8" at the end would be
// read as GOMAXPROCS.
func CheckName(name string) error {
	switch {
	case name == "" || len(name) > maxName || !regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`).MatchString(name):
		return fmt.Errorf("name %q must be 1 to %d letters, digits, '.', '_' or '-', and not start with '.' or '-'", name, maxName)
	case regexp.MustCompile(`-[0-9]+$`).MatchString(name):
		return fmt.Errorf("name %q must not end in '-' and digits: benchmark readers take them for GOMAXPROCS", name)
	}
	return nil
}

// CleanName makes a name that CheckName accepts from any text.
func CleanName(text string) string {
	name := regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(text, "_")
	name = regexp.MustCompile(`^[.-]+`).ReplaceAllString(name, "")
	name = name[:min(len(name), maxName)]
	name = regexp.MustCompile(`-([0-9]+)$`).ReplaceAllString(name, "_$1")
	if name == "" {
		return "run"
	}
	return name
}

// Spec is an experiment.
type Spec struct {
	// Name is the run's name, see [CheckName].
	Name string
	// Benchmark is the first part of the names in bench.txt: "Draw", "HTTP".
	Benchmark string
	Arms      []Arm
	Rounds    int    // 1 or more
	Seed      uint64 // decides the order of arms and, with the round, each plan's seed
	// Statuses says which HTTP statuses are good answers. Nil: 1xx to 3xx.
	Statuses StatusSet
	// LogAnswers keeps every exchange in the round's answers.jsonl.
	LogAnswers bool
	// Progress is called often while a round runs, from any goroutine but never
	// twice at one time. By default there are no reports.
	Progress func(Progress)
}

// Phase says what a round is busy with.
type Phase string

// The phases of a round, in order.
const (
	Starting  Phase = "starting"
	WarmingUp Phase = "warming up"
	Measuring Phase = "measuring"
	Stopping  Phase = "stopping"
)

// Progress tells how far an experiment is.
type Progress struct {
	Run, Runs int // counts all arms' runs, from 1
	Arm       string
	Phase     Phase
	Load      loadgen.Progress // in the phases WarmingUp and Measuring
	// Remaining is an estimate that rests on the runs so far, or on the plan in
	// the first. 0 when there is none yet.
	Remaining time.Duration
}

func (s *Spec) check() error {
	if err := CheckName(s.Name); err != nil {
		return err
	}
	if s.Rounds < 1 {
		return fmt.Errorf("rounds must be 1 or more, not %d", s.Rounds)
	}
	if len(s.Arms) == 0 {
		return fmt.Errorf("an experiment needs an arm")
	}
	seen := map[string]bool{}
	for _, arm := range s.Arms {
		if err := CheckName(arm.Name); err != nil {
			return err
		}
		if seen[arm.Name] {
			return fmt.Errorf("two arms are named %q", arm.Name)
		}
		seen[arm.Name] = true
	}
	return nil
}
