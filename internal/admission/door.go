package admission

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// DoorOptions are a door's bounds. The zero value of each is its default.
type DoorOptions struct {
	// Most is how many connections are open at once. By default, 512.
	Most int
	// Idle is how long a connection has to be idle before it gives its place to a
	// newcomer without more ado. By default, 1 s.
	Idle time.Duration
	// Turn is the least time between two connections that give their place although
	// they are in use, or idle for a shorter time: a new connection costs more than a
	// request, and its first request has waited. If newcomers could take every place,
	// a storm of them would leave none for those who send requests. By default, 20 ms.
	Turn time.Duration
}

func (o DoorOptions) withDefaults() DoorOptions {
	if o.Most <= 0 {
		o.Most = 512
	}
	if o.Idle <= 0 {
		o.Idle = time.Second
	}
	if o.Turn <= 0 {
		o.Turn = 20 * time.Millisecond
	}
	return o
}

// Door is a listener with a bounded number of open connections. When all places
// are taken, a newcomer gets that of the connection that has been idle for longest.
// If none is idle, newcomers wait in the kernel's queue, and now and then one that
// is in use is asked to go (see [Door.Crowded]), so that whoever holds a connection
// does not keep all others out.
//
// A server on a door has its ConnState set to [Door.Track] and its ConnContext to
// [Door.Context].
//
// Safe for concurrent use.
type Door struct {
	net.Listener
	gate    *Gate
	options DoorOptions
	closed  chan struct{}
	close   sync.Once
	left    chan struct{} // capacity 1: a place may be free

	newcomer atomic.Bool  // one waits
	turn     atomic.Int64 // when the next one in use may be asked to go, in Unix nanoseconds

	mu     sync.Mutex
	guests map[*guest]struct{}
}

// NewDoor makes the door of a listener, with a gate behind it. Close it as the
// listener.
func NewDoor(l net.Listener, g *Gate, o DoorOptions) *Door {
	return &Door{Listener: l, gate: g, options: o.withDefaults(), closed: make(chan struct{}), left: make(chan struct{}, 1), guests: make(map[*guest]struct{})}
}

// Accept implements [net.Listener]. It returns when there is a newcomer and a place.
// Newcomers that have gone while they waited in the kernel are passed over.
func (d *Door) Accept() (net.Conn, error) {
	defer d.newcomer.Store(false)
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g := &guest{Conn: conn, door: d, fresh: true}
		g.idle.Store(time.Now().UnixNano()) // until its first request is there
		if ok, err := d.await(g); ok {
			return g, nil
		} else if err != nil {
			return nil, err
		}
	}
}

// await waits for a place; false if the newcomer has gone.
func (d *Door) await(g *guest) (bool, error) {
	for !d.enter(g) {
		if hasLeft(g.Conn) {
			_ = g.Conn.Close()
			return false, nil
		}
		d.newcomer.Store(true)
		select {
		case <-d.left:
		case <-time.After(d.options.Idle / 20): // another one may be idle for long enough
		case <-d.closed:
			_ = g.Conn.Close()
			return false, net.ErrClosed
		}
	}
	return true, nil
}

// enter gives g a place if there is one, or one can be had.
func (d *Door) enter(g *guest) bool {
	d.mu.Lock()
	if len(d.guests) < d.options.Most {
		d.guests[g] = struct{}{}
		d.mu.Unlock()
		return true
	}
	idlest, since := (*guest)(nil), time.Now().UnixNano()
	for other := range d.guests {
		if t := other.idle.Load(); t != 0 && t < since {
			idlest, since = other, t
		}
	}
	d.mu.Unlock()
	if idlest == nil {
		return false
	}
	idle := time.Duration(time.Now().UnixNano() - since)
	if idle < d.options.Idle && (idle < d.options.Idle/10 || !d.turnNow()) {
		return false
	}
	if idlest.idle.Load() != since { // a request has come meanwhile
		return false
	}
	_ = idlest.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.guests) >= d.options.Most {
		return false
	}
	d.guests[g] = struct{}{}
	return true
}

