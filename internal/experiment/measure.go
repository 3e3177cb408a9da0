package experiment

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// run loads the target and fills in r. It returns the whole result and the two
// marks for the round's folder. A cancelled ctx is no error here: the round is
// marked partial.
func (m *measurement) run(ctx context.Context, plan loadgen.Plan, r *runfolder.Round) (*loadgen.Result, [2]*mark, error) {
	plan.Record = m.record
	m.halves.half, m.halves.warmup = plan.Duration/2, plan.Warmup
	if m.during != nil {
		m.window.begun = make(chan struct{})
		m.halves.window = &m.window
	}
	if m.answer == nil && m.outcome == nil {
		plan.MaxBody = 1 // nobody reads the bodies, so keep none
	}
	r.Noise.LoadAverage = loadAverage()
	// The marks are wanted of a cancelled run as well.
	reading := context.WithoutCancel(ctx)
	before := m.markAtBegin(ctx, reading, plan.Warmup)
	result, err := m.load(ctx, plan)
	first := before()
	if err != nil {
		return nil, [2]*mark{}, err
	}
	last := m.mark(reading)
	again := &mark{reading: m.read(reading)}
	r.Start, r.Partial, r.Doubts = result.Start, result.Partial, result.Doubts
	r.Load = newLoad(result, m.good)
	r.Load.Outcomes = m.outcomes
	r.Cost = m.cost(result, first, last, again)
	if first != nil {
		average := r.Noise.LoadAverage
		r.Noise = last.noise.since(first.noise)
		r.Noise.LoadAverage = average
	}
	r.Doubts = blame(r.Doubts, r.Noise)
	if !r.Partial {
		r.Doubts = append(r.Doubts, shedding(r.Load, m.good)...)
	}
	// Of a queue that grew, or while others had the processors, the halves differ as
	// a matter of course.
	if r.Halves = m.halves.halves(); r.Halves != nil && !r.Partial && !hasDoubt(r, loadgen.Overloaded) && !hasDoubt(r, MachineBusy) {
		r.Doubts = append(r.Doubts, doubts(r.Halves)...)
	}
	return result, [2]*mark{first, last}, nil
}
