package experiment

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// How a probe is made. The times are for probes of the usual length; shorter
// ones have shorter ones, see brief.
const (
	// probeWarmup lets what the probe before left in queues drain.
	probeWarmup = 300 * time.Millisecond
	// calm is the rest after a probe that overloaded the service.
	calm = 250 * time.Millisecond
	// flood is the closed load that warms the service up and gives the first
	// guess; fewer connections would miss what many cores can do, more would
	// show how the service copes with a crowd.
	floodTime        = 1200 * time.Millisecond
	floodConnections = 32
	// firstGuess is which share of what the flood got through is tried first.
	firstGuess = 0.6
	// sloShare of the requests must be within the SLO.
	sloShare = 0.95
	// probeWatch is how often it is looked whether a probe can still hold.
	probeWatch = 25 * time.Millisecond
)

// prober tries rates on one target.
type prober struct {
	ctx     context.Context
	options CapacityOptions
	plan    loadgen.Plan
	ended   <-chan struct{} // of the target
	report  func(rate float64, p loadgen.Progress)
}

var errTargetEnded = fmt.Errorf("the service %w, during the capacity search", ErrEndedEarly)

// flood loads without a schedule and returns the answers per second.
func (p *prober) flood() (float64, error) {
	plan := p.plan
	plan.Arrivals, plan.Connections = loadgen.Closed, floodConnections
	half := p.brief(floodTime) / 2
	plan.Warmup, plan.Duration = half, half
	plan.Progress = func(now loadgen.Progress) { p.report(0, now) }
	result, err := loadgen.Run(p.ctx, plan)
	if err != nil {
		return 0, err
	}
	return result.AnsweredRate, p.gone()
}

// brief shortens a time when probes are shorter than those of a quick search.
func (p *prober) brief(usual time.Duration) time.Duration {
	return min(usual, usual*p.options.Probe/(CapacityOptions{}.Quick().Probe))
}

// gone says that there is nothing left to probe.
func (p *prober) gone() error {
	select {
	case <-p.ended:
		return errTargetEnded
	default:
		return p.ctx.Err()
	}
}

// try probes one rate for a window, or less if it cannot hold any more.
func (p *prober) try(rate float64, window time.Duration) (runfolder.Probe, error) {
	plan := p.plan
	if plan.Arrivals == loadgen.Closed {
		plan.Arrivals = loadgen.Constant
	}
	p.plan.Seed++ // a service that remembers requests shall meet new ones
	plan.Rate, plan.Warmup, plan.Duration = rate, p.brief(probeWarmup), window
	plan.Connections = enough(rate, p.options.SLO, plan.Connections)
	// Longer than any answer that could still be within the SLO, but not so
	// long that a service that is lost delays the search.
	plan.Timeout = max(time.Second, 10*p.options.SLO)
	ctx, giveUp := context.WithCancel(p.ctx)
	defer giveUp()
	w := newProbeWatcher(plan, p.options)
	plan.Record, plan.MaxBody = w.record, 1
	plan.ProgressEvery = probeWatch
	plan.Progress = func(now loadgen.Progress) {
		p.report(rate, now)
		if w.lost(now) {
			giveUp()
		}
	}
	result, err := loadgen.Run(ctx, plan)
	if err != nil {
		return runfolder.Probe{}, err
	}
	if err := p.gone(); err != nil {
		return runfolder.Probe{}, err
	}
	probe := judgeProbe(result, rate, p.options)
	if !probe.Held {
		err = rest(p.ctx, p.brief(calm))
	}
	return probe, err
}

// enough caps the connections far above what a rate within the SLO keeps busy
// (Little's law), so that an overloaded service is not buried under thousands
// of them. Requests beyond wait on our side, and their latency counts.
func enough(rate float64, slo time.Duration, asked int) int {
	limit := int(min(max(4*rate*slo.Seconds(), 64), 4096))
	if asked > 0 {
		limit = min(limit, asked)
	}
	return limit
}

// rest waits.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// judgeProbe is a pure function of what was measured.
func judgeProbe(r *loadgen.Result, rate float64, o CapacityOptions) runfolder.Probe {
	load := newLoad(r, o.Statuses)
	p := runfolder.Probe{Rate: rate, Window: r.Window, Requests: load.Requests, Errors: load.Errors, GivenUp: r.Partial}
	if r.Partial {
		// What was under way when it was given up is no error.
		p.Errors -= r.Counts.Errors[loadgen.KindUnfinished]
	}
	if r.Response.Count() > 0 {
		p95 := r.Response.Quantile(sloShare)
		p.P95 = &p95
	}
	switch {
	case p.Errors > 0:
		p.Why = &runfolder.Miss{Code: runfolder.MissErrors, Errors: p.Errors, Requests: p.Requests}
	case r.Partial:
		p.Why = &runfolder.Miss{Code: runfolder.MissTooMany, SLO: o.SLO}
	case p.P95 == nil:
		p.Why = &runfolder.Miss{Code: runfolder.MissUnanswered}
	case *p.P95 > o.SLO:
		p.Why = &runfolder.Miss{Code: runfolder.MissP95, P95: *p.P95, SLO: o.SLO}
	default:
		p.Held = true
		return p
	}
	p.GeneratorBound = generatorBound(r, o.SLO)
	return p
}

// generatorBound says that what a probe missed was missed on our side: the
// sending thread had no time left, or answers were quick enough once the
// requests were written.
func generatorBound(r *loadgen.Result, slo time.Duration) bool {
	const busy = 0.9
	late := r.Lateness.Quantile(sloShare) > slo/2 && r.Service.Quantile(sloShare) <= slo
	return r.CPU.Sender >= busy || r.Counts.Errors[loadgen.KindLocal] > 0 || late
}

// probeWatcher counts while a probe runs, to end it when it is lost.
type probeWatcher struct {
	slo      time.Duration
	rate     float64
	warmup   int64 // requests in it
	planned  int64 // in the window
	early    atomic.Int64
	tooLate  atomic.Int64
	statuses StatusSet
	failed   atomic.Int64
}

func newProbeWatcher(plan loadgen.Plan, o CapacityOptions) *probeWatcher {
	return &probeWatcher{
		slo: o.SLO, rate: plan.Rate, statuses: o.Statuses,
		warmup: int64(plan.Rate * plan.Warmup.Seconds()), planned: int64(plan.Rate * plan.Duration.Seconds()),
	}
}

func (w *probeWatcher) record(x *loadgen.Exchange) {
	switch {
	case x.Warmup:
		w.early.Add(1)
	case x.Err != nil && loadgen.KindOf(x.Err) != loadgen.KindUnfinished, x.Err == nil && !w.statuses.Good(x.Status):
		w.failed.Add(1)
	case x.Done-x.Intended > w.slo:
		w.tooLate.Add(1)
	}
}

// lost says that the probe cannot hold, whatever comes: something failed, or
// more than 5 % of all its requests are too late. To those that ended too late
// come those under way for longer than the SLO: with even arrivals, all but the
// last rate × SLO, of which some may be of the warm-up. Half as many again must
// be late, as arrivals need not be even.
func (w *probeWatcher) lost(now loadgen.Progress) bool {
	if now.Warmup {
		return false
	}
	waiting := now.InFlight - int64(w.rate*w.slo.Seconds()) - max(w.warmup-w.early.Load(), 0)
	late := w.tooLate.Load() + max(waiting, 0)
	return w.failed.Load() > 0 || float64(late) > 1.5*(1-sloShare)*float64(w.planned)
}
