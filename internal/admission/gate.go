package admission

import (
	"container/list"
	"sync"
	"time"
)

// GateOptions are a gate's times and bounds. The zero value of each is its default.
type GateOptions struct {
	// Target is how long admitted work should take from [Gate.Enter] to
	// [Gate.Leave] while more is asked than can be done. By default, 25 ms.
	Target time.Duration
	// MaxWait is how long work may wait before it is refused. By default, 1 s.
	MaxWait time.Duration
	// Least and Most bound the limit of work under way; Most is the stronger one. By
	// default, 256 and 4,096.
	Least, Most int
}

func (o GateOptions) withDefaults() GateOptions {
	if o.Target <= 0 {
		o.Target = 25 * time.Millisecond
	}
	if o.MaxWait <= 0 {
		o.MaxWait = time.Second
	}
	if o.Least <= 0 {
		o.Least = 256
	}
	if o.Most <= 0 {
		o.Most = 4096
	}
	o.Least = min(o.Least, o.Most)
	return o
}

// Gate admits as much work at once as can be done within a target time, and lets
// the rest wait for a short time.
//
// By Little's law, work that is done at a rate r takes L/r if L of it is under way.
// So a gate measures the rate at which work is done while some of it has to wait,
// and admits rate x target at once. There is nothing to tune to a machine.
//
// Who waits is admitted newest first: the newest can still be answered in time, and
// the client of the oldest may have gone. In a queue served in the order of
// arrival everybody would wait for as long as anybody may. Work that has waited for
// longer than the target gets no more than half of the places: the others stay free
// for the work that comes next and will be in time.
//
// Safe for concurrent use. A gate has no goroutine and needs no closing.
type Gate struct {
	options GateOptions

	mu      sync.Mutex
	limit   int
	busy    int       // admitted and not left
	waiting list.List // of *waiter, the newest at the back; empty unless busy >= limit / 2
	window  window
	refused int64
	open    bool // nobody waits any more
}

// window is the time over which the rate is measured.
type window struct {
	began time.Time
	done  int  // work that left in it
	full  bool // some had to wait
}

// waiter is a caller that waits.
type waiter struct {
	since    time.Time
	admitted chan struct{} // capacity 1
	place    *list.Element // nil: it waits no more
}

// windowLength is long enough for a hundred batches of any store nearby, and short
// enough that a new load is followed within half a second.
const windowLength = 100 * time.Millisecond

// NewGate makes a gate. It begins as if the target could just be held by 10,000 a
// second, and follows what it sees from then on.
func NewGate(o GateOptions) *Gate {
	o = o.withDefaults()
	g := &Gate{options: o}
	g.limit = g.clamp(10_000 * o.Target.Seconds())
	return g
}

// Enter admits the caller, at once or after a wait, and reports whether it did
// either. Who was admitted must call [Gate.Leave] once. Who was not has waited for
// too long, and should be told to come again later.
func (g *Gate) Enter() (admitted, waited bool) {
	g.mu.Lock()
	now := time.Now()
	g.measure(now)
	if g.busy < g.limit || g.open {
		g.busy++
		g.mu.Unlock()
		return true, false
	}
	g.window.full = true
	w := &waiter{since: now, admitted: make(chan struct{}, 1)}
	w.place = g.waiting.PushBack(w)
	g.mu.Unlock()
	return g.wait(w), true
}

func (g *Gate) wait(w *waiter) bool {
	timer := time.NewTimer(g.options.MaxWait)
	defer timer.Stop()
	select {
	case <-w.admitted:
		return true
	case <-timer.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.place == nil { // admitted in the meantime
		return true
	}
	g.waiting.Remove(w.place)
	g.refused++
	return false
}

// Yield gives the caller's place to others while it waits for something else than
// the processor, such as a disk. [Gate.Return] ends that, and does not wait: work
// that was begun is ended first.
func (g *Gate) Yield() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy--
	g.admit(time.Now())
}

// Return takes a place again after [Gate.Yield], even beyond the limit.
func (g *Gate) Return() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy++
}

// Open ends all waiting: everybody is admitted from now on. A server that stops
// opens its gate, so that nobody is left behind it.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
	g.admit(time.Now())
}

// Leave ends work that was admitted.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.window.done++
	g.busy--
	now := time.Now()
	g.measure(now)
	g.admit(now)
}

// admit lets in who came last among those that wait, as many as there are places.
func (g *Gate) admit(now time.Time) {
	for newest := g.waiting.Back(); newest != nil; newest = g.waiting.Back() {
		places := g.limit
		if now.Sub(newest.Value.(*waiter).since) > g.options.Target {
			places = max(1, places/2)
		}
		if g.busy >= places && !g.open {
			return
		}
		w := g.waiting.Remove(newest).(*waiter)
		w.place = nil
		g.busy++
		w.admitted <- struct{}{}
	}
}

// measure ends a window that is over. The limit moves half of the way, so that one
// odd window does not decide. A window without waiting says nothing of what could
// be done, and changes nothing.
func (g *Gate) measure(now time.Time) {
	took := now.Sub(g.window.began)
	if took < windowLength {
		return
	}
	if g.window.full && took < 10*windowLength {
		rate := float64(g.window.done) / took.Seconds()
		g.limit = g.clamp((float64(g.limit) + rate*g.options.Target.Seconds()) / 2)
	}
	g.window = window{began: now, full: g.waiting.Len() > 0}
}

func (g *Gate) clamp(limit float64) int {
	return int(min(max(limit, float64(g.options.Least)), float64(g.options.Most)))
}

// GateState is what a gate does at a moment.
type GateState struct {
	Limit   int   // of work under way
	Busy    int   // work under way
	Waiting int   // callers that wait
	Refused int64 // so far
}

// State is for metrics.
func (g *Gate) State() GateState {
	g.mu.Lock()
	defer g.mu.Unlock()
	return GateState{Limit: g.limit, Busy: g.busy, Waiting: g.waiting.Len(), Refused: g.refused}
}
