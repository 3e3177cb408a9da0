package recorder

import (
	"context"
	"net/http"
	"runtime/pprof"
	"sync"
)

// mostRoutes bounds the label sets that [Labels] keeps; a route function that
// returns paths instead of patterns must not fill the memory.
const mostRoutes = 1000

// otherRoute is the label of routes beyond mostRoutes.
const otherRoute = "other"

// Labels sets the pprof label "route" while next serves a request, so that CPU
// and goroutine profiles can be sliced by it; heap, block and mutex profiles
// know no labels. route gives the label: the pattern of the route and not the
// path, as each value is a line of a table. Goroutines that a handler starts
// inherit the labels.
//
// The labels are in the request's context too: pprof.Do and [SetLabels] add to
// them. That costs a copy of the request, see BenchmarkLabels; a path that
// cannot spare it sets a [LabelSet] itself.
func Labels(next http.Handler, route func(*http.Request) string) http.Handler {
	var sets routeSets
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		outside := r.Context()
		defer pprof.SetGoroutineLabels(outside)
		ctx := pprof.WithLabels(outside, sets.of(route(r)))
		pprof.SetGoroutineLabels(ctx)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// routeSets makes the labels of each route once.
type routeSets struct {
	mu   sync.RWMutex
	sets map[string]pprof.LabelSet
}

func (s *routeSets) of(route string) pprof.LabelSet {
	s.mu.RLock()
	set, ok := s.sets[route]
	s.mu.RUnlock()
	if ok {
		return set
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sets == nil {
		s.sets = map[string]pprof.LabelSet{}
	}
	if len(s.sets) >= mostRoutes {
		return pprof.Labels("route", otherRoute)
	}
	s.sets[route] = pprof.Labels("route", route)
	return s.sets[route]
}

// SetLabels adds labels, given as key and value by turns, to those of ctx and
// sets them all on this goroutine, for what is known only late: a result, a
// tier. They hold until they are set anew; [Labels] does so when its request
// ends. It returns the context that has them. It panics on an odd number of
// arguments, as pprof.Labels does.
func SetLabels(ctx context.Context, keysAndValues ...string) context.Context {
	ctx = pprof.WithLabels(ctx, pprof.Labels(keysAndValues...))
	pprof.SetGoroutineLabels(ctx)
	return ctx
}

// LabelSet is labels made in advance, for hot paths: setting them allocates
// nothing. The zero value is no labels at all. Safe for concurrent use.
type LabelSet struct{ ctx context.Context }

// NewLabelSet makes a set of keys and values, given by turns. It panics on an
// odd number of arguments, as pprof.Labels does.
func NewLabelSet(keysAndValues ...string) LabelSet {
	return LabelSet{pprof.WithLabels(context.Background(), pprof.Labels(keysAndValues...))}
}

// Set replaces whatever labels this goroutine has. Set the zero LabelSet at the
// end: a goroutine that serves the next request must not keep them.
func (s LabelSet) Set() {
	if s.ctx == nil {
		s.ctx = context.Background()
	}
	pprof.SetGoroutineLabels(s.ctx)
}
