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
	// stillGrowing is how fast it grows in the last third, compared with the mean.
	stillGrowing = 0.3
	third        = backlogParts / 3 // in parts
	// waitShare is the least share of what a queue makes its requests wait that
	// is seen in their latencies.
	waitShare = 0.5
	// waitsAlike is how much waits that are alike differ.
	waitsAlike = 0.05
)

// Growth is a backlog that grew.
type Growth struct{ First, Last int64 }

// Growing finds out whether answers fell behind the schedule. The backlog is looked
// at by the smallest value in each tenth of the window: a burst or a stall that is
// made up for leaves no trace there. It must grow steadily and until the end, and
// requests must have waited as long as such a queue makes them wait. timeout is that of
// the requests. A cancel leaves requests behind, more the longer the queue was: they
// count as waiting until then. Nil: no.
func Growing(slices []Slice, timeout time.Duration) *Growth {
	parts := partsOf(slices)
	if parts == nil {
		return nil
	}
	first, last := parts[0], parts[len(parts)-1]
	var due, arrived, timedOut int64
	for _, p := range parts[1:] {
		due += p.due
	}
	for _, p := range parts[len(parts)*8/10:] {
		arrived += p.answered
		timedOut += p.timedOut
	}
	silent := arrived == 0 && (timedOut == 0 && keptUp(slices) || isCut(slices) && !filledUp(slices, timeout) || Ended(slices, timeout) != nil || nothingAnswered(slices))
	growth := last.backlog - first.backlog
	switch {
	case silent, growth < backlogLeast, float64(growth) < backlogGrowth*float64(due),
		steadiness(parts) < backlogSteady,
		!goesOn(parts), !isQueue(parts, float64(growth), timeout):
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
	timedOut      int64
	length        time.Duration
	wait, late    time.Duration // means of the slices' medians and largest latenesses
	// cut says that a cancel cut requests off that were due in it: wait is a lower
	// bound, and the lower the later they were due.
	cut bool
}

// isCut says that a cancel cut requests off.
func isCut(slices []Slice) bool {
	for _, s := range slices {
		if s.Unfinished > 0 {
			return true
		}
	}
	return false
}

// partsOf is nil when there are too few slices. Of a run that was cut off only the
// time since the first answer is looked at. The backlog of a service that takes long
// for each request grows until then, and the waits that would tell are not known.
func partsOf(slices []Slice) []part {
	if isCut(slices) {
		for len(slices) > 0 && slices[0].Answered == 0 {
			slices = slices[1:]
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
			p.length += s.Width
			p.answered += s.Answered
			p.timedOut += s.TimedOut
			p.cut = p.cut || s.Unfinished > 0
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

// goesOn says that the backlog still grew in the last third. That of a service which
// takes long for each request grows until the first answers come.
func goesOn(parts []part) bool {
	n := len(parts)
	lately := float64(parts[n-1].backlog-parts[n-1-third].backlog) / third
	return lately >= stillGrowing*float64(parts[n-1].backlog-parts[0].backlog)/float64(n-1)
}

// isQueue says that requests waited as long as a queue that grew so much makes them
// wait at least, and not because we sent them late; or until they timed out. If the
// waits are all alike, no queue grew, however long they are.
func isQueue(parts []part, growth float64, timeout time.Duration) bool {
	mean := func(parts []part) (wait, late time.Duration) {
		for _, p := range parts {
			wait += p.wait / third
			late += p.late / third
		}
		return wait, late
	}
	_, late := mean(parts[:third])
	wait, lastLate := mean(parts[len(parts)-third:])
	var due int64
	var length time.Duration
	for _, p := range parts {
		if parts[len(parts)-1].cut {
			// Of those that came last it is not known. In a queue that grew by so
			// much somebody had waited for as long when it was cut off.
			wait = max(wait, p.wait)
		}
		due += p.due
		length += p.length
	}
	dueRate := float64(due) / length.Seconds()
	// So long it takes to come, and longer to be served.
	atLeast := waitShare * growth / dueRate * float64(time.Second)
	switch {
	case float64(lastLate-late) >= atLeast:
		return false
	case wait >= timeout*9/10:
		return true
	}
	return float64(wait) >= atLeast && !alike(parts)
}

// alike says that the waits of all parts are nearly the same, as far as they are
// known.
func alike(parts []part) bool {
	known := 0
	var low, high time.Duration
	for _, p := range parts {
		if p.cut {
			continue
		}
		if known++; known == 1 {
			low = p.wait
		}
		low, high = min(low, p.wait), max(high, p.wait)
	}
	return known > 1 && float64(high-low) <= waitsAlike*float64(high)
}

// nothingAnswered says that no request ever was, in the window or later.
func nothingAnswered(slices []Slice) bool {
	for _, s := range slices {
		if s.Answered > 0 || s.Due > s.Lost+s.Unfinished {
			return false
		}
	}
	return true
}

// keptUp says that the backlog had not grown when the last answer came: the service
// had not too much to do, it stood still.
func keptUp(slices []Slice) bool {
	var due int64
	var until int
	for i, s := range slices {
		if s.Answered > 0 {
			until = i
		}
	}
	for _, s := range slices[:until] {
		due += s.Due
	}
	grown := int64(0)
	if until > 0 { // in the slice of the last answer it may have stood still already
		grown = slices[until-1].Backlog - slices[0].Backlog
	}
	return grown < backlogLeast || float64(grown) < backlogGrowth*float64(due)
}

// filledUp says that waits rose until they reached the timeout. A service that
// takes requests in order then answers nothing in time any more, for all its work.
func filledUp(slices []Slice, timeout time.Duration) bool {
	rising := 0
	for _, s := range slices {
		if s.Unfinished == 0 && s.P50 > timeout/4 && s.P50 < timeout*9/10 {
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
	if timedOut > lost/2 && (filledUp(slices, timeout) || !answeredMost(slices[:from])) {
		return nil // too much was asked of it
	}
	at, last := slices[from].At, slices[len(slices)-1]
	window := last.At + last.Width
	if float64(window-at) < goneShare*float64(window) || lost < goneLeast || float64(lost) < goneLost*float64(due) {
		return nil
	}
	return &End{At: at, Lost: lost}
}

// answeredMost says that most requests that were due in slices were answered.
func answeredMost(slices []Slice) bool {
	var due, lost int64
	for _, s := range slices {
		due += s.Due
		lost += s.Lost
	}
	return lost <= due/2
}
