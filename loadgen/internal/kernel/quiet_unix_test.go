//go:build unix

package kernel_test

import (
	"net"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// pair is both ends of a connection.
func pair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if ours, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if theirs, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	return ours, theirs
}

func TestQuiet(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(theirs net.Conn)
	}{
		{"bytes", func(theirs net.Conn) { _, _ = theirs.Write([]byte("x")) }},
		{"closed", func(theirs net.Conn) { _ = theirs.Close() }},
		{"reset", func(theirs net.Conn) { _ = theirs.(*net.TCPConn).SetLinger(0); _ = theirs.Close() }},
	} {
		ours, theirs := pair(t)
		for range 3 {
			if !kernel.Quiet(ours) {
				t.Fatalf("%s: not quiet although nothing has come", row.name)
			}
		}
		row.do(theirs)
		for begin := time.Now(); kernel.Quiet(ours); time.Sleep(time.Millisecond) {
			if time.Since(begin) > 10*time.Second {
				t.Fatalf("%s: still quiet", row.name)
			}
		}
	}
}
