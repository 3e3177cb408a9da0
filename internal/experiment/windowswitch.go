package experiment

import (
	"context"
	"sync"
	"time"
)

// windowSwitch begins the window of a load that waits for it.
type windowSwitch struct {
	once  sync.Once
	begun chan struct{}
	at    time.Time // when; known once begun is closed
}

func (w *windowSwitch) begin() {
	w.once.Do(func() {
		w.at = time.Now()
		close(w.begun)
	})
}

// wait reports false when ctx ended first.
func wait[T any](ctx context.Context, until <-chan T) bool {
	select {
	case <-until:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
