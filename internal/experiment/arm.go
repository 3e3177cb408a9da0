package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Arm is one of the things an experiment compares.
type Arm struct {
	// Name tells the arm from the others: letters, digits, '.', '_' and '-',
	// see [runfolder.CleanName].
	Name string
	// Start brings the arm up for one run and returns when it is ready to be
	// loaded. On an error nothing of it may be left running.
	Start func(ctx context.Context, lap Lap) (*Target, error)
}

// Lap tells an arm which run it is started for.
type Lap struct {
	Round int // from 1
	// Repeat is 0, or which repeat of the round this is. Round and Repeat
	// together are new for every load of an arm.
	Repeat int
	Seed   uint64 // of this round; the same for all arms and repeats of a round
	Dir    string // the run's folder, for logs; exists and is empty
	// Capacity says that a capacity search will load the arm, at rates far from
	// the plan's.
	Capacity bool
	// Profile is 0, or which profiled round this is; Round counts on then.
	Profile int
	// Window is the least time for which the plan's load will be measured: in a
	// profiled round it may be longer than the plan says.
	Window time.Duration
}

// Target is an arm that is up.
type Target struct {
	// Plan is the load. Run fills in Record and Progress, and Seed with that of
	// the round; the target may leave them alone. The processes of the group
	// that Plan.ServerPID leads are measured as one, so that a shell and what
	// it started are.
	Plan loadgen.Plan
	// MetricsURL is where the service shows its runtime metrics, as Prometheus
	// text or expvar JSON. Empty: it has none.
	MetricsURL string
	// Pprof is where the service's profiles are taken in a profiled round,
	// several for replicas that share the load. Empty: it has none.
	Pprof []profiles.Target
	// Outcome names what an exchange meant to the service, such as "win"; ""
	// counts for nothing. It runs on the sending thread, so it must be quick.
	// By default outcomes are not counted.
	Outcome func(*loadgen.Exchange) string
	// Check looks, when the load is over and the target still up, whether the
	// service kept its promises, and returns those it broke. It is not asked
	// after a load that was cut short, nor after a capacity search. An error
	// says that it could not tell. Nil: nothing is checked.
	Check func(ctx context.Context) (broken []runfolder.Broken, err error)
	// Ended is closed when the target has ended by itself: the load is given up
	// then, and Stop says why it ended. Nil: only Stop notices.
	Ended <-chan struct{}
	// Stop ends the target and waits for its end. Its error says that the
	// target did not live until now, or not end as it should. Nil: there is
	// nothing to stop.
	Stop func(ctx context.Context) error
}

// ErrEndedEarly is within the error of a [Target.Stop] whose target had ended by
// itself.
var ErrEndedEarly = errors.New("ended early")

// ArmError says that the thing measured failed: an arm did not start, ended
// while it was loaded, or did not stop. Other errors of this package are about
// the measuring: a full disk, bad input.
type ArmError struct {
	Arm     string
	Round   int // 0: before the first
	Kind    runfolder.FailureKind
	Err     error
	profile int // which profiled round Round is; 0: none
}

// Error names the arm, the round and what happened.
func (e *ArmError) Error() string {
	round := fmt.Sprintf("round %d", e.Round)
	if e.profile > 0 {
		round = fmt.Sprintf("profiled round %d", e.profile)
	}
	started := e.Kind != runfolder.NotStarted
	switch {
	case started && e.Round > 0:
		return fmt.Sprintf("%s in %s: %v", e.Arm, round, e.Err)
	case started:
		return fmt.Sprintf("%s: %v", e.Arm, e.Err)
	case e.Round > 0:
		return fmt.Sprintf("starting %s for %s: %v", e.Arm, round, e.Err)
	}
	return fmt.Sprintf("starting %s: %v", e.Arm, e.Err)
}

// Unwrap returns the cause.
func (e *ArmError) Unwrap() error { return e.Err }
