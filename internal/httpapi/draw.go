package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// handle reads the entry, runs op and answers. b and c are this request's alone
// until it returns.
func (p *public) handle(w http.ResponseWriter, r *http.Request, op operation, b *buffers, c drawContext) {
	e, err := p.readEntry(op, r, b)
	if err != nil {
		p.refuse(w, err)
		return
	}
	*c.started = int64(time.Since(p.born))
	defer func() { // also after a panic
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
		p.logCause(e.Activity, a.Keys, err)
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

// logCause writes down why a draw failed for a reason of ours. Refusals that
// are the client's doing are counted, not logged: they can be caused at will.
func (p *public) logCause(activity string, keys lottery.Keys, err error) {
	var refusal *lottery.Error
	level := slog.LevelError
	if errors.As(err, &refusal) && refusal.Kind != lottery.KindInternal {
		if refusal.Cause == nil {
			return
		}
		level = slog.LevelWarn
	}
	p.log.Log(context.Background(), level, "draw failed", "activity", activity, "user_key", keys.User.String(), "request_key", keys.Request.String(), "error", err)
}

func (p *public) readEntry(op operation, r *http.Request, b *buffers) (lottery.Entry, error) {
	if op == lookingUp {
		return lookupEntry(r)
	}
	return drawEntry(r, b, p.codec)
}
