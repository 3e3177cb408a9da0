package loadgen

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
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
	answer   http1.Answer
}

// idleTrust is how long an idle connection is trusted to be still open for a
// request that must not be sent twice: where the system cannot be asked, this
// client would learn of a close only by losing the request.
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
	if c.conn != nil && !c.reusable() {
		c.close()
	}
	err := c.try(ctx, x, w, onSent)
	if err != nil && c.used && lost(&c.answer, classify(err, false)) && c.run.request.idempotent {
		c.close()
		x.Retried = true
		err = c.try(ctx, x, w, func() {})
	}
	x.ResponseBody = c.answer.Body()
	switch {
	case err != nil:
		x.Err = err
		c.close()
	default:
		complete(&c.answer, x)
		c.used, c.lastUsed = true, c.run.meter.now()
		if !c.answer.KeepAlive {
			c.close()
		}
	}
}

// reusable reports whether the idle connection may carry one more request: the
// server has neither closed it nor sent what nobody asked for.
func (c *rawClient) reusable() bool {
	if !c.run.request.idempotent && c.run.meter.now()-c.lastUsed > idleTrust {
		return false
	}
	_ = c.conn.SetDeadline(time.Now().Add(c.run.plan.Timeout)) // one that has passed forbids to look
	return kernel.Quiet(c.conn)
}

// try sends the request once and reads the answer. Its error is an *Error.
func (c *rawClient) try(ctx context.Context, x *Exchange, w *wire, onSent func()) error {
	p := c.run.plan
	c.answer.Reset(c.keep(), c.run.request.expect)
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
	if len(w.bytes) > atOnce {
		return c.converse(x, w.bytes)
	}
	_, err := c.conn.Write(w.bytes)
	return c.read(x, err)
}

// atOnce is how long a request may be to be written before the answer is read:
// an empty socket takes as much at once.
const atOnce = 16 << 10

// converse writes a long request while it reads: a server may answer before it
// has read everything, and then read no more.
func (c *rawClient) converse(x *Exchange, request []byte) error {
	var writer sync.WaitGroup
	var writeErr error
	written := make(chan struct{})
	writer.Go(func() {
		_, writeErr = c.conn.Write(request)
		close(written)
	})
	err := c.read(x, nil)
	select {
	case <-written:
		c.answer.KeepAlive = c.answer.KeepAlive && writeErr == nil
	default:
		c.answer.KeepAlive = false
		_ = c.conn.SetWriteDeadline(time.Unix(1, 0))
	}
	writer.Wait()
	return err
}

// read takes the answer. That the request could not be written is for it to
// report, as an early answer may have come.
func (c *rawClient) read(x *Exchange, writeErr error) error {
	if writeErr != nil {
		if e := classify(writeErr, false); e.Kind != KindClosed {
			return e
		}
	}
	for !c.answer.Done() {
		n, err := c.conn.Read(c.buf)
		x.bytesIn += int64(n)
		if feedErr := c.answer.Feed(c.buf[:n]); feedErr != nil {
			return answerError(feedErr)
		}
		if err == nil || c.answer.Done() {
			continue
		}
		if !errors.Is(err, io.EOF) {
			return classify(err, false)
		}
		if err := c.answer.End(); err != nil {
			return answerError(err)
		}
	}
	c.answer.KeepAlive = c.answer.KeepAlive && writeErr == nil
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
