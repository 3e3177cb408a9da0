package loadcmd

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/study"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// longestDefault bounds how long a run is by default, however slow the load.
const longestDefault = time.Minute

// defaultDuration is the length of a run, if none is given: long enough for a
// verdict on p95, which a comparison is mostly made for.
func defaultDuration(p loadgen.Plan) time.Duration {
	if p.Arrivals == loadgen.Closed || p.Rate <= 0 {
		return loadgen.DefaultDuration
	}
	return min(max(lengthFor(p, study.RequestsToJudge()), loadgen.DefaultDuration), longestDefault)
}

// lengthFor is the length of a run, in whole seconds, that has so many requests:
// with random arrivals, all but surely.
func lengthFor(p loadgen.Plan, requests int) time.Duration {
	due := float64(requests)
	if p.Arrivals == loadgen.Poisson {
		due += spread * math.Sqrt(due)
	}
	return time.Duration(math.Ceil(due/p.Rate)) * time.Second
}

// leastRequests is how many requests each run of a plan has: with random arrivals,
// all but surely. 0 is not known.
func leastRequests(p loadgen.Plan) int {
	due := p.Rate * p.Duration.Seconds()
	switch p.Arrivals {
	case loadgen.Closed:
		return 0
	case loadgen.Poisson:
		due -= spread * math.Sqrt(due)
	}
	return max(int(due), 1)
}

// spread is how many standard deviations the number of random arrivals is allowed
// to be off: a run in a thousand is further off.
const spread = 3

// lengthen sets the length of a run that was not given, once the rate is known. A run
// that is resumed keeps its own.
func (b *benchRun) lengthen(given bool) {
	if given || b.profileOnly || b.options.capacity {
		return
	}
	b.plan.Duration = defaultDuration(b.plan)
	if b.resumed != nil && len(b.resumed.manifest.Arms) > 0 {
		b.plan.Duration = b.resumed.manifest.Arms[0].DurationNS
	}
}

// outlook is what the planned experiment can decide; nil if it compares nothing.
func (b *benchRun) outlook() *study.Outlook {
	if !b.compares() || b.profileOnly {
		return nil
	}
	requests := leastRequests(b.plan)
	arms := max(len(b.subject.programs), len(b.subject.lotteryds), 2)
	if b.subject.design != nil {
		arms = len(b.subject.design.Arms)
	}
	var o study.Outlook
	switch {
	case b.options.calibrate:
		return nil // it has no verdicts
	case b.spec.Capacity != nil:
		o = study.ForeseeCapacities(arms, study.Rule{})
	case b.subject.design != nil:
		o = study.ForeseeDesign(*b.subject.design, requests, study.Rule{})
	default:
		o = study.Foresee(arms, requests, study.Rule{})
	}
	return &o
}

// planNotes say before the first run what it cannot decide, and which flags would
// let it.
func (b *benchRun) planNotes() (notes []string) {
	o := b.outlook()
	if o == nil {
		return nil
	}
	comparisons := units.Counted(o.Questions, "comparison", "comparisons at once")
	if o.Questions > 1 {
		comparisons = "up to " + comparisons // a metric may turn out not to be measured
	}
	switch rounds := b.spec.Rounds; {
	case rounds < o.Need:
		notes = append(notes, fmt.Sprintf("with %s no change, however large, can be distinguished from chance in %s; use --runs %d or more",
			units.Counted(rounds, "round", "rounds"), comparisons, o.NeedPairs))
	case rounds < o.NeedPairs:
		notes = append(notes, fmt.Sprintf("%d rounds are too few for the paired test of %s, so a less sensitive test may decide; use --runs %d or more",
			rounds, comparisons, o.NeedPairs))
	}
	if len(o.TooFew) == 0 {
		return notes
	}
	var parts []string
	for _, p := range o.TooFew {
		name, _, _ := strings.Cut(p.Unit, "-")
		parts = append(parts, fmt.Sprintf("%s needs %s (--duration %v)", name, units.Grouped(p.Need), lengthFor(b.plan, p.Need)))
	}
	return append(notes, fmt.Sprintf("a run has about %s requests, too few for a verdict on some percentiles: %s",
		units.Grouped(o.TooFew[0].Requests), strings.Join(parts, ", ")))
}

// writePlanNotes prints them where progress is printed, so that --json stays JSON.
func (b *benchRun) writePlanNotes() {
	for _, note := range b.planNotes() {
		fmt.Fprintf(b.env.Stderr, "note: %s\n", note)
	}
}
