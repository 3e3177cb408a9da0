package telemetry

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// mostActivities bounds the activities that have series of their own. All others
// share those of "other".
const mostActivities = 1000

// otherLabel stands for what has no label of its own.
const otherLabel = "other"

// violations counts the impossible by activity and kind. The series of an activity
// exist from the moment it is known: an alert on their growth must see the first one.
type violations struct {
	vec   *prometheus.CounterVec
	kinds []string

	mu    sync.Mutex
	known map[string]bool
}

func newViolations() *violations {
	v := &violations{
		vec: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lotteryd_invariant_violations_total", Help: "Times impossible events were counted, by activity and what it was; alert on any.",
		}, []string{"activity", "what"}),
		kinds: append(lottery.Violations(), otherLabel), known: make(map[string]bool),
	}
	v.make(otherLabel)
	return v
}

func (v *violations) make(activity string) {
	for _, what := range v.kinds {
		v.vec.WithLabelValues(activity, what)
	}
}

// meet makes the series of an activity, if there is room, and returns its label.
func (v *violations) meet(activity string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.known[activity]:
	case len(v.known) >= mostActivities:
		return otherLabel
	default:
		v.known[activity] = true
		v.make(activity)
	}
	return activity
}

func (v *violations) of(activity, what string) prometheus.Counter {
	if !slices.Contains(v.kinds, what) {
		what = otherLabel
	}
	return v.vec.WithLabelValues(v.meet(activity), what)
}
