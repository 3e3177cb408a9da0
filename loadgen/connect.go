package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// resolve returns the address to load. A name with several addresses, such as
// localhost, is settled once, by the first that accepts a connection, so that
// one run loads one server. An address literal is taken as it is.
func resolve(ctx context.Context, base *url.URL, timeout time.Duration) (netip.AddrPort, error) {
	var none netip.AddrPort
	port, err := portOf(base)
	if err != nil {
		return none, err
	}
	if ip, err := netip.ParseAddr(base.Hostname()); err == nil {
		return netip.AddrPortFrom(ip, port), nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", endpoint.DialName(base.Hostname()))
	if err != nil {
		return none, fmt.Errorf("host of URL %q: %w", base.Scheme+"://"+base.Host, err)
	}
	for _, ip := range ips {
		addr := netip.AddrPortFrom(ip.Unmap(), port)
		var d net.Dialer
		if conn, err := d.DialContext(ctx, "tcp", addr.String()); err == nil {
			_ = conn.Close()
			return addr, nil
		}
	}
	return netip.AddrPortFrom(ips[0].Unmap(), port), nil
}

func portOf(base *url.URL) (uint16, error) {
	text := base.Port()
	switch {
	case text == "" && base.Scheme == "https":
		return 443, nil
	case text == "":
		return 80, nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return 0, fmt.Errorf("port %s must be 1 to 65535", text)
	}
	return uint16(port), nil
}

// connCounts counts connections. Safe for concurrent use.
type connCounts struct {
	mu        sync.Mutex
	opened    int64
	open, top int
}

// opening notes that a connection is being opened, before it is: one that
// fails counts as opened and closed.
func (c *connCounts) opening() {
	c.mu.Lock()
	c.opened++
	c.open++
	c.top = max(c.top, c.open)
	c.mu.Unlock()
}

func (c *connCounts) closed() {
	c.mu.Lock()
	c.open--
	c.mu.Unlock()
}

func (c *connCounts) totals() (opened int64, top int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened, c.top
}

// Causes that have no error of the system behind them.
var (
	errTimeout    = errors.New("no answer in time")
	errQueued     = errors.New("no free connection in time")
	errUnfinished = errors.New("the run was cancelled")
)

// classify wraps a network error with its kind; err may carry one already.
func classify(err error, connecting bool) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	kind := KindOther
	switch {
	case is(syscall.ECONNREFUSED):
		kind = KindRefused
	case is(syscall.EADDRNOTAVAIL, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM):
		kind = KindLocal
	case is(os.ErrDeadlineExceeded, context.DeadlineExceeded, syscall.ETIMEDOUT):
		kind = KindTimeout
	case connecting:
		kind = KindConnect
	case is(io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed):
		kind = KindClosed
	}
	return &Error{kind, err}
}
