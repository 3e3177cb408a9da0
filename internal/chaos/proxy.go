package main

import (
	"net"
	"sync"
	"time"
)

// proxy is the network between a lotteryd and one of its stores: it forwards
// connections, each to a connection of its own, and does to them what a network
// can do. Safe for concurrent use; close ends it and waits.
//
// It differs from proxies that drop what a silent network holds: what is held
// arrives when the network is back, however late, as TCP would deliver it. A
// command that arrives late is what fences are for.
type proxy struct {
	upstream string
	listener net.Listener
	work     sync.WaitGroup

	mu      sync.Mutex
	weather weather
	changed chan struct{} // closed and replaced when the weather changes
	links   map[*link]struct{}
	closed  bool
}

// weather is the state of a network. The zero value is a good one.
type weather struct {
	up, down flow // towards the server, and back
	refuse   bool // new connections are reset
}

// flow is what happens to one direction.
type flow struct {
	hold  bool          // nothing arrives until the weather changes
	delay time.Duration // everything arrives that much later
	rate  int           // bytes a second; 0: as many as come
	slice int           // bytes a packet; 0: as they come
}

// newProxy listens on a port of loopback for connections to upstream.
func newProxy(upstream string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{upstream: upstream, listener: l, changed: make(chan struct{}), links: make(map[*link]struct{})}
	p.work.Go(p.accept)
	return p, nil
}

// address is where clients connect to.
func (p *proxy) address() string { return p.listener.Addr().String() }

// set changes the weather. Connections stay.
func (p *proxy) set(w weather) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.weather = w
	close(p.changed)
	p.changed = make(chan struct{})
}

// reset breaks all connections, as a router that restarts does.
func (p *proxy) reset() {
	for _, l := range p.living() {
		l.reset()
	}
}

// cut breaks each connection when n more bytes have come back over it: in the
// middle of a reply.
func (p *proxy) cut(n int) {
	for _, l := range p.living() {
		l.mu.Lock()
		l.left = n
		l.mu.Unlock()
	}
}

// lead sends new connections to another server.
func (p *proxy) lead(upstream string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upstream = upstream
}

func (p *proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.listener.Close()
	p.set(weather{})
	p.reset()
	p.work.Wait()
}

func (p *proxy) living() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*link, 0, len(p.links))
	for l := range p.links {
		all = append(all, l)
	}
	return all
}

// now is the weather, and what is closed when it changes.
func (p *proxy) now() (weather, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.weather, p.changed
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.serve(client.(*net.TCPConn)) })
	}
}

// dialPatience bounds the connection to a server of this machine.
const dialPatience = 2 * time.Second

func (p *proxy) serve(client *net.TCPConn) {
	p.mu.Lock()
	upstream, refuse := p.upstream, p.weather.refuse || p.closed
	p.mu.Unlock()
	if refuse {
		abort(client)
		return
	}
	conn, err := net.DialTimeout("tcp", upstream, dialPatience)
	if err != nil {
		abort(client)
		return
	}
	l := &link{proxy: p, client: client, server: conn.(*net.TCPConn), gone: make(chan struct{}), left: -1}
	p.mu.Lock()
	p.links[l] = struct{}{}
	late := p.closed
	p.mu.Unlock()
	if late {
		l.reset()
	}
	var both sync.WaitGroup
	both.Go(func() { l.carry(client, l.server, func(w weather) flow { return w.up }, false) })
	both.Go(func() { l.carry(l.server, client, func(w weather) flow { return w.down }, true) })
	both.Wait()
	l.reset()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// abort closes a connection with a reset.
func abort(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

// link is one connection through the network.
type link struct {
	proxy          *proxy
	client, server *net.TCPConn
	once           sync.Once
	gone           chan struct{} // closed by reset

	mu   sync.Mutex
	left int // bytes that may still come back; below 0: any number
}

func (l *link) reset() {
	l.once.Do(func() {
		close(l.gone)
		abort(l.client)
		abort(l.server)
	})
}

// packet is what was read at once, and when. The last one of a direction is empty.
type packet struct {
	data []byte
	at   time.Time
}

// carry moves one direction until its end. A reader of its own stamps what
// comes, so that a delay is a delay and no lower rate.
func (l *link) carry(from, to *net.TCPConn, of func(weather) flow, back bool) {
	queue := make(chan packet, 256)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(queue)
		for {
			buffer := make([]byte, 16<<10)
			n, err := from.Read(buffer)
			select {
			case queue <- packet{buffer[:n], time.Now()}:
			case <-l.gone:
				return
			}
			if err != nil {
				return
			}
		}
	})
	defer reader.Wait()
	for p := range queue {
		if !l.deliver(p, to, of, back) {
			l.reset()
			return
		}
	}
	if l.await(time.Now(), of) {
		to.CloseWrite()
	}
}

// deliver writes a packet when the weather lets it through; false if the
// connection broke.
func (l *link) deliver(p packet, to *net.TCPConn, of func(weather) flow, back bool) bool {
	for len(p.data) > 0 {
		if !l.await(p.at, of) {
			return false
		}
		w, _ := l.proxy.now()
		f, n := of(w), len(p.data)
		if f.slice > 0 {
			n = min(n, f.slice)
		}
		if f.rate > 0 {
			n = min(n, max(f.rate/100, 1))
			time.Sleep(time.Duration(n) * time.Second / time.Duration(f.rate))
		}
		breaks := false
		if back {
			n, breaks = l.spend(n)
		}
		if _, err := to.Write(p.data[:n]); err != nil || breaks {
			return false
		}
		p.data = p.data[n:]
	}
	return true
}

// spend takes n bytes from what may still come back.
func (l *link) spend(n int) (may int, breaks bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left < 0 {
		return n, false
	}
	may = min(n, l.left)
	l.left -= may
	return may, l.left == 0
}

// await waits until what was sent at a time may arrive; false if the
// connection broke first.
func (l *link) await(sent time.Time, of func(weather) flow) bool {
	for {
		w, changed := l.proxy.now()
		f := of(w)
		wait := time.Until(sent.Add(f.delay))
		if !f.hold && wait <= 0 {
			return true
		}
		var due <-chan time.Time
		if !f.hold {
			due = time.After(wait)
		}
		select {
		case <-due:
		case <-changed:
		case <-l.gone:
			return false
		}
	}
}
