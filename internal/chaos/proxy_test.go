package main

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// echo starts a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

func through(t *testing.T, p *proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func openProxy(t *testing.T, upstream string) *proxy {
	t.Helper()
	p, err := newProxy(upstream)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
}

// silent checks that nothing comes for a moment.
func silent(t *testing.T, c net.Conn) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	var timeout net.Error
	if n, err := c.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Fatalf("%d bytes, %v; want silence", n, err)
	}
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
}

func TestProxyHoldsAndDeliversLate(t *testing.T) {
	t.Parallel()
	p := openProxy(t, echo(t))
	c := through(t, p)
	say(t, c, "one")
	hear(t, c, "one")
	for _, w := range []weather{{up: flow{hold: true}}, {down: flow{hold: true}}} {
		p.set(w)
		say(t, c, "two")
		silent(t, c)
		p.set(weather{})
		hear(t, c, "two")
	}
}

func TestProxySlowsSlicesAndDelays(t *testing.T) {
	t.Parallel()
	p := openProxy(t, echo(t))
	c := through(t, p)
	text := strings.Repeat("x", 2000)
	for _, row := range []struct {
		weather weather
		least   time.Duration
	}{
		{weather{down: flow{rate: 10_000}}, 150 * time.Millisecond},
		{weather{up: flow{delay: 60 * time.Millisecond}, down: flow{delay: 60 * time.Millisecond}}, 120 * time.Millisecond},
		{weather{down: flow{slice: 7}}, 0},
	} {
		p.set(row.weather)
		start := time.Now()
		say(t, c, text)
		hear(t, c, text)
		if took := time.Since(start); took < row.least {
			t.Errorf("%+v took %v, want %v or more", row.weather, took, row.least)
		}
	}
}

func TestProxyBreaks(t *testing.T) {
	t.Parallel()
	p := openProxy(t, echo(t))
	c := through(t, p)
	say(t, c, "one")
	hear(t, c, "one")
	p.cut(2)
	say(t, c, "two")
	hear(t, c, "tw")
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection was not cut in the middle of the reply")
	}
	c = through(t, p)
	say(t, c, "one")
	hear(t, c, "one")
	p.reset()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection was not reset")
	}
	p.set(weather{refuse: true})
	c = through(t, p)
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a new connection was not refused")
	}
	p.set(weather{})
	p.lead(echo(t))
	c = through(t, p)
	say(t, c, "one")
	hear(t, c, "one")
}
