package admission

import (
	"net"
	"syscall"
)

// hasLeft reports whether the other side has closed the connection and sent nothing
// more. It costs a system call and does not wait.
func hasLeft(conn net.Conn) bool {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	left := false
	var b [1]byte
	err = raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		left = n == 0 && err == nil || err == syscall.ECONNRESET
	})
	return left || err != nil
}
