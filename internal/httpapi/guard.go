package httpapi

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Drain is the flag that says this process is stopping. Requests are still
// served until the listener closes; readiness fails at once and connections
// are told to close, so that clients and balancers move on by themselves.
//
// Safe for concurrent use; a nil Drain never starts.
type Drain struct{ started atomic.Bool }

// Start raises the flag. It cannot be lowered.
func (d *Drain) Start() { d.started.Store(true) }

// Started reports whether the flag is up.
func (d *Drain) Started() bool { return d != nil && d.started.Load() }

// guard stands around a port's handler: a panic becomes a logged 500 instead
// of a torn connection, and draining connections are told to close.
type guard struct {
	next     http.Handler
	problems problems
	panicked func()
	log      *slog.Logger
	drain    *Drain
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer g.recover(w, r)
	if g.drain.Started() {
		w.Header().Set("Connection", "close")
	}
	g.next.ServeHTTP(w, r)
}

// recover answers after a panic. Where an answer was begun already the client
// sees the end of it as net/http sends it; the second WriteHeader is dropped.
func (g *guard) recover(w http.ResponseWriter, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if err, ok := reason.(error); ok && err == http.ErrAbortHandler {
		panic(reason) // net/http's own way to cut a connection
	}
	g.panicked()
	g.log.Error("panic while serving a request",
		"method", r.Method, "route", r.Pattern, "panic", reason, "stack", string(debug.Stack()))
	g.problems.write(w, lottery.Refuse(lottery.KindInternal, "an unexpected error happened; the log has the details"))
}
