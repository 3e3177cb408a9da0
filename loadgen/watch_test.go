package loadgen

import (
	"testing"
	"time"
)

// TestAThreadsEarlierLifeIsNotThisRuns is about a watcher that first looked
// before the sending thread had told its id: the CPU time the thread used for
// others must not make this run look busy.
func TestAThreadsEarlierLifeIsNotThisRuns(t *testing.T) {
	w := &watcher{
		first: sample{taken: true},
		last:  sample{taken: true, at: time.Second, sender: 30 * time.Second, busy: 10 * time.Millisecond},
	}
	if got := w.cpu().Sender; got != 0.01 {
		t.Errorf("sender at work %.2f of the time; want 0.01, what it said itself", got)
	}
	w.first.sender = 29500 * time.Millisecond
	if got := w.cpu().Sender; got != 0.5 {
		t.Errorf("sender at work %.2f of the time; want 0.5, its CPU time in the window", got)
	}
}

func TestARestAfterARestAddsNothing(t *testing.T) {
	var l liveCounts
	l.work(1 * time.Second)
	l.rest(3 * time.Second)
	l.rest(9 * time.Second)
	if got := l.working(10 * time.Second); got != 2*time.Second {
		t.Errorf("worked %v; want 2s", got)
	}
}
