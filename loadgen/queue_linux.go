//go:build linux && (amd64 || arm64)

package loadgen

import "time"

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

// fifo is a queue in a slice that is moved up when half of it is used: its
// memory follows the longest queue, not the length of the run.
type fifo[T any] struct {
	items []T
	head  int
}

type (
	jobQueue  = fifo[job]
	timeQueue = fifo[time.Duration]
)

func (q *fifo[T]) len() int { return len(q.items) - q.head }

func (q *fifo[T]) first() T { return q.items[q.head] }

func (q *fifo[T]) push(v T) {
	if q.head > 64 && q.head*2 > len(q.items) {
		n := copy(q.items, q.items[q.head:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, v)
}

// pop takes out the first item; the queue must not be empty.
func (q *fifo[T]) pop() T {
	v := q.items[q.head]
	q.head++
	return v
}
