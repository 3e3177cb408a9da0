package loadgen

import (
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/timeline"
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
const MaxSlices = timeline.MaxSlices

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
	// answer came; StillFrom is when it began, from the start of the window. It is
	// below 0 if answers had come in the warm-up and the time began there. In the
	// last slice, a time that lasted on when the window ended counts until then.
	Still     time.Duration `json:"still_ns"`
	StillFrom time.Duration `json:"still_from_ns"`
}

// newTimeline takes over what was recorded.
func newTimeline(recorder *timeline.Recorder, window time.Duration) *Timeline {
	slices, width := recorder.Slices(window)
	t := &Timeline{Width: width}
	for _, s := range slices {
		t.Slices = append(t.Slices, Slice(s))
	}
	return t
}

// recorded are the slices as they were taken over; none of nil.
func (t *Timeline) recorded() (slices []timeline.Slice) {
	if t == nil {
		return nil
	}
	for _, s := range t.Slices {
		slices = append(slices, timeline.Slice(s))
	}
	return slices
}
