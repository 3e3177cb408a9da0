// Package fifo is a first-in-first-out queue.
package fifo

// Queue is a queue in a slice that is moved up when half of it is used: its
// memory follows the longest queue, not the length of the run. The zero value is
// empty. Not safe for concurrent use.
type Queue[T any] struct {
	items []T
	head  int
}

// Len is the number of items.
func (q *Queue[T]) Len() int { return len(q.items) - q.head }

// First is the item that Pop takes next; the queue must not be empty.
func (q *Queue[T]) First() T { return q.items[q.head] }

// Last points to the item pushed last, until the next Push or Pop; the queue must
// not be empty.
func (q *Queue[T]) Last() *T { return &q.items[len(q.items)-1] }

// Push puts an item behind the others.
func (q *Queue[T]) Push(v T) {
	if q.head > 64 && q.head*2 > len(q.items) {
		n := copy(q.items, q.items[q.head:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, v)
}

// Pop takes out the first item; the queue must not be empty.
func (q *Queue[T]) Pop() T {
	v := q.items[q.head]
	q.head++
	return v
}
