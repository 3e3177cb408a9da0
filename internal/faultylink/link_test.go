package faultylink_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/faultylink"
)

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); c.Close() }()
		}
	}()
	return l.Addr().String()
}

func TestLink(t *testing.T) {
	t.Parallel()
	link, err := faultylink.Open(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", link.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 5)
	say := func(deadline time.Duration) error {
		_ = c.SetDeadline(time.Now().Add(deadline))
		if _, err := c.Write([]byte("hello")); err != nil {
			return err
		}
		_, err := io.ReadFull(c, buf)
		return err
	}
	if err := say(time.Minute); err != nil || string(buf) != "hello" {
		t.Fatalf("got %q, %v", buf, err)
	}
	link.SetDelay(50 * time.Millisecond)
	began := time.Now()
	if err := say(time.Minute); err != nil || time.Since(began) < 100*time.Millisecond {
		t.Errorf("with 50 ms each way: %v after %v", err, time.Since(began))
	}
	link.SetDelay(0)
	link.Swallow(true)
	if err := say(100 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("half-open: %v; want no answer", err)
	}
	if _, err := net.Dial("tcp", link.Address()); err != nil {
		t.Errorf("half-open, a new connection: %v", err)
	}
	link.Swallow(false)
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.ReadFull(c, buf); err != nil || string(buf) != "hello" {
		t.Errorf("what was swallowed did not arrive: %q, %v", buf, err)
	}
	link.Refuse(true)
	if err := say(time.Minute); err == nil {
		t.Error("a cut connection answers")
	}
	if err := link.Close(); err != nil {
		t.Error(err)
	}
}
