package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/bars"
)

// The overload part asks what a crowd is answered in time. Good are answers of
// success within goodWithin; shares are of the peak of the same round: the best of
// three closed loops.
const (
	crowdWarmup   = time.Second
	crowdWindow   = 4 * time.Second
	crowdRecovery = 5 * time.Second
	// openConnections is how many connections an open loop may open.
	openConnections = 8000
	// calm is the load after an open loop, as a share of the peak. recoveredShare of
	// what is due then must be good.
	calm           = 0.8
	recoveredShare = 0.95
)

// The bars of the overload part.
const (
	goodShare     = 0.9 // of the peak, with any number of connections and at twice the peak
	goodShareAt10 = 0.7 // of the peak, at ten times of it
	mostP99       = 50  // ms, of answers of success; or tenTimes what it is without load
	tenTimes      = 10
	mostRecovery  = 2   // s, until all is well at 0.8 of the peak
	mostResident  = 256 // MiB, lotteryd
	mostProbe     = 1   // s, for an answer of the admin port
)

// pressure is an arm of the overload part.
type pressure struct {
	name        string
	connections int
	factor      float64 // of the peak; 0 is a closed loop
	honor       bool
	share       float64 // bar
}

func pressures() (all []pressure) {
	for _, honor := range []bool{false, true} {
		for _, n := range []int{512, 2000, 5000, 20000} {
			all = append(all, pressure{fmt.Sprintf("closed, %d connections", n), n, 0, honor, goodShare})
		}
		all = append(all, pressure{"open, 2 x the peak", openConnections, 2, honor, goodShare}, pressure{"open, 10 x the peak", openConnections, 10, honor, goodShareAt10})
	}
	return all
}

func (p pressure) title() string {
	if p.honor {
		return p.name + ", Retry-After honoured"
	}
	return p.name
}

// overload runs all arms in each round, in an order that changes.
func (b *bench) overload(ctx context.Context) error {
	fmt.Fprintf(b.out, "\nOverload: good is success within %v. lotteryd, Redis and Postgres share %d of %d cores, the crowd has the others\n", goodWithin, max(1, b.cores/2), b.cores)
	arms := pressures()
	found := make([]samples, len(arms))
	var peaks, unloaded []float64
	for round := range b.rounds {
		peak, err := b.peak(ctx)
		if err != nil {
			return err
		}
		quiet, err := b.press(ctx, pressure{connections: openConnections, factor: 0.1}, peak)
		if err != nil {
			return err
		}
		peaks, unloaded = append(peaks, peak), append(unloaded, quiet["p99"])
		fmt.Fprintf(b.progress, "round %d/%d peak %.0f/s, p99 at a tenth of it %.1f ms\n", round+1, b.rounds, peak, quiet["p99"])
		for i := range arms {
			i = (i + round) % len(arms)
			got, err := b.press(ctx, arms[i], peak)
			if err != nil {
				return fmt.Errorf("%s: %w", arms[i].title(), err)
			}
			got["share"] = got["good"] / peak
			got["p99-bound"] = got["p99"] / max(mostP99, tenTimes*quiet["p99"])
			found[i] = append(found[i], got)
			fmt.Fprintf(b.progress, "round %d/%d %-46s %6.0f/s good (%.2f), p99 %.0f ms, back after %.1f s\n", round+1, b.rounds, arms[i].title(), got["good"], got["share"], got["p99"], got["recovery"])
		}
	}
	fmt.Fprintf(b.out, "peak %s/s good; p99 at a tenth of it %s ms\n", spread(peaks, 0), spread(unloaded, 1))
	b.showPressures(arms, found)
	return nil
}

func (b *bench) showPressures(arms []pressure, found []samples) {
	others := b.machine.Others()
	fmt.Fprintf(b.out, "%-46s %-18s %-18s %-18s %-18s %-18s %-14s %s\n", "load", "good, share", "refused/s", "p50 ms", "p99 ms", "back after s", "resident MiB", "bars")
	for i, a := range arms {
		r := found[i]
		verdict := func(name string, bar bars.Bar, figure string) string {
			return fmt.Sprintf("%s %s %s; ", name, bar, b.board.Judge(bar, r.values(figure), others))
		}
		text := verdict("share", bars.Bar{AtLeast: a.share}, "share") +
			verdict("p99/bound", bars.Bar{AtMost: 1}, "p99-bound") +
			verdict("resident", bars.Bar{AtMost: mostResident}, "resident") +
			verdict("probe", bars.Bar{AtMost: mostProbe}, "probe")
		if a.factor > 0 {
			text += verdict("back after", bars.Bar{AtMost: mostRecovery}, "recovery")
		}
		fmt.Fprintf(b.out, "%-46s %-18s %-18s %-18s %-18s %-18s %-14s %s\n", a.title(), r.show("share", 2), r.show("refused", 0), r.show("p50", 1), r.show("p99", 1),
			r.show("recovery", 1), r.show("resident", 0), text)
	}
	b.showOthers(others)
}

// peak is the most that was good in a second, of three closed loops.
func (b *bench) peak(ctx context.Context) (best float64, err error) {
	for _, connections := range []int{64, 256, 512} {
		got, err := b.press(ctx, pressure{connections: connections}, 0)
		if err != nil {
			return 0, err
		}
		best = max(best, got["good"])
	}
	if best == 0 {
		return 0, errors.New("lotteryd answered nothing in time without overload")
	}
	return best, nil
}

// press is one run of an arm against a fresh lotteryd, audited. An open loop is
// followed by a calm load, to see how long all takes to be well again.
func (b *bench) press(ctx context.Context, a pressure, peak float64) (sample, error) {
	phases := []phase{{a.factor * peak, crowdWarmup + crowdWindow}}
	if a.factor > 1 {
		phases = append(phases, phase{calm * peak, crowdRecovery})
	}
	b.machine.Pause(ctx)
	r, s, err := b.surround(ctx, crowdSpec{Connections: a.connections, Phases: phases, Honor: a.honor})
	if err != nil {
		return nil, err
	}
	sum := r.within(crowdWarmup, crowdWarmup+crowdWindow)
	rate := func(n int64) float64 { return float64(n) / crowdWindow.Seconds() }
	s["good"], s["refused"], s["failed"] = rate(sum.Good), rate(sum.Refused), rate(sum.Failed+sum.Unsent)
	s["p50"], s["p99"] = r.Accepted.Quantile(.5).Seconds()*1e3, r.Accepted.Quantile(.99).Seconds()*1e3
	if a.factor > 1 {
		s["recovery"] = r.recovery(crowdWarmup + crowdWindow).Seconds()
	}
	return s, nil
}

// recovery is the time from a moment to the last tenth of a second of which too few
// requests were good.
func (r *crowdResult) recovery(from time.Duration) time.Duration {
	first := int(from / sliceLength)
	bad := func(s slice) bool { return float64(s.Good) < recoveredShare*float64(s.Due) }
	for i, s := range slices.Backward(r.Slices[first:]) {
		if bad(s) {
			return time.Duration(i+1) * sliceLength
		}
	}
	return 0
}
