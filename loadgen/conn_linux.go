//go:build linux && (amd64 || arm64)

package loadgen

import (
	"os"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// dial opens a connection for x, which must not be the x of another one.
func (l *loop) dial(x Exchange) {
	l.run.conns.opening()
	l.growth.Opens()
	l.begun++
	now := l.meter.now()
	c := &conn{gen: l.gen, slot: -1, opened: now, state: connConnecting, x: x}
	l.gen++
	l.arm(c, now)
	fd, pending, err := kernel.OpenSocket(l.to)
	c.fd = fd
	if err != nil {
		l.fail(c, classify(err, true))
		return
	}
	l.register(c)
	if err := l.poll.Add(fd, c.slot, c.gen); err != nil {
		l.fail(c, classify(os.NewSyscallError("epoll_ctl", err), true))
		return
	}
	if !pending {
		l.connected(c)
	}
}

// register gives c a slot, by which events find it.
func (l *loop) register(c *conn) {
	if n := len(l.free); n > 0 {
		c.slot, l.free = l.free[n-1], l.free[:n-1]
		l.conns[c.slot] = c
		return
	}
	c.slot = len(l.conns)
	l.conns = append(l.conns, c)
}

// exchangeOf begins the exchange of j, whose wait in the queue is over if there
// was one.
func (l *loop) exchangeOf(j job) Exchange {
	x := Exchange{Seq: j.seq, Intended: j.intended, ready: j.ready, queued: j.queued}
	if j.waited {
		x.connWait = l.meter.now() - j.ready
	}
	return x
}

// arm puts c at the end of the active list: the timeout is the same for all,
// so the list stays sorted by deadline.
func (l *loop) arm(c *conn, now time.Duration) {
	c.deadline = now + l.plan.Timeout
	l.active.push(c)
}

// connected ends connecting and sends the request that waited for it.
func (l *loop) connected(c *conn) {
	if err := kernel.ConnectError(c.fd); err != nil {
		l.fail(c, classify(err, true))
		return
	}
	l.growth.Opened()
	now := l.meter.now()
	c.x.connWait += now - c.opened
	l.active.remove(c)
	l.write(c)
}

// send starts j on an idle connection.
func (l *loop) send(c *conn, j job) {
	c.x = l.exchangeOf(j)
	l.write(c)
}

// write renders the request and sends as much as the socket takes.
func (l *loop) write(c *conn) {
	l.request.render(&c.wire, c.x.Seq)
	c.x.RequestBody = c.wire.body
	c.x.bytesOut = int64(len(c.wire.bytes))
	keep := 0
	if l.plan.Record != nil {
		keep = l.plan.MaxBody
	}
	c.answer.Reset(keep, l.request.expect)
	c.state, c.unsent = connActive, c.wire.bytes
	now := c.x.Intended
	if l.schedule != nil || !l.request.fixed() || c.x.Retried || c.x.connWait > 0 {
		now = l.meter.now()
	}
	if !c.x.written {
		c.x.Sent, c.x.written = now, true
		l.meter.sent(now)
	}
	l.arm(c, now)
	l.flush(c)
}

// flush writes the rest of the request. A failure to write is left for the
// read to report, as an early answer may be waiting there.
func (l *loop) flush(c *conn) {
	for len(c.unsent) > 0 {
		n, errno := kernel.RawWrite(c.fd, c.unsent)
		switch errno {
		case 0:
			c.unsent = c.unsent[n:]
		case syscall.EINTR:
		case syscall.EAGAIN:
			return // EPOLLOUT goes on
		default:
			c.unsent, c.hungUp = nil, true
			l.read(c)
			if c.state == connActive && c.slot >= 0 {
				l.fail(c, classify(os.NewSyscallError("write", errno), false))
			}
			return
		}
	}
}

// ready reacts to what epoll says of c.
func (l *loop) ready(c *conn, events uint32) {
	if c.state == connConnecting {
		if events&(syscall.EPOLLOUT|kernel.HangUpEvents) != 0 {
			l.connected(c)
		}
		return
	}
	if events&syscall.EPOLLOUT != 0 && len(c.unsent) > 0 {
		l.flush(c)
		if c.slot < 0 {
			return
		}
	}
	c.hungUp = c.hungUp || events&kernel.HangUpEvents != 0
	if events&(syscall.EPOLLIN|kernel.HangUpEvents) != 0 {
		l.read(c)
	}
}

// read takes what has come until the socket is empty or the answer whole.
func (l *loop) read(c *conn) {
	for {
		n, errno := kernel.RawRead(c.fd, l.buf)
		switch {
		case errno == syscall.EINTR:
			continue
		case errno == syscall.EAGAIN:
			return
		case c.state == connIdle:
			l.drop(c) // closed by the server, or talking unasked
			return
		case errno != 0:
			l.broken(c, classify(os.NewSyscallError("read", errno), false))
			return
		case n == 0:
			l.ended(c)
			return
		}
		c.x.bytesIn += int64(n)
		if err := c.answer.Feed(l.buf[:n]); err != nil {
			l.broken(c, answerError(err))
			return
		}
		if c.answer.Done() {
			l.finish(c)
			return
		}
		// A short read emptied the socket, see epoll(7); what comes later
		// makes a new event. Only a hang-up must be read to its end now.
		if n < len(l.buf) && !c.hungUp {
			return
		}
	}
}

// ended handles the end of the stream within an exchange.
func (l *loop) ended(c *conn) {
	if err := c.answer.End(); err != nil {
		l.broken(c, answerError(err))
		return
	}
	l.finish(c)
}

// broken handles a connection lost within an exchange: a kept-alive one that
// the server had closed before it saw the request, or on which bytes came that
// belong to the answer before, is replaced, once, if the request may be sent twice.
func (l *loop) broken(c *conn, err *Error) {
	if !c.used || c.x.Retried || !lost(&c.answer, err) || !l.request.idempotent {
		l.fail(c, err)
		return
	}
	x := c.x
	x.Retried = true
	l.drop(c)
	l.dial(x)
}

// finish counts a complete answer and gives the connection its next request.
func (l *loop) finish(c *conn) {
	l.answered = l.meter.now()
	c.x.Done = l.answered
	complete(&c.answer, &c.x)
	l.end(&c.x)
	c.used = true
	if !c.answer.KeepAlive || c.hungUp || len(c.unsent) > 0 {
		l.drop(c)
	} else {
		l.active.remove(c)
		l.idle.push(c)
		c.state = connIdle
	}
	if l.schedule == nil {
		l.again++
	}
}

// fail counts an exchange that got no complete answer and closes its connection.
func (l *loop) fail(c *conn, err error) {
	c.x.Done = l.meter.now()
	c.x.Err = err
	c.x.ResponseBody = c.answer.Body()
	if c.state == connConnecting {
		c.x.connWait += c.x.Done - c.opened
		l.request.render(&c.wire, c.x.Seq)
		c.x.RequestBody = c.wire.body
	}
	l.end(&c.x)
	l.drop(c)
	if l.schedule == nil {
		l.pauses.Push(c.x.Done + closedPause)
	}
}

// end counts an exchange that has ended.
func (l *loop) end(x *Exchange) {
	if x.Err == nil {
		l.growth.Answered(x.Done)
	}
	l.meter.done(x)
}

// drop closes c and forgets it.
func (l *loop) drop(c *conn) {
	switch c.state {
	case connIdle:
		l.idle.remove(c)
	case connConnecting:
		l.growth.Opened()
		l.active.remove(c)
	default:
		l.active.remove(c)
	}
	if c.fd >= 0 {
		_ = syscall.Close(c.fd)
	}
	if c.slot >= 0 {
		l.conns[c.slot] = nil
		l.free = append(l.free, c.slot)
		c.slot = -1
	}
	l.growth.Closed()
	l.run.conns.closed()
}
