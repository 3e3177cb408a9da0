package loadgen

// fifo is a queue in a slice that is moved up when half of it is used: its
// memory follows the longest queue, not the length of the run.
type fifo[T any] struct {
	items []T
	head  int
}

func (q *fifo[T]) len() int { return len(q.items) - q.head }

func (q *fifo[T]) first() T { return q.items[q.head] }

func (q *fifo[T]) last() *T { return &q.items[len(q.items)-1] }

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
