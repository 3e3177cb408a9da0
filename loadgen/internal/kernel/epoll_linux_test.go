//go:build linux && (amd64 || arm64)

package kernel

import (
	"testing"
	"time"
)

// TestWakeEndsOneWait: a wake ends the next wait, and only that.
func TestWakeEndsOneWait(t *testing.T) {
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 3 {
		p.Wake()
		for _, want := range []int{1, 0} {
			events, err := p.Wait(time.Duration(want) * time.Minute)
			if err != nil || len(events) != want || want == 1 && events[0].Fd != WakeSlot {
				t.Errorf("got %v, %v; want %d events", events, err, want)
			}
		}
	}
}
