package loadgen

import (
	"math"
	"math/bits"
	"time"
)

// Timeline is the measured window in slices of equal width, in order and without
// gaps; the last one may be shorter. Slices are a tenth of a second wide. A window
// shorter than two seconds has twenty slices or so, and one with more than
// MaxSlices has slices of double, fourfold, … width.
type Timeline struct {
	Width  time.Duration
	Slices []Slice
}

// MaxSlices bounds the memory of a Timeline, to about 4 MB.
const MaxSlices = 1024

// Slice is a part of the measured window.
type Slice struct {
	// At is its start, from the start of the window, and Width its length.
	At    time.Duration `json:"at_ns"`
	Width time.Duration `json:"width_ns"`
	// Due is how many requests were due in it. Answered and Failed are how many
	// ended in it, with and without a complete answer, whenever they were due;
	// TimedOut of the failed ones waited too long, and of the answers so many
	// had a status of class 4 or 5.
	Due       int64 `json:"due"`
	Answered  int64 `json:"answered"`
	Failed    int64 `json:"failed,omitempty"`
	TimedOut  int64 `json:"timed_out,omitempty"`
	Status4xx int64 `json:"status_4xx,omitempty"`
	Status5xx int64 `json:"status_5xx,omitempty"`
	// Backlog is how many requests were due and had not ended at the slice's
	// end: that of the slice before, plus Due, less Answered and Failed.
	Backlog int64 `json:"backlog"`
	// Lost is how many of the requests due in it never got a complete answer.
	// Unfinished are not among them: those that a cancel cut off, whose response
	// times are lower bounds.
	Lost       int64 `json:"lost,omitempty"`
	Unfinished int64 `json:"unfinished,omitempty"`
	// P50 to Max are response times, as in Result.Response, of the requests due
	// in it; 0 when there are none. They err by 2 %, Max is exact.
	P50 time.Duration `json:"p50_ns"`
	P95 time.Duration `json:"p95_ns"`
	P99 time.Duration `json:"p99_ns"`
	Max time.Duration `json:"max_ns"`
	// Late is the largest lateness of the requests due in it.
	Late time.Duration `json:"late_ns"`
	// Still is the longest time that ended in it, in which a request waited and no
	// answer came; StillFrom is when it began, from the start of the window.
	Still     time.Duration `json:"still_ns"`
	StillFrom time.Duration `json:"still_from_ns"`
}

// sliceWidth is the width of the slices at the start.
func sliceWidth(window time.Duration) time.Duration {
	const usual, fewest = 100 * time.Millisecond, 20
	return min(usual, max(window/fewest, time.Millisecond))
}

// slicer makes a Timeline of exchanges while they end.
type slicer struct {
	width time.Duration
	cells []sliceCell
	// base is the backlog at the start of the window.
	base       int64
	lastAnswer time.Duration
}

type sliceCell struct {
	due, answered, failed, timedOut, lost int64
	unfinished                            int64
	status4xx, status5xx                  int64
	max, late, still, stillFrom           time.Duration
	times                                 []uint32 // by timeBucket; nil until the first
	timed                                 int64
}

// add counts an exchange that ended; the window is from from to to. waiting is
// when its request, or another that waits, became due while none waited.
func (s *slicer) add(x *Exchange, from, to, waiting time.Duration) {
	switch {
	case x.Intended < from:
		if x.Done >= from {
			s.base++
		}
	case x.Intended < to:
		c := s.at(x.Intended - from)
		c.due++
		c.late = max(c.late, x.lateness())
		switch KindOf(x.Err) {
		case "":
		case KindUnfinished:
			c.unfinished++
		default:
			c.lost++
		}
		if x.waited() {
			c.time(x.Done - x.Intended)
		}
	}
	since, still := s.still(x, max(from, waiting))
	if x.Done < from || x.Done >= to {
		return
	}
	c := s.at(x.Done - from)
	if still > c.still {
		c.still, c.stillFrom = still, since-from
	}
	switch KindOf(x.Err) {
	case "":
		c.answered++
		switch x.Status / 100 {
		case 4:
			c.status4xx++
		case 5:
			c.status5xx++
		}
	case KindTimeout:
		c.timedOut++
		c.failed++
	default:
		c.failed++
	}
}

