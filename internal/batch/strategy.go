package batch

import "context"

// Strategy decides which calls travel together and how long they wait for each
// other. Safe for concurrent use.
type Strategy[In, Out any] interface {
	// Do has in answered. If ctx ends while the call waits, Do returns its
	// error; the call may still be run, and its answer is dropped. After Close
	// it returns [ErrClosed].
	Do(ctx context.Context, in In) (Out, error)
	// Close refuses new calls, has all that were accepted answered, and returns
	// when nothing runs any more. It may be called more than once, not
	// concurrently.
	Close()
}

var (
	_ Strategy[int, int] = (*Batcher[int, int])(nil)
	_ Strategy[int, int] = (*Lingering[int, int])(nil)
)

// NewSingle starts a strategy that shares nothing: each call is a batch of its
// own, and waits only if all lanes are busy. It is what a connection pool of
// that many connections does.
func NewSingle[In, Out any](lanes int, run Run[In, Out]) *Batcher[In, Out] {
	return New(lanes, 1, run)
}
