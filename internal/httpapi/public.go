package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// DefaultDrawTimeout is that of [PublicOptions].
const DefaultDrawTimeout = 2 * time.Second

// PublicOptions is what the public port needs.
type PublicOptions struct {
	Drawer lottery.Drawer // required
	// Activities are where their notices come from. Nil: there are none.
	Activities lottery.Activities
	Observer   Observer     // required
	Logger     *slog.Logger // defects and causes of refusals; required
	// Drain tells that the service is stopping. Nil: it never is.
	Drain *Drain
	// DrawTimeout is the time budget of a draw, whether or not its client
	// stays; up to 50 ms more. 0: DefaultDrawTimeout.
	DrawTimeout time.Duration
	// Codec reads draws and writes answers. Nil: AppendCodec, the fastest.
	Codec Codec
	// Contexts gives requests their memory. Nil: StackContexts(Narrow), which
	// allocates least.
	Contexts Contexts
	// TurnedAway reports that the request of a context has waited for too long to be
	// worked on: it is refused as overloaded before anything else. Nil: none is.
	TurnedAway func(context.Context) bool
	// Crowded reports that the connection of the request at hand should be closed
	// once it is answered, for others to come in. Nil: never.
	Crowded func() bool
	// Limited returns how long the client of a request has to wait before it may send
	// one; 0: this one is admitted. Nil: nobody has to.
	Limited func(*http.Request) time.Duration
	// Labels puts pprof labels on requests: route, result, tier.
	Labels bool
}

// NewPublic returns the handler of the public port. Safe for concurrent use; it
// starts no goroutine and needs no closing.
func NewPublic(o PublicOptions) http.Handler {
	p := &public{
		drawer: o.Drawer, activities: o.Activities, observer: o.Observer, log: o.Logger,
		codec: o.Codec, contexts: o.Contexts, born: time.Now(),
		problems: newProblems(), headers: newAnswerHeaders(),
	}
	p.deadlines.budget = o.DrawTimeout
	if p.deadlines.budget == 0 {
		p.deadlines.budget = DefaultDrawTimeout
	}
	if p.codec == nil {
		p.codec = AppendCodec()
	}
	if p.contexts == nil {
		p.contexts = StackContexts(Narrow)
	}
	if o.Labels {
		p.labels = newDrawLabels()
	}
	return &guard{next: p.routes(), problems: p.problems, panicked: o.Observer.Panicked, refused: o.Observer.Refused, log: o.Logger, drain: o.Drain, crowded: o.Crowded, turnedAway: o.TurnedAway, limited: o.Limited, overloaded: newOverloaded(p.problems)}
}

// routes is the whole public API. The patterns without a method catch what the
// ones above them leave, so that every answer is ours and a problem document.
func (p *public) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/activities/{activity}/draws", p.draw)
	mux.HandleFunc("GET /v1/activities/{activity}/draws/{request}", p.lookup)
	mux.Handle("/v1/activities/{activity}/draws", p.onlyMethods("POST"))
	mux.Handle("/v1/activities/{activity}/draws/{request}", p.onlyMethods("GET", "HEAD"))
	if p.activities != nil {
		mux.HandleFunc("GET /v1/activities/{activity}", p.notice)
		mux.Handle("/v1/activities/{activity}", p.onlyMethods("GET", "HEAD"))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { p.refuse(w, unknownPath(r)) })
	return mux
}

// draw serves POST /v1/activities/{activity}/draws.
func (p *public) draw(w http.ResponseWriter, r *http.Request) {
	p.serve(drawing, w, r)
}

// lookup serves GET /v1/activities/{activity}/draws/{request}?user=….
func (p *public) lookup(w http.ResponseWriter, r *http.Request) {
	p.serve(lookingUp, w, r)
}

// serve gives the request its labels and its memory.
func (p *public) serve(op operation, w http.ResponseWriter, r *http.Request) {
	defer p.labels.end() // also after a panic: the connection lives on
	p.labels.begin(op)
	p.contexts.serve(p, op, w, r)
}
