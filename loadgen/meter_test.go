package loadgen

import (
	"testing"
	"time"
)

// TestLatenessIsTheGeneratorsOwn: every part of the time to the first write
// counts, but for what was waited for a connection.
func TestLatenessIsTheGeneratorsOwn(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		name string
		x    Exchange
		want time.Duration
	}{
		{"on time, connection open", Exchange{Intended: 10 * ms, ready: 10 * ms, Sent: 10 * ms, written: true}, 0},
		{"late to the request", Exchange{Intended: 10 * ms, ready: 12 * ms, Sent: 12 * ms, written: true}, 2 * ms},
		{"late between request and write", Exchange{Intended: 10 * ms, ready: 10 * ms, Sent: 15 * ms, written: true}, 5 * ms},
		{"a slow connect is the server's", Exchange{Intended: 10 * ms, ready: 10 * ms, connWait: 40 * ms, Sent: 50 * ms, written: true}, 0},
		{"late after a connect", Exchange{Intended: 10 * ms, ready: 11 * ms, connWait: 2 * ms, Sent: 33 * ms, written: true}, 21 * ms},
		{"the cap's queue", Exchange{Intended: 10 * ms, ready: 11 * ms, queued: true, connWait: 100 * ms, Sent: 111 * ms, written: true}, ms},
		{"a second connect after the first write", Exchange{Intended: 10 * ms, ready: 12 * ms, connWait: 30 * ms, Sent: 12 * ms, written: true}, 2 * ms},
		{"never written", Exchange{Intended: 10 * ms, ready: 13 * ms, connWait: 50 * ms}, 3 * ms},
	} {
		if got := row.x.lateness(); got != row.want {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}
