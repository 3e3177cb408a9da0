package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

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
// of a torn connection, draining connections are told to close, and paths that
// net/http would redirect are refused.
type guard struct {
	next       http.Handler
	problems   problems
	panicked   func()
	refused    func(lottery.ErrorKind)
	log        *slog.Logger
	drain      *Drain
	crowded    func() bool // nil: never
	overloaded refusal
	turnedAway func(context.Context) bool        // nil: nobody is
	limited    func(*http.Request) time.Duration // nil: nobody is
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer g.recover(w, r)
	if g.drain.Started() || g.crowded != nil && g.crowded() {
		w.Header().Set("Connection", "close")
	}
	if g.turnedAway != nil && g.turnedAway(r.Context()) {
		g.overloaded.write(w)
		g.refused(lottery.KindOverloaded)
		return
	}
	if g.limited != nil {
		if wait := g.limited(r); wait > 0 {
			refusal := lottery.Refuse(KindTooManyRequests, "this client sends more requests than it may; send the same request again later")
			refusal.RetryAfter = wait
			g.refused(g.problems.write(w, refusal))
			return
		}
	}
	if clean, ok := cleanPath(r); !ok {
		g.refused(g.problems.write(w, lottery.Refuse(KindUnknownPath, "the path %q is not in its shortest form; use %q", clip(r.URL.Path), clip(clean))))
		return
	}
	g.next.ServeHTTP(w, r)
}

// cleanPath reports whether the request's path has no empty, "." or ".." parts,
// and how it reads without them. http.ServeMux would redirect such a request
// with a page of HTML, which turns a typing error in a client's configuration
// into a second round trip for every draw.
func cleanPath(r *http.Request) (string, bool) {
	if p := r.URL.Path; !strings.Contains(p, "//") && !strings.Contains(p, "/.") {
		return p, true // nearly always
	}
	escaped := r.URL.EscapedPath() // "/" and "." within an id come escaped and may stay
	clean := path.Clean("/" + escaped)
	return clean, escaped == clean || clean != "/" && escaped == clean+"/"
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
