package timeline

import (
	"math"
	"time"
)

// What a backlog must do to be called a growing one.
const (
	backlogParts  = 10   // in which the window is looked at
	backlogGrowth = 0.05 // of the requests due, at least
	backlogLeast  = 10   // requests
	// backlogSteady is how many standard errors the growth from part to part is
	// above 0. A queue in balance wanders, but it wanders back and forth.
	backlogSteady = 3.0
	// waitShare is the least share of what a queue makes its requests wait that
	// is seen in their latencies.
	waitShare = 0.5
)

// Growth is a backlog that grew.
type Growth struct{ First, Last int64 }

// Growing finds out whether answers fell behind the schedule. The backlog is looked
// at by the smallest value in each tenth of the window: a burst or a stall that is
// made up for leaves no trace there. It must grow steadily, and requests that came
// later must have waited longer: those of a service that takes long for each of them,
// but serves all, do not. rate is that of the answers, per second, and timeout that of
// the requests. Nil: no.
func Growing(slices []Slice, rate float64, timeout time.Duration) *Growth {
	parts := partsOf(slices)
	if parts == nil {
		return nil
	}
	first, last := parts[0], parts[len(parts)-1]
	var due, arrived int64
	for _, p := range parts[1:] {
		due += p.due
	}
	for _, p := range parts[len(parts)*8/10:] {
		arrived += p.answered
	}
	growth := last.backlog - first.backlog
	switch {
	case arrived == 0 && !filledUp(slices, timeout), // it does not answer at all, which is something else
		growth < backlogLeast, float64(growth) < backlogGrowth*float64(due),
		steadiness(parts) < backlogSteady,
		!waitsGrow(parts, float64(growth), rate, timeout):
		return nil
	}
	return &Growth{First: first.backlog, Last: slices[len(slices)-1].Backlog}
}

// part is a tenth of the window.
type part struct {
	// backlog is the least of its slices. Requests that timed out stay in it:
	// nobody served them.
	backlog       int64
	due, answered int64
	wait, late    time.Duration // means of the slices' medians and largest latenesses
}

// partsOf is nil when there are too few slices. Those from the first on of which
// requests were cut off by a cancel are left out: how long they would have waited is
// not known.
func partsOf(slices []Slice) []part {
	for i := range slices {
		if slices[i].Unfinished > 0 {
			slices = slices[:i]
			break
		}
	}
	if n := len(slices); n > 0 && slices[n-1].Width < slices[0].Width/2 {
		slices = slices[:n-1]
	}
	if len(slices) < backlogParts {
		return nil
	}
	parts := make([]part, backlogParts)
	var gaveUp int64
	for i := range parts {
		p := &parts[i]
		from, to := i*len(slices)/backlogParts, (i+1)*len(slices)/backlogParts
		p.backlog = math.MaxInt64
		timed := time.Duration(0)
		for _, s := range slices[from:to] {
			gaveUp += s.TimedOut
			p.backlog = min(p.backlog, s.Backlog+gaveUp)
			p.due += s.Due
			p.answered += s.Answered
			if s.Max > 0 {
				p.wait += s.P50
				p.late += s.Late
				timed++
			}
		}
		if timed > 0 {
			p.wait, p.late = p.wait/timed, p.late/timed
		}
	}
	return parts
}

// steadiness is the mean growth of the backlog from part to part, in standard
// errors.
func steadiness(parts []part) float64 {
	n := float64(len(parts) - 1)
	var sum, squares float64
	for i := range parts[1:] {
		d := float64(parts[i+1].backlog - parts[i].backlog)
		sum += d
		squares += d * d
	}
	mean := sum / n
	variance := max(squares/n-mean*mean, 0) * n / (n - 1)
	if variance == 0 {
		return math.Inf(1)
	}
	return mean / math.Sqrt(variance/n)
}

// waitsGrow says that later requests waited longer, by about what a queue that
// grew so much makes at the rate of the answers, and not because we sent them
// late. Requests that all time out wait no longer than that.
func waitsGrow(parts []part, growth, rate float64, timeout time.Duration) bool {
	const third = backlogParts / 3
	mean := func(parts []part) (wait, late time.Duration) {
		for _, p := range parts {
			wait += p.wait / third
			late += p.late / third
		}
		return wait, late
	}
	wait, late := mean(parts[:third])
	lastWait, lastLate := mean(parts[len(parts)-third:])
	if lastWait >= timeout*9/10 {
		return lastLate < timeout/2
	}
	between := float64(len(parts)-third) / float64(len(parts)-1)
	expected := growth * between / rate * float64(time.Second)
	return float64((lastWait-wait)-(lastLate-late)) >= waitShare*expected
}

// filledUp says that waits rose until they reached the timeout. A service that
// takes requests in order then answers nothing in time any more, for all its work.
func filledUp(slices []Slice, timeout time.Duration) bool {
	rising := 0
	for _, s := range slices {
		if s.P50 > timeout/4 && s.P50 < timeout*9/10 {
			rising++
		}
	}
	return rising >= 2
}

// What makes a service one that stopped answering.
const (
	goneShare = 0.1 // of the window
	goneLeast = 10  // requests
	goneLost  = 0.9 // of the requests due since then
)

// End is when a service stopped answering, from the start of the window, and how many
// requests were due since then, which all failed.
type End struct {
	At   time.Duration
	Lost int64
}

// Ended finds out whether the service answered at first and not any more, as one does
// that died or hangs. Nil: no.
func Ended(slices []Slice, timeout time.Duration) *End {
	from := len(slices)
	for from > 0 && slices[from-1].Answered == 0 {
		from--
	}
	if from == 0 || from == len(slices) {
		return nil
	}
	var due, lost, timedOut int64
	for _, s := range slices[from:] {
		due += s.Due
		lost += s.Lost
		timedOut += s.TimedOut
	}
	if timedOut > lost/2 && filledUp(slices, timeout) {
		return nil // too much was asked of it
	}
	at, last := slices[from].At, slices[len(slices)-1]
	window := last.At + last.Width
	if float64(window-at) < goneShare*float64(window) || lost < goneLeast || float64(lost) < goneLost*float64(due) {
		return nil
	}
	return &End{At: at, Lost: lost}
}
