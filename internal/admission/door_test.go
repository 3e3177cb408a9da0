package admission_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/admission"
)

// house is a server behind a door.
type house struct {
	t       *testing.T
	gate    *admission.Gate
	door    *admission.Door
	address string
}

// build starts a server with a handler. It ends with the test.
func build(t *testing.T, g admission.GateOptions, d admission.DoorOptions, handler http.HandlerFunc) *house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, gate: admission.NewGate(g), address: l.Addr().String()}
	h.door = admission.NewDoor(l, h.gate, d)
	server := &http.Server{ConnState: h.door.Track, ConnContext: h.door.Context, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.door.Crowded() {
			w.Header().Set("Connection", "close")
		}
		if admission.Refused(r.Context()) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		handler(w, r)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(h.door) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
		if s := h.gate.State(); s.Busy != 0 || s.Waiting != 0 || h.door.Open() != 0 {
			t.Errorf("at the end: %+v, %d connections", s, h.door.Open())
		}
	})
	return h
}

// client is a connection to a house.
type client struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (h *house) dial() *client {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	return &client{conn, h.t, bufio.NewReader(conn)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// receive reads an answer, and reports whether it says that the connection ends.
func (c *client) receive() (status int, last bool) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Close
}

// until waits for something that must come true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not so after 20 s: %s", what)
		}
	}
}

// TestPlaceOfTheIdle: a newcomer gets the place of the connection that has been idle
// for longest, whose client can come again.
func TestPlaceOfTheIdle(t *testing.T) {
	h := build(t, admission.GateOptions{}, admission.DoorOptions{Most: 2}, func(http.ResponseWriter, *http.Request) {})
	first, second := h.dial(), h.dial()
	for _, c := range []*client{first, second, first} { // the second is idle for longer
		c.send(get)
		if status, _ := c.receive(); status != 200 {
			t.Fatalf("got %d", status)
		}
	}
	third := h.dial()
	third.send(get)
	if status, _ := third.receive(); status != 200 {
		t.Errorf("the newcomer: got %d", status)
	}
	if _, err := second.r.ReadByte(); err != io.EOF {
		t.Errorf("the one idle for longest: %v; want it closed", err)
	}
	first.send(get)
	if status, _ := first.receive(); status != 200 {
		t.Errorf("the other: got %d; want it left alone", status)
	}
}

// TestBusyConnectionsTakeTurns: where nobody is idle, a connection in use is told to
// go, after its answer.
func TestBusyConnectionsTakeTurns(t *testing.T) {
	leave := make(chan struct{})
	h := build(t, admission.GateOptions{}, admission.DoorOptions{Most: 1}, func(http.ResponseWriter, *http.Request) { <-leave })
	first := h.dial()
	first.send(get)
	until(t, "the first is in", func() bool { return h.gate.State().Busy == 1 })
	second := h.dial()
	second.send(get)
	time.Sleep(50 * time.Millisecond) // the newcomer is noticed; if not, the first stays and is idle later
	close(leave)
	if status, _ := first.receive(); status != 200 {
		t.Errorf("the first: got %d", status)
	}
	if status, _ := second.receive(); status != 200 {
		t.Errorf("the second: got %d", status)
	}
}

// TestRefusedAtTheGate: who waits for too long is told so on a connection that stays,
// and can come again.
func TestRefusedAtTheGate(t *testing.T) {
	leave := make(chan struct{})
	h := build(t, admission.GateOptions{Most: 1, MaxWait: 50 * time.Millisecond}, admission.DoorOptions{}, func(http.ResponseWriter, *http.Request) { <-leave })
	first := h.dial()
	first.send(get)
	until(t, "the first is in", func() bool { return h.gate.State().Busy == 1 })
	second := h.dial()
	second.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
	if status, last := second.receive(); status != 503 || last {
		t.Errorf("got %d, last %v; want 503 and a connection that stays", status, last)
	}
	close(leave)
	if status, _ := first.receive(); status != 200 {
		t.Errorf("the first: got %d", status)
	}
	second.send(get)
	if status, _ := second.receive(); status != 200 {
		t.Errorf("again: got %d; want 200", status)
	}
	if got := h.gate.State().Refused; got != 1 {
		t.Errorf("%d refused; want 1", got)
	}
}

