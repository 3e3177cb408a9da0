package main

import (
	"bytes"
	"math/rand/v2"
	"net"
	"strconv"
	"time"
)

// crowdPatience is how long a member waits for an answer or a connection.
const crowdPatience = 5 * time.Second

// member is one client of a crowd, with a connection of its own. Used by one
// goroutine.
type member struct {
	address string
	seed    uint64
	n       int // requests so far
	dice    *rand.Rand
	due     chan time.Time
	conn    net.Conn // nil: none
	request []byte
	buf     []byte
}

func (m *member) hangUp() {
	if m.conn != nil {
		_ = m.conn.Close()
		m.conn = nil
	}
}

// exchange sends the request and reads the answer. A status of 0 is none. later
// is what the answer's Retry-After says. A kept connection that turns out to be
// closed is replaced once: draws may be sent twice.
func (m *member) exchange() (status int, later time.Duration) {
	kept := m.conn != nil
	if !kept && !m.dial() {
		return 0, 0
	}
	status, later, closed := m.try()
	if !closed || !kept || !m.dial() {
		return status, later
	}
	status, later, _ = m.try()
	return status, later
}

// dial takes one of many addresses of this machine: one has 28,000 ports.
func (m *member) dial() bool {
	from := net.IPv4(127, 0, 1, byte(1+m.seed%200))
	d := net.Dialer{Timeout: crowdPatience, LocalAddr: &net.TCPAddr{IP: from}, KeepAlive: -1}
	conn, err := d.Dial("tcp", m.address)
	if err != nil {
		return false
	}
	m.conn = conn
	return true
}

// try is one exchange on the connection there is. closed: the server had closed it,
// or did so instead of an answer.
func (m *member) try() (status int, later time.Duration, closed bool) {
	_ = m.conn.SetDeadline(time.Now().Add(crowdPatience))
	if _, err := m.conn.Write(m.request); err != nil {
		m.hangUp()
		return 0, 0, true
	}
	have := 0
	for {
		n, err := m.conn.Read(m.buf[have:])
		have += n
		if status, later, last, whole := parseAnswer(m.buf[:have]); whole {
			if last {
				m.hangUp()
			}
			return status, later, false
		}
		if err != nil || have == len(m.buf) {
			timeout, _ := err.(net.Error)
			m.hangUp()
			return 0, 0, timeout == nil || !timeout.Timeout()
		}
	}
}

// parseAnswer reads what a lotteryd writes, which all fits into one buffer. last:
// the connection ends with it.
func parseAnswer(b []byte) (status int, later time.Duration, last, whole bool) {
	head := bytes.Index(b, []byte("\r\n\r\n"))
	if head < 12 {
		return 0, 0, false, false
	}
	status, _ = strconv.Atoi(string(b[9:12]))
	length, err := strconv.Atoi(string(field(b[:head+2], "\r\nContent-Length: ")))
	if err == nil && len(b) < head+4+length || err != nil && !bytes.HasSuffix(b, []byte("\r\n0\r\n\r\n")) { // a win is sent in chunks
		return 0, 0, false, false
	}
	seconds, _ := strconv.Atoi(string(field(b[:head+2], "\r\nRetry-After: ")))
	return status, time.Duration(seconds) * time.Second, bytes.Contains(b[:head+2], []byte("\r\nConnection: close\r\n")), true
}

// field is what a head has after a name.
func field(head []byte, name string) []byte {
	_, rest, _ := bytes.Cut(head, []byte(name))
	value, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return value
}
