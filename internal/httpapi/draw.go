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

// operation is what a request wants of the Drawer.
type operation uint8

const (
	drawing operation = iota
	lookingUp
)

// draw serves POST /v1/activities/{activity}/draws.
func (p *public) draw(w http.ResponseWriter, r *http.Request) {
	if p.slots.full() { // before any work: shedding must cost next to nothing
		p.refuse(w, p.overloaded())
		return
	}
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

// handle reads the entry, runs op within a slot and answers. b and c are this
// request's alone until it returns.
func (p *public) handle(w http.ResponseWriter, r *http.Request, op operation, b *buffers, c drawContext) {
	e, err := p.readEntry(op, r, b)
	if err != nil {
		p.refuse(w, err)
		return
	}
	// Only now: a slot is for draws, not for clients slow to send their body.
	if !p.slots.take() {
		p.refuse(w, p.overloaded())
		return
	}
	*c.started = int64(time.Since(p.born))
	defer func() { // also after a panic
		p.slots.give()
		if !*c.settled { // a panic passes through; guard answers it
			p.observer.Failed(e, lottery.KindInternal, p.took(c))
		}
	}()
	p.observer.Started()
	a, err := p.run(op, e, c)
	if err == nil {
		b.out, err = p.codec.answer(b.out, e, a)
	}
	*c.settled = true
	if err != nil {
		kind := p.problems.write(w, err)
		p.observer.Failed(e, kind, p.took(c))
		p.logCause(e, err)
		return
	}
	*c.status = int32(p.headers.set(w.Header(), e, a))
	w.WriteHeader(int(*c.status))
	// A write error means the client is gone; the stored answer waits for its retry.
	_, _ = w.Write(b.out)
	if f, ok := w.(http.Flusher); ok && a.Result == lottery.Win {
		f.Flush() // wins are logged, and nobody should wait for the log
	}
	p.observer.Answered(e, a, p.took(c))
}

// run asks the Drawer, with a deadline counted from the draw's start.
func (p *public) run(op operation, e lottery.Entry, c drawContext) (a lottery.Answer, err error) {
	ctx := p.deadlines.at(p.born.Add(time.Duration(*c.started)))
	if op == lookingUp {
		a, err = p.drawer.Lookup(ctx, e)
	} else {
		a, err = p.drawer.Draw(ctx, e)
	}
	if err == nil && a.Result == lottery.Win && a.Prize == nil {
		err = errors.New("a win without a prize")
	}
	if err == nil {
		p.labels.answered(op, &a)
	}
	return a, err
}

// took is the time since the draw started.
func (p *public) took(c drawContext) time.Duration {
	return time.Since(p.born) - time.Duration(*c.started)
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

func (p *public) readEntry(op operation, r *http.Request, b *buffers) (lottery.Entry, error) {
	if op == lookingUp {
		return lookupEntry(r)
	}
	return drawEntry(r, b, p.codec)
}

// drawEntry reads who wants to draw what from path, headers and body.
func drawEntry(r *http.Request, b *buffers, codec Codec) (lottery.Entry, error) {
	if err := checkContentType(r); err != nil {
		return lottery.Entry{}, err
	}
	body, err := b.readBody(r)
	if err != nil {
		return lottery.Entry{}, err
	}
	d, err := codec.decode(body)
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
	key, ok := unquote(headers[0])
	if !ok {
		return "", lottery.Refuse(lottery.KindMalformed,
			"Idempotency-Key has a quote that is not closed or not escaped; send the key bare or as one quoted string")
	}
	if field != "" && field != key {
		return "", lottery.Refuse(lottery.KindMalformed,
			`"request" and the Idempotency-Key header differ; send one of them, or both alike`)
	}
	return key, nil
}

// unquote takes the quotes off a key sent as a structured-field string (RFC
// 9651 section 3.3.3), as the Idempotency-Key draft has it; most clients send
// it bare, which is taken as it is. It reports false for a key that begins or
// ends with a quote and is no whole string: guessing which the client meant
// would turn one of its retries into a second draw.
func unquote(s string) (string, bool) {
	inner, opened := strings.CutPrefix(s, `"`)
	if !opened {
		return s, !strings.HasSuffix(s, `"`)
	}
	inner, closed := strings.CutSuffix(inner, `"`)
	if !closed {
		return "", false
	}
	if strings.IndexByte(inner, '\\') < 0 && strings.IndexByte(inner, '"') < 0 {
		return inner, true
	}
	return unescape(inner)
}

// unescape resolves \" and \\, the only escapes of such a string, and reports
// whether there were no others and no bare quote.
func unescape(s string) (string, bool) {
	plain := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return "", false
		case s[i] == '\\':
			if i++; i == len(s) || s[i] != '"' && s[i] != '\\' {
				return "", false
			}
		}
		plain = append(plain, s[i])
	}
	return string(plain), true
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
