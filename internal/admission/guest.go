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
