//go:build linux && (amd64 || arm64)

package kernel

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// sysEpollPwait2 waits with nanosecond precision; Linux 5.11. The number is
// the same on every architecture that has it.
const sysEpollPwait2 = 441

const (
	edgeTriggered = 1 << 31
	connEvents    = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | edgeTriggered
	// HangUpEvents say that the other side has closed, or that an error is there.
	HangUpEvents = syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR
)

// Poller is an epoll instance and an eventfd that ends a wait from another
// thread.
type Poller struct {
	fd, wakeFD int
	keep       bool // see wait
	events     [256]syscall.EpollEvent
	timeout    syscall.Timespec
}

// WakeSlot marks the eventfd's events; connections have slots from 0.
const WakeSlot = -1

// NewPoller opens both; [Poller.Close] closes them.
func NewPoller() (*Poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &Poller{fd: fd, keep: runtime.GOMAXPROCS(0) > 1}
	wake, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("eventfd2", errno)
	}
	p.wakeFD = int(wake)
	// Edge triggered, so that nobody has to read it: else all later waits end at once.
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | edgeTriggered, Fd: WakeSlot}
	if err := syscall.EpollCtl(fd, syscall.EPOLL_CTL_ADD, p.wakeFD, &event); err != nil {
		p.Close()
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return p, nil
}

// Close gives the descriptors back. No wait may be going on.
func (p *Poller) Close() {
	_ = syscall.Close(p.fd)
	_ = syscall.Close(p.wakeFD)
}

// Wake ends the current or next wait. Safe for concurrent use.
func (p *Poller) Wake() {
	_, _ = syscall.Write(p.wakeFD, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

// Add registers a connection once, for everything: with edge triggering
// nothing is ever re-armed. generation tells a reused slot from its past.
func (p *Poller) Add(fd, slot, generation int) error {
	event := syscall.EpollEvent{Events: connEvents, Fd: int32(slot), Pad: int32(generation)}
	return syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &event)
}

// patience is how long a wait keeps its share of the Go scheduler.
const patience = 5 * time.Millisecond

// Wait returns the events that came within d; none on a signal.
//
// Telling the runtime that a thread blocks is dear when it happens for every
// request: the scheduler's monitor then runs every 20 us to take the idle
// processor away and give it back. So the first 5 ms are waited without
// telling. A garbage collection is not held up for that: it interrupts the
// wait with a signal. With a single processor the runtime is always told, or
// nobody else could run.
func (p *Poller) Wait(d time.Duration) ([]syscall.EpollEvent, error) {
	if p.keep {
		events, err := p.pwait2(false, min(d, patience))
		if len(events) > 0 || err != nil || d <= patience {
			return events, err
		}
		d -= patience
	}
	return p.pwait2(true, d)
}

// pwait2 is the system call, with or without telling the runtime.
func (p *Poller) pwait2(tell bool, d time.Duration) ([]syscall.EpollEvent, error) {
	p.timeout = syscall.NsecToTimespec(int64(max(0, d)))
	var n uintptr
	var errno syscall.Errno
	// Two calls in full: pointers may become numbers only in the call itself.
	if tell {
		n, _, errno = syscall.Syscall6(sysEpollPwait2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])),
			uintptr(len(p.events)), uintptr(unsafe.Pointer(&p.timeout)), 0, 0)
	} else {
		n, _, errno = syscall.RawSyscall6(sysEpollPwait2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])),
			uintptr(len(p.events)), uintptr(unsafe.Pointer(&p.timeout)), 0, 0)
	}
	switch errno {
	case 0:
		return p.events[:n], nil
	case syscall.EINTR:
		return nil, nil
	}
	return nil, os.NewSyscallError("epoll_pwait2", errno)
}

// HaveEpoll asks the running kernel, as containers may forbid what it knows.
func HaveEpoll() bool {
	p, err := NewPoller()
	if err != nil {
		return false
	}
	defer p.Close()
	_, err = p.Wait(0)
	return err == nil
}

// RawRead and [RawWrite] skip the runtime's bookkeeping around system calls
// (0.5 us per request here). That is sound because the sockets do not block.
func RawRead(fd int, b []byte) (int, syscall.Errno) {
	// recvfrom is read without the way through the file system.
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, 0, 0)
	return int(n), errno
}

// RawWrite sends without raising SIGPIPE; see [RawRead].
func RawWrite(fd int, b []byte) (int, syscall.Errno) {
	const flags = syscall.MSG_NOSIGNAL
	n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), flags, 0, 0)
	return int(n), errno
}

// OpenSocket makes a socket that does not block and starts connecting; pending says that EPOLLOUT will tell the end.
func OpenSocket(to syscall.Sockaddr) (fd int, pending bool, err error) {
	family := syscall.AF_INET
	if _, ok := to.(*syscall.SockaddrInet6); ok {
		family = syscall.AF_INET6
	}
	fd, err = syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, false, os.NewSyscallError("socket", err)
	}
	_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	switch err := syscall.Connect(fd, to); err {
	case nil:
		return fd, false, nil
	case syscall.EINPROGRESS, syscall.EINTR:
		return fd, true, nil
	default:
		_ = syscall.Close(fd)
		return -1, false, os.NewSyscallError("connect", err)
	}
}

// ConnectError returns how connecting ended.
func ConnectError(fd int) error {
	code, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err == nil && code != 0 {
		err = syscall.Errno(code)
	}
	if err != nil {
		return os.NewSyscallError("connect", err)
	}
	return nil
}

// SockaddrOf is the address as system calls take it. A zone that is neither a
// number nor a network interface is left out.
func SockaddrOf(addr netip.AddrPort) syscall.Sockaddr {
	if ip := addr.Addr(); ip.Is4() || ip.Is4In6() {
		return &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: ip.Unmap().As4()}
	}
	to := &syscall.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16()}
	if zone := addr.Addr().Zone(); zone != "" {
		if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
			to.ZoneId = uint32(n)
		} else if link, err := net.InterfaceByName(zone); err == nil {
			to.ZoneId = uint32(link.Index)
		}
	}
	return to
}
