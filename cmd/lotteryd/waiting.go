package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/health"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
)

// How often a store that is away at the start is tried again, how long one try may
// take, and how often the log tells that lotteryd still waits.
const (
	waitPause   = 250 * time.Millisecond
	waitTimeout = 2 * time.Second
	waitLine    = 5 * time.Second
)

// waiting is what a start waits for. Safe for concurrent use.
type waiting struct {
	log *slog.Logger

	mu     sync.Mutex
	reason health.Reason
	check  string
}

// until tries to do something with a store until it succeeds, or fails in a way that
// waiting does not change.
func (w *waiting) until(ctx context.Context, check string, reason health.Reason, away func(error) bool, try func() error) error {
	defer w.note("", "")
	for told := (time.Time{}); ; {
		err := try()
		if err == nil || !away(err) {
			return err
		}
		w.note(check, reason)
		if time.Since(told) >= waitLine {
			told = time.Now()
			w.log.Warn("waiting for a store", "check", check, "reason", string(reason), "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(waitPause):
		}
	}
}

func (w *waiting) note(check string, reason health.Reason) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.check, w.reason = check, reason
}

// readiness is that of an instance which starts.
func (w *waiting) readiness() httpapi.Readiness {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := httpapi.Readiness{Degraded: true, Checks: []httpapi.Check{{Name: "serving", Reason: string(health.Starting)}}}
	if w.reason != "" {
		r.Checks = append(r.Checks, httpapi.Check{Name: w.check, Reason: string(w.reason)})
	}
	return r
}
