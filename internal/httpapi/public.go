package httpapi

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Observer hears what happens to each request of the public port; metrics and
// logs hang here. Its methods are called on the hot path, from many goroutines
// at once: they must be quick and must not block.
type Observer interface {
	// Started: a draw or lookup has got its slot; exactly one Answered or
	// Failed follows.
	Started()
	// Answered: it was answered, took after it started.
	Answered(e lottery.Entry, a lottery.Answer, took time.Duration)
	// Failed: it was refused, or went wrong, took after it started.
	Failed(e lottery.Entry, kind lottery.ErrorKind, took time.Duration)
	// Refused: a request was turned away before it started.
	Refused(kind lottery.ErrorKind)
	// Panicked: a handler panicked. If a draw had started, its Failed came before.
	Panicked()
}

// Defaults of [PublicOptions].
const (
	DefaultMaxInFlight = 4096
	DefaultDrawTimeout = 2 * time.Second
)

// PublicOptions is what the public port needs.
type PublicOptions struct {
	Drawer   lottery.Drawer // required
	Observer Observer       // required
	Logger   *slog.Logger   // defects and causes of refusals; required
	// Drain tells that the service is stopping. Nil: it never is.
	Drain *Drain
	// MaxInFlight bounds the draws and lookups under way at once; more are
	// refused as overloaded. 0: DefaultMaxInFlight.
	MaxInFlight int
	// DrawTimeout is the time budget of a draw, whether or not its client
	// stays; up to 50 ms more. 0: DefaultDrawTimeout.
	DrawTimeout time.Duration
	// Codec reads draws and writes answers. Nil: AppendCodec, the fastest.
	Codec Codec
	// Contexts gives requests their memory. Nil: StackContexts(Narrow), which
	// allocates least.
	Contexts Contexts
	// Labels puts pprof labels on requests: route, result, tier.
	Labels bool
}

// public is the public port.
type public struct {
	drawer    lottery.Drawer
	observer  Observer
	log       *slog.Logger
	slots     slots
	deadlines deadlines
	codec     Codec
	contexts  Contexts
	labels    *drawLabels // nil: none
	born      time.Time   // draws count their time from here: one clock read, one word
	problems  problems
	headers   answerHeaders
}

// NewPublic returns the handler of the public port. Safe for concurrent use; it
// starts no goroutine and needs no closing.
func NewPublic(o PublicOptions) http.Handler {
	p := &public{
		drawer: o.Drawer, observer: o.Observer, log: o.Logger,
		codec: o.Codec, contexts: o.Contexts, born: time.Now(),
		problems: newProblems(), headers: newAnswerHeaders(),
	}
	p.slots.most = int64(o.MaxInFlight)
	if p.slots.most == 0 {
		p.slots.most = DefaultMaxInFlight
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
	return &guard{next: p.routes(), problems: p.problems, panicked: o.Observer.Panicked, refused: o.Observer.Refused, log: o.Logger, drain: o.Drain}
}

// routes is the whole public API. The patterns without a method catch what the
// ones above them leave, so that every answer is ours and a problem document.
func (p *public) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/activities/{activity}/draws", p.draw)
	mux.HandleFunc("GET /v1/activities/{activity}/draws/{request}", p.lookup)
	mux.Handle("/v1/activities/{activity}/draws", p.onlyMethods("POST"))
	mux.Handle("/v1/activities/{activity}/draws/{request}", p.onlyMethods("GET", "HEAD"))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { p.refuse(w, unknownPath(r)) })
	return mux
}

func (p *public) onlyMethods(allowed ...string) http.Handler {
	return onlyMethods(p.refuse, allowed...)
}

// refuse answers with err and tells the observer: for requests that never
// became a draw.
func (p *public) refuse(w http.ResponseWriter, err error) {
	p.observer.Refused(p.problems.write(w, err))
}

// onlyMethods answers 405 and names the methods there are.
func onlyMethods(refuse func(http.ResponseWriter, error), allowed ...string) http.Handler {
	list := strings.Join(allowed, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", list)
		refuse(w, lottery.Refuse(KindMethodNotAllowed, "%s is not possible here; use %s", clip(r.Method), list))
	})
}

func unknownPath(r *http.Request) error {
	return lottery.Refuse(KindUnknownPath, "nothing is served under %q; see docs/http-api.md for the paths there are", clip(r.URL.Path))
}