// still is since when no answer had come before this one, although requests
// waited, and for how long; from is when the earliest of them began to.
func (s *slicer) still(x *Exchange, from time.Duration) (since, still time.Duration) {
	if x.Err != nil {
		return 0, 0
	}
	since = max(s.lastAnswer, from)
	s.lastAnswer = max(s.lastAnswer, x.Done)
	return since, x.Done - since
}

// at is the cell of an offset in the window. The cells before it may be moved.
func (s *slicer) at(offset time.Duration) *sliceCell {
	for offset/s.width >= MaxSlices {
		s.widen()
	}
	i := int(offset / s.width)
	for len(s.cells) <= i {
		s.cells = append(s.cells, sliceCell{})
	}
	return &s.cells[i]
}

// widen makes one slice of two.
func (s *slicer) widen() {
	s.width *= 2
	half := (len(s.cells) + 1) / 2
	for i := range half {
		s.cells[i] = s.cells[2*i]
		if 2*i+1 < len(s.cells) {
			s.cells[i].merge(&s.cells[2*i+1])
		}
	}
	clear(s.cells[half:])
	s.cells = s.cells[:half]
}

func (c *sliceCell) merge(o *sliceCell) {
	c.due += o.due
	c.answered += o.answered
	c.failed += o.failed
	c.timedOut += o.timedOut
	c.lost += o.lost
	c.unfinished += o.unfinished
	c.status4xx += o.status4xx
	c.status5xx += o.status5xx
	c.timed += o.timed
	c.max, c.late = max(c.max, o.max), max(c.late, o.late)
	if o.still > c.still {
		c.still, c.stillFrom = o.still, o.stillFrom
	}
	if c.times == nil {
		c.times = o.times
		return
	}
	for i, n := range o.times {
		c.times[i] += n
	}
}

// The buckets of a slice's times: 32 for each power of two of microseconds. A
// Histogram has finer ones, and is twenty times as large.
const (
	timeBits    = 5
	timeBuckets = 1 << timeBits
	timeOctaves = 30 // up to 12 days
	timeCells   = (timeOctaves + 1) * timeBuckets
)

func (c *sliceCell) time(d time.Duration) {
	if c.times == nil {
		c.times = make([]uint32, timeCells)
	}
	d = max(d, 0)
	c.max = max(c.max, d)
	c.times[timeBucket(d)]++
	c.timed++
}

func timeBucket(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	exp := bits.Len64(us) - timeBits - 1
	if exp <= 0 {
		return int(us)
	}
	return min(exp*timeBuckets+int(us>>exp), timeCells-1)
}

// timeMiddle is the middle of a bucket.
func timeMiddle(bucket int) time.Duration {
	exp := bucket/timeBuckets - 1
	if exp <= 0 {
		return time.Duration(bucket)*time.Microsecond + time.Microsecond/2
	}
	low := time.Duration(bucket-exp*timeBuckets) << exp
	return (low + (1<<exp)/2) * time.Microsecond
}

// quantile is 0 without times.
func (c *sliceCell) quantile(q float64) time.Duration {
	rank := int64(math.Ceil(q * float64(c.timed)))
	if rank >= c.timed {
		return c.max
	}
	var seen int64
	for bucket, n := range c.times {
		if seen += int64(n); seen >= max(rank, 1) {
			return min(timeMiddle(bucket), c.max)
		}
	}
	return c.max
}

// timeline closes the books on a window of the length given.
func (s *slicer) timeline(window time.Duration) *Timeline {
	t := &Timeline{Width: s.width}
	if window <= 0 {
		return t
	}
	s.at(min(window, MaxSlices*s.width) - 1) // slices in which nothing happened are slices
	t.Width = s.width
	backlog := s.base
	for i := range s.cells {
		c := &s.cells[i]
		at := time.Duration(i) * s.width
		if at >= window {
			break // times of before an early end may lie after it
		}
		backlog += c.due - c.answered - c.failed
		t.Slices = append(t.Slices, Slice{
			At: at, Width: min(s.width, window-at), Due: c.due, Answered: c.answered, Failed: c.failed, TimedOut: c.timedOut,
			Status4xx: c.status4xx, Status5xx: c.status5xx, Backlog: backlog, Lost: c.lost, Unfinished: c.unfinished,
			P50: c.quantile(0.50), P95: c.quantile(0.95), P99: c.quantile(0.99), Max: c.max, Late: c.late,
			Still: c.still, StillFrom: c.stillFrom,
		})
	}
	return t
}