// leave frees the place of g.
func (d *Door) leave(g *guest) {
	d.mu.Lock()
	delete(d.guests, g)
	d.mu.Unlock()
	select {
	case d.left <- struct{}{}:
	default:
	}
}

// Close implements [net.Listener]: no newcomer is accepted any more. Connections
// stay open.
func (d *Door) Close() error {
	d.close.Do(func() { close(d.closed) })
	return d.Listener.Close()
}

// Crowded reports that a newcomer waits for a place: the connection of the request at
// hand should be closed once it is answered. It does so for one request in each turn.
func (d *Door) Crowded() bool {
	if !d.newcomer.Load() {
		return false
	}
	return d.turnNow()
}

// turnNow reports whether it is time for another connection to give its place.
func (d *Door) turnNow() bool {
	now, next := time.Now(), d.turn.Load()
	return now.UnixNano() >= next && d.turn.CompareAndSwap(next, now.Add(d.options.Turn).UnixNano())
}

// Open is how many connections are open.
func (d *Door) Open() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.guests)
}

// guest is a connection with a place at the door. While a request of it is worked
// on, it has a place behind the gate as well.
type guest struct {
	net.Conn
	door *Door
	// idle is since when it has been, in Unix nanoseconds; 0: it is in use.
	idle     atomic.Int64
	admitted atomic.Bool // has a place behind the gate
	refused  atomic.Bool // the request at hand was refused
	fresh    bool        // no request was read yet; used by Read alone
	gone     sync.Once
}

// Read implements [net.Conn]. It asks the gate when the first bytes of a request are
// there. What a request still lacks after that is waited for without a place: a
// client that is slow to send must not keep others out.
func (g *guest) Read(b []byte) (int, error) {
	if len(b) > 1 && g.admitted.Load() {
		g.door.gate.Yield()
		defer g.door.gate.Return()
		return g.Conn.Read(b)
	}
	n, err := g.Conn.Read(b)
	// While a handler runs, net/http watches for the end of the connection with reads
	// of one byte. They belong to the request that has its place already.
	if n > 0 && !g.admitted.Load() && !g.refused.Load() {
		g.idle.Store(0)
		admitted, waited := g.door.gate.Enter()
		// Who waited, here or for a place at the door, may have gone. To do what nobody
		// waits for any more would make all others wait longer, until nobody is answered.
		if (waited || g.fresh) && hasLeft(g.Conn) {
			if admitted {
				g.door.gate.Leave()
			}
			return 0, io.EOF
		}
		g.fresh = false
		g.admitted.Store(admitted)
		g.refused.Store(!admitted)
	}
	return n, err
}

// Close gives all places back. It may be called by the door while the server reads
// a request, so the server's own call at the end gives back what was taken since.
func (g *guest) Close() error {
	g.rest()
	g.gone.Do(func() { g.door.leave(g) })
	return g.Conn.Close()
}

// rest ends the request at hand.
func (g *guest) rest() {
	g.refused.Store(false)
	if g.admitted.Swap(false) {
		g.door.gate.Leave()
	}
}

// Track is the ConnState of the server: it tells when a request has ended.
func (d *Door) Track(conn net.Conn, s http.ConnState) {
	g, ok := conn.(*guest)
	if ok && s == http.StateIdle {
		g.rest()
		g.idle.Store(time.Now().UnixNano())
	}
}

type guestKey struct{}

// Context is the ConnContext of the server: it lets [Refused] find the connection.
func (d *Door) Context(ctx context.Context, conn net.Conn) context.Context {
	if g, ok := conn.(*guest); ok {
		return context.WithValue(ctx, guestKey{}, g)
	}
	return ctx
}

// Refused reports whether the request of ctx has waited for too long to be worked on.
// It has no place: it is to be answered at once. A request that came through no door
// is not refused.
func Refused(ctx context.Context) bool {
	g, ok := ctx.Value(guestKey{}).(*guest)
	return ok && g.refused.Load()
}
