package timeline

import (
	"slices"
	"time"
)

// What makes a time without answers at the end of a window one that the rate
// answered is not judged without.
const (
	openShare  = 0.1 // of the window
	openUnlike = 5   // times as long as the time between answers of the run usually is
	openLeast  = 10  // requests due in it
	openLate   = 0.5 // of its length: more, and we were late ourselves
)

// OpenEnd finds a time without answers that lasted until the end of the window,
// although requests waited: a stall that a longer window would have seen the end of.
// It returns when it began, from the start of the window; below 0 is before it. False:
// there was none, or no answer had ever come.
func OpenEnd(all []Slice) (from time.Duration, ok bool) {
	if len(all) == 0 {
		return 0, false
	}
	last := all[len(all)-1]
	window := last.At + last.Width
	if last.StillFrom == 0 || last.StillFrom+last.Still != window || float64(last.Still) < openShare*float64(window) {
		return 0, false
	}
	var usual []time.Duration
	var due int64
	for _, s := range all {
		if s.At+s.Width <= last.StillFrom {
			usual = append(usual, s.Still)
			continue
		}
		if due += s.Due; float64(s.Late) > openLate*float64(last.Still) {
			return 0, false
		}
	}
	if due < openLeast {
		return 0, false
	}
	if slices.Sort(usual); len(usual) > 0 && last.Still < openUnlike*usual[len(usual)/2] {
		return 0, false
	}
	return last.StillFrom, true
}
