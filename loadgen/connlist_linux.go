//go:build linux && (amd64 || arm64)

package loadgen

import (
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
)

// conn is a connection of the loop. It is in the loop's idle list, or in its
// active list with an exchange under way.
type conn struct {
	fd, slot, gen int
	state         connState
	used          bool // has carried an answer
	hungUp        bool // the server will send nothing after what is there
	deadline      time.Duration
	opened        time.Duration

	x      Exchange
	wire   wire
	unsent []byte // rest of the request that the socket did not take
	answer http1.Answer

	prev, next *conn // in the list it is in
}

type connState int

const (
	connConnecting connState = iota
	connActive
	connIdle
)

// connList is a doubly linked list through the connections themselves: adding
// and removing cost no memory and no search.
type connList struct{ head, tail *conn }

func (l *connList) first() *conn { return l.head }

func (l *connList) last() *conn { return l.tail }

func (l *connList) push(c *conn) {
	c.prev, c.next = l.tail, nil
	if l.tail == nil {
		l.head = c
	} else {
		l.tail.next = c
	}
	l.tail = c
}

// remove takes out c, which must be in this list.
func (l *connList) remove(c *conn) {
	if c.prev == nil {
		l.head = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		l.tail = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
}
