package httpapi

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// deadlineStep is how far apart the shared deadlines are.
const deadlineStep = 50 * time.Millisecond

// deadlines hands out contexts that end after a draw's time budget and for no
// other reason: a client that hangs up must not cancel a draw that may already
// hold a unit.
//
// A context of its own costs a draw five allocations and a timer. Draws that
// start within the same 50 ms share one context instead, so a draw gets at
// least its budget and at most deadlineStep more, for nothing.
//
// Safe for concurrent use. Nothing needs closing: the last context's timer
// fires after the budget.
type deadlines struct {
	budget  time.Duration
	current atomic.Pointer[sharedDeadline]
	renew   sync.Mutex // one goroutine renews; the others wait for it a moment
}

type sharedDeadline struct {
	context.Context
	until time.Time // whoever starts before it has the whole budget left
}

// at gives the context of a draw that starts at now.
func (d *deadlines) at(now time.Time) context.Context {
	if c := d.current.Load(); c != nil && now.Before(c.until) {
		return c.Context
	}
	d.renew.Lock()
	defer d.renew.Unlock()
	if c := d.current.Load(); c != nil && now.Before(c.until) {
		return c.Context
	}
	until := now.Add(deadlineStep)
	ctx, cancel := context.WithDeadline(context.Background(), until.Add(d.budget))
	// Never cancelled early: draws still hold it. Its timer is its end, and
	// cancel is called then only to keep to the package's contract.
	context.AfterFunc(ctx, cancel)
	d.current.Store(&sharedDeadline{ctx, until})
	return ctx
}
