package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// draw serves POST /v1/activities/{activity}/draws.
func (p *public) draw(w http.ResponseWriter, r *http.Request) {
	if p.slots.full() { // before any work: shedding must cost next to nothing
		p.refuse(w, p.overloaded())
		return
	}
	b := p.buffers.Get().(*buffers)
	defer p.buffers.Put(b)
	e, err := readEntry(r, b)
	if err != nil {
		p.refuse(w, err)
		return
	}
	// Only now: a slot is for draws, not for clients slow to send their body.
	p.serve(w, b, e, lottery.Drawer.Draw)
}

// lookup serves GET /v1/activities/{activity}/draws/{request}?user=….
func (p *public) lookup(w http.ResponseWriter, r *http.Request) {
	b := p.buffers.Get().(*buffers)
	defer p.buffers.Put(b)
	e, err := lookupEntry(r)
	if err != nil {
		p.refuse(w, err)
		return
	}
	p.serve(w, b, e, lottery.Drawer.Lookup)
}

// operation is one of the Drawer's two methods.
type operation func(lottery.Drawer, context.Context, lottery.Entry) (lottery.Answer, error)

// serve runs op within a slot and answers.
func (p *public) serve(w http.ResponseWriter, b *buffers, e lottery.Entry, op operation) {
	if !p.slots.take() {
		p.refuse(w, p.overloaded())
		return
	}
	defer p.slots.give() // also after a panic
	started := time.Now()
	p.observer.Started()
	settled := false
	defer func() {
		if !settled { // a panic passes through; guard answers it
			p.observer.Failed(e, lottery.KindInternal, time.Since(started))
		}
	}()
	a, err := op(p.drawer, p.deadlines.at(started), e)
	if err == nil && a.Result == lottery.Win && a.Prize == nil {
		err = errors.New("a win without a prize")
	}
	settled = true
	if err != nil {
		kind := p.problems.write(w, err)
		p.observer.Failed(e, kind, time.Since(started))
		p.logCause(e, err)
		return
	}
	b.out = appendAnswer(b.out[:0], e, a)
	w.WriteHeader(p.headers.set(w.Header(), e, a))
	// A write error means the client is gone; the stored answer waits for its retry.
	_, _ = w.Write(b.out)
	if f, ok := w.(http.Flusher); ok && a.Result == lottery.Win {
		f.Flush() // wins are logged, and nobody should wait for the log
	}
	p.observer.Answered(e, a, time.Since(started))
}

func (p *public) overloaded() error {
	return lottery.Refuse(lottery.KindOverloaded,
		"%d draws are under way, as many as this instance takes at once; send the same request again", p.slots.most)
}

// logCause writes down why a draw failed for a reason of ours. Refusals that
// are the client's doing are counted, not logged: they can be caused at will.
func (p *public) logCause(e lottery.Entry, err error) {
	var refusal *lottery.Error
	level := slog.LevelError
	if errors.As(err, &refusal) && refusal.Kind != lottery.KindInternal {
		if refusal.Cause == nil {
			return
		}
		level = slog.LevelWarn
	}
	p.log.Log(context.Background(), level, "draw failed", "activity", e.Activity, "request", e.Request, "error", err)
}

// readEntry reads who wants to draw what from path, headers and body.
func readEntry(r *http.Request, b *buffers) (lottery.Entry, error) {
	if err := checkContentType(r); err != nil {
		return lottery.Entry{}, err
	}
	body, err := b.readBody(r)
	if err != nil {
		return lottery.Entry{}, err
	}
	d, err := decodeDrawRequest(string(body))
	if err != nil {
		return lottery.Entry{}, err
	}
	e := lottery.Entry{Activity: r.PathValue("activity"), User: d.User, Request: d.Request, Proof: d.Proof}
	if e.Request, err = requestID(d.Request, r.Header["Idempotency-Key"]); err != nil {
		return lottery.Entry{}, err
	}
	return e, e.Check()
}

// requestID settles the request's id between the body's field and the header.
func requestID(field string, headers []string) (string, error) {
	if len(headers) == 0 {
		return field, nil
	}
	if len(headers) > 1 {
		return "", lottery.Refuse(lottery.KindMalformed, "Idempotency-Key is sent %d times; send it once", len(headers))
	}
	key := unquote(headers[0])
	if field != "" && field != key {
		return "", lottery.Refuse(lottery.KindMalformed,
			`"request" and the Idempotency-Key header differ; send one of them, or both alike`)
	}
	return key, nil
}

// unquote takes the quotes off a key sent as a structured-field string (RFC
// 9651 section 3.3.3), as the Idempotency-Key draft has it; most clients send
// it bare, which is taken as it is.
func unquote(s string) string {
	inner, quoted := strings.CutPrefix(s, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !quoted || !closed {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(inner)
}

// lookupEntry reads whose draw is asked for from path and query.
func lookupEntry(r *http.Request) (lottery.Entry, error) {
	users := r.URL.Query()["user"]
	if len(users) != 1 {
		return lottery.Entry{}, lottery.Refuse(lottery.KindMalformed,
			"the query names %d users; send exactly one, as ?user=…", len(users))
	}
	e := lottery.Entry{Activity: r.PathValue("activity"), Request: r.PathValue("request"), User: users[0]}
	return e, e.Check()
}
