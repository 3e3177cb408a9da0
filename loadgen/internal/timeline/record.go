// Package timeline cuts the measured window of a run into slices, and finds in them
// whether answers fell behind the schedule. Package loadgen documents what is counted.
package timeline

import "time"

// MaxSlices bounds the memory of a Recorder.
const MaxSlices = 1024

// Slice is a part of the measured window, as loadgen.Slice describes it.
type Slice struct {
	At         time.Duration
	Width      time.Duration
	Due        int64
	Answered   int64
	Failed     int64
	TimedOut   int64
	Status4xx  int64
	Status5xx  int64
	Backlog    int64
	Lost       int64
	Unfinished int64
	P50        time.Duration
	P95        time.Duration
	P99        time.Duration
	Max        time.Duration
	Late       time.Duration
	Still      time.Duration
	StillFrom  time.Duration
}

// Event is a request that ended.
type Event struct {
	Intended, Done time.Duration // from the start of the run
	Late           time.Duration
	Outcome        Outcome
	Status         int // of one that was answered
}

// Outcome is what became of a request.
type Outcome int

// The outcomes.
const (
	Answered   Outcome = iota // completely
	TimedOut                  // its time is one that a user waited at least
	Unfinished                // the same, until a cancel
	Failed                    // in any other way
)

// NewRecorder is for a window planned so long.
func NewRecorder(window time.Duration) *Recorder {
	const usual, fewest = 100 * time.Millisecond, 20
	return &Recorder{width: min(usual, max(window/fewest, time.Millisecond))}
}

// Recorder makes the timeline of a run while its requests end. It is not safe for
// concurrent use.
type Recorder struct {
	width time.Duration
	cells []sliceCell
	// base is the backlog at the start of the window.
	base       int64
	lastAnswer time.Duration
	// What is needed for the time that passed without an answer when the window
	// ended: its start, its last answer, and when requests began to wait.
	from, lastInside, waiting time.Duration
}

// Add counts a request that ended; the window is from from to to. waiting is
// when its request, or another that waits, became due while none waited.
func (r *Recorder) Add(x Event, from, to, waiting time.Duration) {
	r.from, r.waiting = from, waiting
	switch {
	case x.Intended < from:
		if x.Done >= from {
			r.base++
		}
	case x.Intended < to:
		c := r.at(x.Intended - from)
		c.due++
		c.late = max(c.late, x.Late)
		switch x.Outcome {
		case Answered:
		case Unfinished:
			c.unfinished++
		default:
			c.lost++
		}
		if x.Outcome != Failed {
			c.time(x.Done - x.Intended)
		}
	}
	since, still := r.still(x)
	if x.Outcome == Answered && x.Done < to {
		r.lastInside = max(r.lastInside, x.Done)
	}
	if x.Done < from || x.Done >= to {
		return
	}
	c := r.at(x.Done - from)
	if still > c.still {
		c.still, c.stillFrom = still, since-from
	}
	switch x.Outcome {
	case Answered:
		c.answered++
		switch x.Status / 100 {
		case 4:
			c.status4xx++
		case 5:
			c.status5xx++
		}
	case TimedOut:
		c.timedOut++
		c.failed++
	case Unfinished:
		// It ended for want of time: until then it waited, and is in the backlog.
	default:
		c.failed++
	}
}

// still is since when no answer had come before this one, although requests
// waited, and for how long.
func (r *Recorder) still(x Event) (since, still time.Duration) {
	if x.Outcome != Answered {
		return 0, 0
	}
	since = r.since(r.lastAnswer)
	r.lastAnswer = max(r.lastAnswer, x.Done)
	return since, x.Done - since
}

// since is when the present time without an answer began, if the last one came
// then: before the window, too. If there never was one, it begins with the window.
func (r *Recorder) since(answer time.Duration) time.Duration {
	if answer == 0 {
		return max(r.from, r.waiting)
	}
	return max(answer, r.waiting)
}

// at is the cell of an offset in the window. The cells before it may be moved.
func (r *Recorder) at(offset time.Duration) *sliceCell {
	for offset/r.width >= MaxSlices {
		r.widen()
	}
	i := int(offset / r.width)
	for len(r.cells) <= i {
		r.cells = append(r.cells, sliceCell{})
	}
	return &r.cells[i]
}

// widen makes one slice of two.
func (r *Recorder) widen() {
	r.width *= 2
	half := (len(r.cells) + 1) / 2
	for i := range half {
		r.cells[i] = r.cells[2*i]
		if 2*i+1 < len(r.cells) {
			r.cells[i].merge(&r.cells[2*i+1])
		}
	}
	clear(r.cells[half:])
	r.cells = r.cells[:half]
}

// Slices closes the books on a window of the length given.
func (r *Recorder) Slices(window time.Duration) (slices []Slice, width time.Duration) {
	if window <= 0 {
		return nil, r.width
	}
	r.at(window - 1) // slices in which nothing happened are slices
	backlog := r.base
	for i := range r.cells {
		c := &r.cells[i]
		at := time.Duration(i) * r.width
		if at >= window {
			break // times of before an early end may lie after it
		}
		backlog += c.due - c.answered - c.failed
		slices = append(slices, Slice{
			At: at, Width: min(r.width, window-at), Due: c.due, Answered: c.answered, Failed: c.failed, TimedOut: c.timedOut,
			Status4xx: c.status4xx, Status5xx: c.status5xx, Backlog: backlog, Lost: c.lost, Unfinished: c.unfinished,
			P50: c.quantile(0.50), P95: c.quantile(0.95), P99: c.quantile(0.99), Max: c.max, Late: c.late,
			Still: c.still, StillFrom: c.stillFrom,
		})
	}
	if last := &slices[len(slices)-1]; backlog > 0 {
		// Whoever waits at the end has no answer that would show for how long.
		if from := r.since(r.lastInside) - r.from; window-from > last.Still {
			last.Still, last.StillFrom = window-from, from
		}
	}
	return slices, r.width
}
