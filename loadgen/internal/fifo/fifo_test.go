package fifo

import "testing"

// TestOrderAndMemory pushes three and pops two at a time: what comes out is in
// order, and the slice follows the longest queue, not all that went through.
func TestOrderAndMemory(t *testing.T) {
	var q Queue[int]
	in, out := 0, 0
	for q.Len() < 1000 {
		for range 3 {
			q.Push(in)
			in++
		}
		for range 2 {
			if first, got := q.First(), q.Pop(); first != out || got != out {
				t.Fatalf("got %d and %d, want %d", first, got, out)
			}
			out++
		}
		if last := *q.Last(); last != in-1 {
			t.Fatalf("last is %d, want %d", last, in-1)
		}
	}
	for range 100_000 {
		q.Push(in)
		in++
		if got := q.Pop(); got != out {
			t.Fatalf("got %d, want %d", got, out)
		}
		out++
	}
	if cap(q.items) > 16*1000 {
		t.Errorf("%d places for a queue of 1,000", cap(q.items))
	}
}
