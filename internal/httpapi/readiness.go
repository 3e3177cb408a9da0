package httpapi

import (
	"context"
	"sync"
	"time"
)

// How long an answer about readiness holds, and how long asking may take.
const (
	readyFor     = time.Second
	readyTimeout = 2 * time.Second
)

// Check is what one dependency said about being ready.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"` // told to bearers of the admin token only
}

// readiness asks the dependencies, at most once a second however many probes
// come: probes must not become load just when things are slow.
type readiness struct {
	ask   func(context.Context) []Check
	drain *Drain

	mu     sync.Mutex // held while asking, so that later probes wait for the same answer
	checks []Check
	asked  time.Time
}

// now gives the current answer. While draining nobody is asked: the answer is no.
func (r *readiness) now() (checks []Check, ready bool) {
	if r.drain.Started() {
		return []Check{{Name: "serving", Detail: "the instance is stopping"}}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked.IsZero() || time.Since(r.asked) >= readyFor {
		// Not the probe's own context: the answer is for all probes of this second.
		ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
		defer cancel()
		r.checks = r.ask(ctx)
		r.asked = time.Now()
	}
	for _, c := range r.checks {
		if !c.OK {
			return r.checks, false
		}
	}
	return r.checks, true
}
