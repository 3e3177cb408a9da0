package localservices

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

// lowestPort keeps clear of well-known services.
const lowestPort = 10_240

// freePort returns a port of 127.0.0.1 that is free now and outside the range
// from which the kernel takes the source ports of outgoing connections.
//
// The second half matters to tests that kill a server: while it is down, a
// client that keeps dialling its port could be given that very port as source
// port. Such a connection connects to itself, looks open, and keeps the server
// from coming back.
func freePort() (int, error) {
	below := firstEphemeralPort()
	for range 100 {
		port := lowestPort + rand.IntN(below-lowestPort)
		if portIsFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("localservices: no free port found on 127.0.0.1 between %d and %d", lowestPort, below-1)
}

func portIsFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// firstEphemeralPort is where the kernel's range of source ports begins. Where
// it cannot be read, or begins too low to leave room, the default of Linux.
func firstEphemeralPort() int {
	const linuxDefault = 32_768
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return linuxDefault
	}
	var low, high int
	if _, err := fmt.Sscan(string(text), &low, &high); err != nil || low < lowestPort+1_000 || low > 65_535 {
		return linuxDefault
	}
	return low
}

// portTakenError is a start that failed because somebody else had the port.
type portTakenError struct{ err error }

func (e *portTakenError) Error() string { return e.err.Error() }
func (e *portTakenError) Unwrap() error { return e.err }

func isPortTaken(err error) bool {
	var taken *portTakenError
	return errors.As(err, &taken)
}
