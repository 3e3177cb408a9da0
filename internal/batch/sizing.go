package batch

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// fixedSize is a size that nothing changes.
type fixedSize int

func (s fixedSize) size() int        { return int(s) }
func (fixedSize) took(time.Duration) {}

// Rule is how an adaptive size follows the time that batches take: it is halved
// when their 99th percentile is above Slow, doubled when it is below Fast, and
// kept between Least and Most. The percentile is taken over 128 batches of one
// size, and does not count how long calls gathered.
//
// Its weakness: a percentile of latency says nothing of throughput. Any Redis
// nearby answers below Fast whatever the size, so the size climbs to Most and
// at low load every call then waits for a batch that never fills.
type Rule struct {
	Least, Most int           // calls; 1 <= Least <= Most
	Fast, Slow  time.Duration // Fast < Slow, or the size would never rest
}

// window is how many batches a decision rests on: the fewest of which 1 % is
// more than one.
const window = 128

// adaptiveSize is a size that follows a rule.
type adaptiveSize struct {
	rule    Rule
	current atomic.Int64

	mu   sync.Mutex
	seen []time.Duration // of batches since the last decision
}

func newAdaptiveSize(r Rule) *adaptiveSize {
	s := &adaptiveSize{rule: r, seen: make([]time.Duration, 0, window)}
	s.current.Store(int64(r.Least))
	return s
}

func (s *adaptiveSize) size() int { return int(s.current.Load()) }

func (s *adaptiveSize) took(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen = append(s.seen, d); len(s.seen) < window {
		return
	}
	slices.Sort(s.seen)
	p99 := s.seen[(window*99+99)/100-1]
	s.seen = s.seen[:0]
	s.current.Store(int64(s.rule.next(s.size(), p99)))
}

// next is the size after one at which 99 % of the batches took at most p99.
func (r Rule) next(size int, p99 time.Duration) int {
	switch {
	case p99 > r.Slow:
		size /= 2
	case p99 < r.Fast:
		size *= 2
	}
	return min(max(size, r.Least), r.Most)
}
