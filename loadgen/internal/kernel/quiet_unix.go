//go:build unix

package kernel

import (
	"net"
	"syscall"
)

// Quiet reports whether an idle connection is open and nothing has come over it.
// It takes a byte if there is one, so a connection that is not quiet is of no more
// use. Where it cannot be known, the answer is yes.
func Quiet(conn net.Conn) bool {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	var errno error
	var b [1]byte
	err = raw.Read(func(fd uintptr) bool {
		_, errno = syscall.Read(int(fd), b[:])
		return true // do not wait
	})
	return err == nil && (errno == syscall.EAGAIN || errno == syscall.EINTR)
}
