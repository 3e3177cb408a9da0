// Package stall finds the times at which a service stood still: requests waited,
// and for a while no answer came. It looks at the timeline of a run, in which a
// stall is seen that percentiles over the complete window hide.
//
// [Find] is silent on a service whose answers come evenly, however slow or busy it
// is, and on times for which the load generator itself was late.
package stall

import (
	"slices"
	"time"
)

// What makes a stall.
const (
	shortest = 50 * time.Millisecond
	// unlike is how many times longer it is than the time between answers of this
	// run otherwise is.
	unlike = 5
	// waiting is how many requests wait for its end. Of fewer, one that is slow by
	// itself could be all there is.
	waiting = 5
)

// Slice is a piece of the timeline of a run; the pieces follow each other without
// a gap. Times of the day are from the start of the measured window.
type Slice struct {
	At, Width time.Duration
	// Due is how many requests were due in it, Answered how many answers came, and
	// Backlog how many requests had been due and had not ended at its end.
	Due, Answered, Backlog int64
	// P50 and Max are response times of the requests that were due in it.
	P50, Max time.Duration
	// Late is by how much the generator was late with a request, at most.
	Late time.Duration
	// Still is the longest time that ended in it in which a request waited and no
	// answer came; StillFrom is when it began, below 0 for one that began before the
	// window. In the last slice it may be one that had not ended.
	Still, StillFrom time.Duration
}

// Stall is a time without answers.
type Stall struct {
	// At is its start, from the start of the measured window, and Length its length
	// within the window.
	At     time.Duration `json:"at_ns"`
	Length time.Duration `json:"length_ns"`
	// FromStart says that it was under way when the window began, and ToEnd that it
	// was when the window ended: the complete stall may have been longer.
	FromStart bool `json:"from_start,omitempty"`
	ToEnd     bool `json:"to_end,omitempty"`
}

// Finding is what the stalls of a run come to.
type Finding struct {
	Stalls []Stall `json:"stalls"` // in order
	// Length is their median length.
	Length time.Duration `json:"length_ns"`
	// Period is the time from one to the next when they are regular, else 0.
	Period time.Duration `json:"period_ns,omitempty"`
	// Total is their length together, as a share of the window from 0 to 1.
	Total float64 `json:"total"`
	// Outside is the response time that is usual outside of stalls: the median of
	// the medians of the slices that met none. Inside is the longest of those that met one.
	Outside time.Duration `json:"outside_ns"`
	Inside  time.Duration `json:"inside_max_ns"`
}

// Find returns nil when there is no stall. The slices are those of one run.
func Find(timeline []Slice) *Finding {
	limit := max(shortest, unlike*usual(timeline))
	f := &Finding{}
	var begun []time.Duration // before the window, too
	for i, s := range timeline {
		one := within(s, i == len(timeline)-1)
		if one.Length >= limit && isStall(timeline[:i+1], one, s.Still) && (!one.FromStart || s.StillFrom < 0 || isUnlikeTheRest(timeline, one)) {
			f.Stalls = append(f.Stalls, one)
			begun = append(begun, s.StillFrom)
		}
	}
	if len(f.Stalls) == 0 {
		return nil
	}
	last := timeline[len(timeline)-1]
	var lengths, outside []time.Duration
	var total time.Duration
	for _, s := range f.Stalls {
		lengths = append(lengths, s.Length)
		total += s.Length
	}
	for _, s := range timeline {
		met := slices.ContainsFunc(f.Stalls, func(stall Stall) bool { return overlap(s, stall) > 0 })
		switch {
		case met:
			f.Inside = max(f.Inside, s.Max)
		case s.Max > 0:
			outside = append(outside, s.P50)
		}
	}
	f.Length, f.Outside, f.Period = median(lengths), median(outside), period(begun)
	f.Total = float64(total) / float64(last.At+last.Width)
	return f
}

// Matters says that a reader should hear of it: it comes back regularly, or it is
// long enough to be seen in p99.
func (f *Finding) Matters() bool {
	const long, share = 200 * time.Millisecond, 0.01
	longest := slices.MaxFunc(f.Stalls, func(a, b Stall) int { return int(a.Length - b.Length) }).Length
	return f.Total >= share && (f.Period > 0 || longest >= long)
}

// usual is the median of the longest times without an answer of the slices.
func usual(timeline []Slice) time.Duration {
	var still []time.Duration
	for _, s := range timeline {
		if s.Answered > 0 {
			still = append(still, s.Still)
		}
	}
	return median(still)
}

// within is the part in the window of the time without answers of a slice.
func within(s Slice, last bool) Stall {
	at, to := max(s.StillFrom, 0), s.StillFrom+s.Still
	return Stall{At: at, Length: to - at, FromStart: s.StillFrom <= 0, ToEnd: last && to == s.At+s.Width}
}

// isUnlikeTheRest tells a stall before the first answer of all from a service that
// is slow: there, later requests wait as long.
func isUnlikeTheRest(timeline []Slice, stall Stall) bool {
	var rest []time.Duration
	for _, s := range timeline {
		if s.Max > 0 && overlap(s, stall) <= 0 {
			rest = append(rest, s.P50)
		}
	}
	return len(rest) > 0 && stall.Length >= unlike*median(rest)
}

// isStall says that enough requests waited for the end of a stall, and that it was
// not we who sent them late. It ended in the last slice, and was so long in all.
func isStall(timeline []Slice, stall Stall, length time.Duration) bool {
	var due float64
	var backlog int64
	for _, s := range timeline {
		shared := overlap(s, stall)
		if shared <= 0 {
			continue
		}
		if s.Late > length/2 {
			return false
		}
		due += float64(s.Due) * float64(shared) / float64(s.Width)
		if s.At+s.Width <= stall.At+stall.Length {
			backlog = max(backlog, s.Backlog)
		}
	}
	return max(due, float64(backlog)) >= waiting
}

// overlap is how long a slice and a stall have in common; 0 or less: nothing.
func overlap(s Slice, stall Stall) time.Duration {
	return min(s.At+s.Width, stall.At+stall.Length) - max(s.At, stall.At)
}

// period is 0 unless there are three stalls or more, and all but a few of them
// follow each other at the same distance.
func period(begun []time.Duration) time.Duration {
	const few, off = 0.2, 0.15
	if len(begun) < 3 {
		return 0
	}
	var gaps []time.Duration
	for i := range begun[1:] {
		gaps = append(gaps, begun[i+1]-begun[i])
	}
	usual := median(gaps)
	regular := 0
	for _, gap := range gaps {
		if d := float64(gap-usual) / float64(usual); d >= -off && d <= off {
			regular++
		}
	}
	if float64(regular) < (1-few)*float64(len(gaps)) {
		return 0
	}
	return usual
}

// median is 0 of no values.
func median(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
