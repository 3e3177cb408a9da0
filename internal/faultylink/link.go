// Package faultylink is a network that misbehaves when told to: a TCP proxy that
// delays what passes, swallows it, or cuts connections. For tests and benchmarks.
package faultylink

import (
	"errors"
	"net"
	"sync"
	"time"
)

// Link forwards connections to one address. Safe for concurrent use. Close it.
type Link struct {
	listener net.Listener
	target   string
	work     sync.WaitGroup

	mu      sync.Mutex
	delay   time.Duration
	silent  chan struct{} // closed while data passes; open while it is swallowed
	conns   map[net.Conn]struct{}
	closed  bool
	refuses bool
}

// Open listens on a free loopback port and forwards to target, a host:port.
func Open(target string) (*Link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Link{listener: listener, target: target, silent: make(chan struct{}), conns: make(map[net.Conn]struct{})}
	close(l.silent)
	l.work.Go(l.accept)
	return l, nil
}

// Address is where the link listens, as host:port.
func (l *Link) Address() string { return l.listener.Addr().String() }

// SetDelay makes all that passes from now on arrive that much later, in both
// directions: a round trip costs twice as much more. Order is kept, and nothing
// bounds how much is on its way.
func (l *Link) SetDelay(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay = d
}

// Swallow makes the link half-open: connections are accepted and stay open, and
// nothing arrives any more. With false, what was swallowed arrives.
func (l *Link) Swallow(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.silent: // data passes
		if on {
			l.silent = make(chan struct{})
		}
	default:
		if !on {
			close(l.silent)
		}
	}
}

// Refuse cuts all connections, and with true new ones at once, too.
func (l *Link) Refuse(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuses = on
	for c := range l.conns {
		_ = c.Close()
	}
}

// Close cuts all connections and waits until everything has ended.
func (l *Link) Close() error {
	l.mu.Lock()
	l.closed = true
	for c := range l.conns {
		_ = c.Close()
	}
	l.mu.Unlock()
	l.Swallow(false)
	err := l.listener.Close()
	l.work.Wait()
	return err
}

func (l *Link) accept() {
	for {
		c, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			l.work.Go(func() { l.forward(c) })
		}
	}
}

// track registers a connection; false if it has to be closed at once.
func (l *Link) track(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.refuses {
		_ = c.Close()
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

func (l *Link) drop(c net.Conn) {
	_ = c.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

const dialTimeout = 5 * time.Second

func (l *Link) forward(client net.Conn) {
	if !l.track(client) {
		return
	}
	defer l.drop(client)
	server, err := net.DialTimeout("tcp", l.target, dialTimeout)
	if err != nil || !l.track(server) {
		return
	}
	defer l.drop(server)
	var ways sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		ways.Go(func() {
			l.pump(way[0], way[1])
			_, _ = client.Close(), server.Close() // one way ended: so does the other
		})
	}
	ways.Wait()
}

// parcel is what was read at once, and when it has to arrive.
type parcel struct {
	data []byte
	due  time.Time
}

// pump carries one direction. It reads on while earlier parcels are on their way.
func (l *Link) pump(from, to net.Conn) {
	const onTheWay = 1 << 14
	parcels := make(chan parcel, onTheWay)
	var delivery sync.WaitGroup
	delivery.Go(func() {
		for p := range parcels {
			time.Sleep(time.Until(p.due))
			<-l.passes()
			if _, err := to.Write(p.data); err != nil {
				_ = from.Close() // ends the reading, which closes parcels
			}
		}
	})
	for {
		buf := make([]byte, 16<<10)
		n, err := from.Read(buf)
		if n > 0 {
			parcels <- parcel{buf[:n], time.Now().Add(l.currentDelay())}
		}
		if err != nil {
			break
		}
	}
	close(parcels)
	delivery.Wait()
}

func (l *Link) passes() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.silent
}

func (l *Link) currentDelay() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.delay
}