// TestSlowClientKeepsNobodyOut: whoever has sent half of a request has no place.
func TestSlowClientKeepsNobodyOut(t *testing.T) {
	for _, half := range []string{"POST / HTTP/1.1\r\nHost", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello"} {
		h := build(t, admission.GateOptions{Most: 1}, admission.DoorOptions{}, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
		slow := h.dial()
		slow.send(half)
		fast := h.dial()
		fast.send(get)
		if status, _ := fast.receive(); status != 200 {
			t.Errorf("beside %q: got %d; want 200", half, status)
		}
		_ = slow.Close()
		until(t, "the slow one is gone", func() bool { return h.door.Open() == 1 })
	}
}

// TestHandlerKeepsItsPlace: while a handler runs, net/http reads from the connection
// to see its end. That must not look like a request that is still on its way.
func TestHandlerKeepsItsPlace(t *testing.T) {
	leave := make(chan struct{})
	h := build(t, admission.GateOptions{}, admission.DoorOptions{}, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-leave
	})
	c := h.dial()
	c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
	until(t, "it is in", func() bool { return h.gate.State().Busy == 1 })
	for range 50 {
		time.Sleep(time.Millisecond)
		if got := h.gate.State().Busy; got != 1 {
			t.Fatalf("busy %d while its handler runs; want 1", got)
		}
	}
	close(leave)
	if status, _ := c.receive(); status != 200 {
		t.Errorf("got %d", status)
	}
	until(t, "it has left", func() bool { return h.gate.State().Busy == 0 })
}

// TestDeadRequestsAreNotWorkedOn: the client of a request that waited has gone, so
// nothing is done for it.
func TestDeadRequestsAreNotWorkedOn(t *testing.T) {
	leave := make(chan struct{})
	var handled sync.Map
	h := build(t, admission.GateOptions{Most: 1, MaxWait: 20 * time.Second}, admission.DoorOptions{}, func(_ http.ResponseWriter, r *http.Request) {
		handled.Store(r.URL.Path, true)
		<-leave
	})
	first := h.dial()
	first.send(get)
	until(t, "the first is in", func() bool { return h.gate.State().Busy == 1 })
	for range 5 {
		c := h.dial()
		c.send(strings.Replace(get, "/", "/dead", 1))
		until(t, "it waits", func() bool { return h.gate.State().Waiting == 1 })
		_ = c.Close()
		alive := h.dial()
		alive.send(strings.Replace(get, "/", "/alive", 1))
		until(t, "the other waits", func() bool { return h.gate.State().Waiting == 2 })
		leave <- struct{}{}
		leave <- struct{}{} // the first, then the one that is alive: no third handler runs
		if status, _ := alive.receive(); status != 200 {
			t.Errorf("the one alive: got %d", status)
		}
		until(t, "the dead one is gone", func() bool { return h.gate.State().Busy == 0 })
		first.receive()
		first.send(get)
		until(t, "the first is in again", func() bool { return h.gate.State().Busy == 1 })
	}
	close(leave)
	if _, ok := handled.Load("/dead"); ok {
		t.Error("a request was worked on whose client had gone")
	}
}

// TestStormLeavesNothingBehind: clients that connect, send, give up and come again in
// any order leave no place taken.
func TestStormLeavesNothingBehind(t *testing.T) {
	h := build(t, admission.GateOptions{Most: 4, MaxWait: 5 * time.Millisecond}, admission.DoorOptions{Most: 16, Idle: time.Millisecond}, func(http.ResponseWriter, *http.Request) {
		time.Sleep(time.Millisecond)
	})
	ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
	defer cancel()
	var clients sync.WaitGroup
	for i := range 64 {
		clients.Go(func() {
			d := net.Dialer{Timeout: 50 * time.Millisecond}
			for n := 0; ctx.Err() == nil; n++ {
				conn, err := d.DialContext(ctx, "tcp", h.address)
				if err != nil {
					continue
				}
				_ = conn.SetDeadline(time.Now().Add(time.Duration(1+(i+n)%20) * time.Millisecond))
				for range 1 + (i+n)%4 {
					if _, err := io.WriteString(conn, get[:1+(i*7+n*13)%len(get)]); err != nil {
						break
					}
					if (i*7+n*13)%len(get) == len(get)-1 {
						_, _ = conn.Read(make([]byte, 1024))
					}
				}
				_ = conn.Close()
			}
		})
	}
	clients.Wait()
	until(t, "all have left", func() bool { s := h.gate.State(); return s.Busy == 0 && s.Waiting == 0 && h.door.Open() == 0 })
	c := h.dial()
	c.send(get)
	if status, _ := c.receive(); status != 200 {
		t.Errorf("afterwards: got %d", status)
	}
}

// TestCloseEndsTheWait: a door that is closed lets nobody wait for a place.
func TestCloseEndsTheWait(t *testing.T) {
	leave := make(chan struct{})
	h := build(t, admission.GateOptions{}, admission.DoorOptions{Most: 1}, func(http.ResponseWriter, *http.Request) { <-leave })
	first := h.dial()
	first.send(get)
	until(t, "the first is in", func() bool { return h.gate.State().Busy == 1 })
	second := h.dial()
	second.send(get)
	time.Sleep(20 * time.Millisecond)
	if err := h.door.Close(); err != nil {
		t.Error(err)
	}
	if _, err := second.r.ReadByte(); err == nil {
		t.Error("the newcomer was answered by a closed door")
	}
	close(leave)
	if status, _ := first.receive(); status != 200 {
		t.Errorf("the first: got %d", status)
	}
}
