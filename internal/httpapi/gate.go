package httpapi

import (
	"net/http"
	"sync/atomic"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Gate is the handler of a port that opens before the service can serve: it answers
// as one that starts, until Open hands it the real handler. Safe for concurrent use.
type Gate struct {
	starting http.Handler
	open     atomic.Pointer[http.Handler]
}

// Open lets requests through to h from now on.
func (g *Gate) Open(h http.Handler) { g.open.Store(&h) }

// ServeHTTP implements [http.Handler].
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := g.open.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	g.starting.ServeHTTP(w, r)
}

// NewPublicGate answers every request with 503 and Retry-After until it is open.
func NewPublicGate() *Gate { return &Gate{starting: refuseStarting()} }

// NewAdminGate answers /livez, and /readyz with what ready tells (without details,
// as nobody shows a token yet), and refuses everything else until it is open.
func NewAdminGate(ready func() Readiness) *Gate {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", livez)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		now := ready()
		for i := range now.Checks {
			now.Checks[i].Detail = ""
		}
		writeJSON(w, http.StatusServiceUnavailable, now)
	})
	mux.Handle("/", refuseStarting())
	return &Gate{starting: mux}
}

func refuseStarting() http.HandlerFunc {
	p := newProblems()
	return func(w http.ResponseWriter, _ *http.Request) {
		p.write(w, lottery.Unavailable("the service, which is starting,", nil))
	}
}
