package loadgen

import (
	"testing"
	"time"
)

// TestTimelineAddsUp: the slices of a simulated run sum up to its counts, and the
// backlog is what was due less what ended, from the warm-up on.
func TestTimelineAddsUp(t *testing.T) {
	t.Parallel()
	for _, q := range []queue{
		{arrivals: Constant, rate: 200, work: time.Millisecond},
		{arrivals: Poisson, rate: 200, work: 8 * time.Millisecond, uneven: true, seed: 3, warmup: 3 * time.Second},
		{arrivals: Constant, rate: 200, work: 10 * time.Millisecond, warmup: 2 * time.Second, timeout: time.Second},
		{arrivals: Constant, rate: 200, work: 10 * time.Millisecond, window: 150 * time.Second},
	} {
		r := q.run(t)
		var sum Slice
		backlog, end := int64(0), time.Duration(0)
		for i, s := range r.Timeline.Slices {
			if s.At != end || s.Width <= 0 || s.Width > r.Timeline.Width {
				t.Fatalf("%+v: slice %d is from %v for %v; the one before ended at %v", q, i, s.At, s.Width, end)
			}
			if end += s.Width; i > 0 && s.Backlog != backlog+s.Due-s.Answered-s.Failed {
				t.Errorf("%+v: slice %d is %+v after a backlog of %d", q, i, s, backlog)
			}
			backlog = s.Backlog
			sum.Due += s.Due
			sum.Answered += s.Answered
			sum.Lost += s.Lost
			sum.Max = max(sum.Max, s.Max)
			if s.P50 > s.P95 || s.P95 > s.P99 || s.P99 > s.Max {
				t.Errorf("%+v: slice %d has the quantiles %v, %v, %v, %v", q, i, s.P50, s.P95, s.P99, s.Max)
			}
		}
		if end != r.Window || len(r.Timeline.Slices) > MaxSlices {
			t.Errorf("%+v: %d slices up to %v of %v", q, len(r.Timeline.Slices), end, r.Window)
		}
		if sum.Due != r.Counts.Intended || sum.Lost != r.Counts.ErrorCount() || sum.Max != r.Response.Max() ||
			float64(sum.Answered) < 0.99*r.AnsweredRate*r.Window.Seconds() || float64(sum.Answered) > 1.01*r.AnsweredRate*r.Window.Seconds() {
			t.Errorf("%+v: got %+v in all; counts %+v", q, sum, r.Counts)
		}
	}
}

// TestTimelineOfALongRun: slices grow wider, and what is in them stays.
func TestTimelineOfALongRun(t *testing.T) {
	t.Parallel()
	q := queue{arrivals: Constant, rate: 20, work: time.Millisecond, window: 500 * time.Second,
		stalls: [][2]time.Duration{{123 * time.Second, 2 * time.Second}}}
	line := q.run(t).Timeline
	if want := 800 * time.Millisecond; line.Width != want || len(line.Slices) != int(500*time.Second/want) {
		t.Fatalf("%d slices of %v; want them %v wide", len(line.Slices), line.Width, want)
	}
	var longest Slice
	for _, s := range line.Slices {
		if s.Due != 16 {
			t.Errorf("%d were due in the slice at %v; want 16", s.Due, s.At)
		}
		if s.Still > longest.Still {
			longest = s
		}
	}
	if longest.At > 125*time.Second || longest.At+longest.Width < 125*time.Second || longest.StillFrom != 123*time.Second || longest.Still < 2*time.Second {
		t.Errorf("the stall is in %+v; want 2 s from 123 s on", longest)
	}
}

// TestStillIsWaitingForAnswers: a time in which nobody waited does not count,
// however few requests come.
func TestStillIsWaitingForAnswers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		q    queue
		want time.Duration
	}{
		{queue{rate: 2, work: 30 * time.Millisecond}, 30 * time.Millisecond},
		{queue{rate: 100, work: time.Millisecond}, time.Millisecond},
		{queue{rate: 100, work: time.Millisecond, lastsAll: time.Second}, time.Second}, // until the first answer
		{queue{rate: 100, work: time.Millisecond, warmup: 2 * time.Second, lastsAll: time.Second}, 10 * time.Millisecond},
		{queue{rate: 100, work: time.Millisecond, stalls: [][2]time.Duration{{5 * time.Second, 300 * time.Millisecond}}}, 301 * time.Millisecond},
	} {
		row.q.arrivals = Constant
		var still time.Duration
		for _, s := range row.q.run(t).Timeline.Slices {
			still = max(still, s.Still)
		}
		if off := still - row.want; off < -time.Millisecond || off > time.Millisecond {
			t.Errorf("%+v: got %v, want %v", row.q, still, row.want)
		}
	}
}

// TestStillAtTheEdges: a time without answers that began in the warm-up begins below
// 0, and one that lasted on at the end, or at a cancel, counts until then. Only the
// latter keeps the rate answered below the one asked.
func TestStillAtTheEdges(t *testing.T) {
	t.Parallel()
	const second = time.Second
	stall := func(at, length time.Duration) [][2]time.Duration { return [][2]time.Duration{{at, length}} }
	for name, row := range map[string]struct {
		q           queue
		from, still time.Duration
		short       bool
	}{
		"to the end":          {queue{stalls: stall(6*second, 6*second)}, 6 * second, 4 * second, true},
		"to a cancel":         {queue{stalls: stall(4*second, 6*second), cut: 7 * second}, 4 * second, 3 * second, true},
		"from the warm-up on": {queue{stalls: stall(second, 4*second), warmup: 2 * second}, -second, 4 * second, false},
		"all of the window":   {queue{stalls: stall(second, 20*second), warmup: 2 * second, timeout: 30 * second}, -second, 11 * second, true},
		"healthy":             {queue{warmup: second}, 0, 0, false},
		"healthy, cancelled":  {queue{cut: 7 * second}, 0, 0, false},
		"slow":                {queue{lastsAll: 2 * second}, 0, 2 * second, false},
		"slower than all":     {queue{lastsAll: 15 * second, timeout: 30 * second}, 0, 10 * second, false},
	} {
		row.q.arrivals, row.q.rate, row.q.work = Constant, 100, time.Millisecond
		r := row.q.run(t)
		var longest Slice
		for _, s := range r.Timeline.Slices {
			if s.Still > longest.Still {
				longest = s
			}
		}
		if (longest.Still-row.still).Abs() > 20*time.Millisecond || row.still > 0 && (longest.StillFrom-row.from).Abs() > 20*time.Millisecond {
			t.Errorf("%s: got %v from %v, want %v from %v", name, longest.Still, longest.StillFrom, row.still, row.from)
		}
		short := false
		for _, d := range r.Doubts {
			if d.Code == RateNotReached && d.At != 0 {
				short = d.At == longest.StillFrom && d.AnsweredRate == r.AnsweredRate && d.SentRate == 0
			}
		}
		if short != row.short {
			t.Errorf("%s: got the doubts %+v", name, r.Doubts)
		}
	}
}
