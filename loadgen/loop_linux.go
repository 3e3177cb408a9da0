//go:build linux && (amd64 || arm64)

package loadgen

import (
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/fifo"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// loop is the fast engine: one locked thread that sends what is due, waits in
// epoll until something is due or has come, and reads answers. Two system
// calls per request and a share of a third; no goroutine switch, no lock.
//
// All of its fields belong to that thread.
type loop struct {
	*run
	poll     *kernel.Poller
	to       syscall.Sockaddr
	schedule *Schedule // nil for a closed loop

	nextSeq int64
	nextDue time.Duration // never when there is nothing more to send

	conns    []*conn         // by slot; nil when free
	free     []int           // free slots
	begun    int             // handshakes of this turn
	gen      int             // of the next connection
	idle     connList        // the last used is taken first, so few stay warm
	active   connList        // in the order of their deadlines
	queue    fifo.Queue[job] // waits for a connection
	pauses   fifo.Queue[time.Duration]
	again    int           // requests of a closed loop whose turn has come
	answered time.Duration // when the last answer was complete

	beginAsked, endAsked atomic.Bool // set by any thread

	cancelled bool
	giveUp    time.Duration // when a cancelled run stops waiting
	buf       []byte
	unsent    struct { // the request that is ending without a connection
		wire wire
		x    Exchange
	}
}
