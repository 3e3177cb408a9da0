package httpapi

import "sync/atomic"

// slots bounds how many draws are under way. Beyond the bound a draw is refused
// at once: a queue would only make every answer late (Little's law: at a full
// queue of n and a capacity of c draws a second everybody waits n/c).
//
// Safe for concurrent use.
type slots struct {
	most  int64
	taken atomic.Int64
}

// full is a cheap guess, used to refuse before any work is done.
func (s *slots) full() bool { return s.taken.Load() >= s.most }

// take takes a slot if one is free; the caller gives it back.
func (s *slots) take() bool {
	if s.taken.Add(1) > s.most {
		s.taken.Add(-1)
		return false
	}
	return true
}

func (s *slots) give() { s.taken.Add(-1) }
