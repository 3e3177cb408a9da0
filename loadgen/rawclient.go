package loadgen

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// rawClient speaks HTTP/1.1 over one net.Conn of its own, which it opens when
// needed and reopens after the server closed it.
type rawClient struct {
	run      *run
	opened   func() // called when a connection was opened
	addr     string
	conn     net.Conn
	used     bool          // conn has carried an answer
	lastUsed time.Duration // when it did
	stop     func() bool   // unhooks conn from the abort context
	buf      []byte
	answer   response
}

// idleTrust is how long an idle connection is trusted to be still open for a
// request that must not be sent twice: this client does not watch idle
// connections, so it would learn of a close only by losing the request.
const idleTrust = time.Second

func newRawClient(r *run, addr netip.AddrPort, opened func()) *rawClient {
	return &rawClient{run: r, opened: opened, addr: addr.String(), buf: make([]byte, 16<<10)}
}

func (c *rawClient) close() {
	if c.conn == nil {
		return
	}
	c.stop()
	_ = c.conn.Close()
	c.conn = nil
	c.run.conns.closed()
}

func (c *rawClient) exchange(ctx context.Context, x *Exchange, w *wire, onSent func()) {
	if c.conn != nil && !c.run.request.idempotent && c.run.meter.now()-c.lastUsed > idleTrust {
		c.close()
	}
	err := c.try(ctx, x, w, onSent)
	if err != nil && c.used && !c.answer.started && KindOf(err) == KindClosed && c.run.request.idempotent {
		c.close()
		x.Retried = true
		err = c.try(ctx, x, w, func() {})
	}
	x.ResponseBody = c.answer.body
	switch {
	case err != nil:
		x.Err = err
		c.close()
	default:
		x.Status = c.answer.status
		c.used, c.lastUsed = true, c.run.meter.now()
		if !c.answer.keepAlive {
			c.close()
		}
	}
}

// try sends the request once and reads the answer. Its error is an *Error.
func (c *rawClient) try(ctx context.Context, x *Exchange, w *wire, onSent func()) error {
	p := c.run.plan
	c.answer.reset(c.keep(), p.Method == "HEAD")
	if c.conn == nil {
		before := c.run.meter.now()
		err := c.dial(ctx)
		x.connWait += c.run.meter.now() - before
		if err != nil {
			return classify(err, true)
		}
	}
	// An abort may have come in between and set a deadline in the past; it
	// must not be overwritten.
	_ = c.conn.SetDeadline(time.Now().Add(p.Timeout))
	if ctx.Err() != nil {
		return classify(ctx.Err(), false)
	}
	onSent()
	if _, err := c.conn.Write(w.bytes); err != nil {
		return classify(err, false)
	}
	for !c.answer.done() {
		n, err := c.conn.Read(c.buf)
		x.bytesIn += int64(n)
		if feedErr := c.answer.feed(c.buf[:n]); feedErr != nil {
			return feedErr
		}
		if err == nil || c.answer.done() {
			continue
		}
		if e := classify(err, false); e.Kind != KindClosed {
			return e
		}
		if err := c.answer.eof(); err != nil {
			return err
		}
	}
	return nil
}

// keep is how much of a body to keep: nothing unless somebody reads it.
func (c *rawClient) keep() int {
	if c.run.plan.Record == nil {
		return 0
	}
	return c.run.plan.MaxBody
}

func (c *rawClient) dial(ctx context.Context) error {
	c.run.conns.opening()
	d := net.Dialer{Timeout: c.run.plan.Timeout}
	conn, err := d.DialContext(ctx, "tcp", c.addr)
	if err != nil {
		c.run.conns.closed()
		return err
	}
	c.conn, c.used = conn, false
	c.opened()
	c.stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return nil
}
