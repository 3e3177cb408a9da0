package httpapi

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Observer hears what happens to each request of the public port; metrics and
// logs hang here. Its methods are called on the hot path, from many goroutines
// at once: they must be quick and must not block.
type Observer interface {
	// Started: the entry of a draw or lookup was read; exactly one Answered or
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

// public is the public port.
type public struct {
	drawer     lottery.Drawer
	activities lottery.Activities // nil: no notices
	observer   Observer
	log        *slog.Logger
	deadlines  deadlines
	codec      Codec
	contexts   Contexts
	labels     *drawLabels // nil: none
	born       time.Time   // draws count their time from here: one clock read, one word
	problems   problems
	headers    answerHeaders
}

// Contexts gives each request its memory, a DrawContext and buffers, and takes
// it back: the tuning switch "object-pool".
//
// Safe for concurrent use, by several ports too. The interface is closed.
type Contexts interface {
	// serve runs p.handle with memory that no other request uses meanwhile. After
	// a panic nothing is taken back: who knows what still holds it.
	serve(p *public, op operation, w http.ResponseWriter, r *http.Request)
}

func (p *public) onlyMethods(allowed ...string) http.Handler {
	return onlyMethods(p.refuse, allowed...)
}

// refuse answers with err and tells the observer: for requests that never
// became a draw.
func (p *public) refuse(w http.ResponseWriter, err error) {
	p.observer.Refused(p.problems.write(w, err))
}
