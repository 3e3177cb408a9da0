package audit

import (
	"sync"
	"time"
)

// Recorder gathers answers in memory. The zero value is ready. Safe for
// concurrent use.
type Recorder struct {
	mu      sync.Mutex
	answers []Answer
}

// Record appends one answer. A zero Done becomes now.
func (r *Recorder) Record(a Answer) {
	if a.Done.IsZero() {
		a.Done = time.Now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = append(r.answers, a)
}

// RecordExchange appends what one HTTP exchange says: see [ParseExchange].
// It returns the answer, or why the exchange could not be read as a draw.
func (r *Recorder) RecordExchange(x Exchange) (Answer, error) {
	a, err := ParseExchange(x)
	if err == nil {
		r.Record(a)
	}
	return a, err
}

// Log returns a copy of what was recorded so far.
func (r *Recorder) Log() *Log {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Log{Answers: append([]Answer(nil), r.answers...)}
}
