package loadgen

import (
	"context"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/fifo"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// pool is the portable engine: one goroutine keeps the schedule and puts
// requests that are due into a queue, a goroutine per connection takes them
// out. A worker is started whenever more requests wait than workers are idle,
// as fast as growth lets connections be opened.
type pool struct {
	*run
	newClient func(connected func()) exchanger
	abort     context.Context // ends when answers under way are given up

	books sync.Mutex // guards meter.sent and meter.done
	dues  sync.Mutex // guards meter.due, meter.beginAt and meter.endAt

	mu     sync.Mutex // guards the rest, and growth
	work   sync.Cond
	queue  fifo.Queue[job]
	idle   int // workers
	closed bool
	wg     sync.WaitGroup
}

// job is a request that is due.
type job struct {
	seq             int64
	intended, ready time.Duration
	waited          bool // there was no connection for it at once
	queued          bool // and the cap was reached
}

// exchanger is one connection's side of an exchange. It calls connected when it
// has a connection.
type exchanger interface {
	// exchange sends w and fills in the rest of x; onSent is called once,
	// just before the first write.
	exchange(ctx context.Context, x *Exchange, w *wire, onSent func())
	close()
}

// runPool sends until the schedule ends or ctx is cancelled, and returns when
// every worker has ended.
func runPool(ctx context.Context, r *run, addr netip.AddrPort) error {
	abort, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	p := &pool{run: r, abort: abort}
	p.work.L = &p.mu
	p.newClient = func(connected func()) exchanger { return newRawClient(r, addr, connected) }
	if r.plan.Client == ClientNetHTTP {
		transport := newTransport(r, addr)
		defer transport.CloseIdleConnections()
		p.newClient = func(connected func()) exchanger { return newStdClient(r, transport, connected) }
	}
	var grace *time.Timer
	settle := onCancel(ctx, func() {
		p.drop()
		grace = time.AfterFunc(min(drainGrace, r.plan.Timeout), cancel)
	})
	defer onClose(r.plan.Begin, func() { p.mark(r.meter.beginAt) })()
	stopEnd := onClose(r.plan.End, func() { p.mark(r.meter.endAt) })
	var err error
	if r.plan.Arrivals == Closed {
		p.startClosed(ctx)
	} else {
		err = p.dispatch(ctx)
	}
	p.finish()
	p.wg.Wait()
	stopEnd()
	if settle() {
		grace.Stop()
	}
	return err
}

// dispatch queues every request at its time.
func (p *pool) dispatch(ctx context.Context) error {
	schedule, err := NewSchedule(p.plan.Arrivals, p.plan.Rate, p.plan.Seed)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	kernel.SharpTimers()
	defer kernel.NormalTimers()
	p.meter.live.sender.Store(int64(kernel.ThreadID()))
	for seq := int64(0); ; seq++ {
		due := schedule.Next()
		if !p.waitUntil(ctx, due) {
			p.missed(schedule, seq, due)
			return nil
		}
		if !p.count(due) {
			return nil
		}
		p.push(job{seq: seq, intended: due, ready: p.meter.now()})
	}
}

// missed ends the requests from seq on that were due when the run was cancelled,
// but that we had not got to.
func (p *pool) missed(schedule *Schedule, seq int64, due time.Duration) {
	now := p.meter.now()
	for ; due <= now && p.count(due); seq++ {
		p.endUnsent(job{seq: seq, intended: due, ready: now})
		due = schedule.Next()
	}
}

// count makes a request due, unless the window has ended.
func (p *pool) count(intended time.Duration) bool {
	p.dues.Lock()
	defer p.dues.Unlock()
	if intended >= p.meter.until() {
		return false
	}
	p.meter.due(intended)
	return true
}

// mark sets the beginning or the end of the window: what was due stays as it was.
func (p *pool) mark(at func(now time.Duration)) {
	p.dues.Lock()
	defer p.dues.Unlock()
	at(p.meter.now())
}

// waitUntil sleeps until the offset t, or returns false when ctx ends first. It
// returns early when the window ends before t.
func (p *pool) waitUntil(ctx context.Context, t time.Duration) bool {
	const slice = 20 * time.Millisecond // how late a cancel or an end may be noticed
	for ctx.Err() == nil && t < p.meter.until() {
		left := t - p.meter.now()
		if left <= 0 {
			return true
		}
		kernel.SleepThread(min(left, slice))
	}
	return false
}

func (p *pool) push(j job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue.Push(j)
	p.grow()
	if last := p.queue.Last(); p.idle < p.queue.Len() {
		last.waited, last.queued = true, p.growth.Capped(j.ready)
	} else {
		p.growth.Relaxed()
	}
	p.work.Signal()
}

// grow starts workers for the requests that wait, as far as connections may be
// opened now. Call it with mu held, whenever this may have changed.
//
// A new worker counts as idle at once: it will take a request as soon as it runs.
func (p *pool) grow() {
	for p.idle < p.queue.Len() && p.growth.MayOpen(p.meter.now()) {
		p.growth.Opens()
		p.idle++
		p.wg.Go(p.serve)
	}
}

// pop waits for a job; false means that there will be none.
func (p *pool) pop() (job, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.queue.Len() == 0 && !p.closed {
		p.work.Wait()
	}
	if p.queue.Len() == 0 {
		return job{}, false
	}
	p.idle--
	return p.queue.Pop(), true
}

// leave is the end of a worker.
func (p *pool) leave() {
	p.mu.Lock()
	p.growth.Closed()
	p.grow()
	p.mu.Unlock()
}

func (p *pool) nowIdle() {
	p.mu.Lock()
	p.idle++
	p.grow()
	p.mu.Unlock()
}

// finish tells idle workers to end once the queue is empty.
func (p *pool) finish() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.work.Broadcast()
}

// drop ends all waiting requests: the run was cancelled.
func (p *pool) drop() {
	p.mark(p.meter.endAt)
	p.mu.Lock()
	waiting := p.queue
	p.queue = fifo.Queue[job]{}
	p.closed = true
	p.mu.Unlock()
	p.work.Broadcast()
	for waiting.Len() > 0 {
		p.endUnsent(waiting.Pop())
	}
}

// endUnsent ends a request that never had a connection, because of a cancel.
func (p *pool) endUnsent(j job) {
	var w wire
	p.request.render(&w, j.seq)
	now := p.meter.now()
	p.record(&Exchange{
		Seq: j.seq, Intended: j.intended, Done: now, RequestBody: w.body,
		ready: j.ready, queued: j.queued, connWait: now - j.ready,
		Err: &Error{KindUnfinished, errUnfinished},
	})
}

// serve is an open-loop worker. It counts among the connections being opened
// until it has one, and ends if it gets none.
func (p *pool) serve() {
	var connected atomic.Bool
	settle := sync.OnceFunc(func() {
		p.mu.Lock()
		p.growth.Opened()
		p.grow()
		p.mu.Unlock()
	})
	defer p.leave()
	defer settle()
	c := p.newClient(func() { connected.Store(true); settle() })
	defer c.close()
	var w wire
	for {
		j, ok := p.pop()
		if !ok {
			return
		}
		x := Exchange{Seq: j.seq, Intended: j.intended, ready: j.ready, queued: j.queued}
		if now := p.meter.now(); j.waited {
			x.connWait = now - j.ready
		} else {
			x.ready = now // woken late: our own fault
		}
		if p.do(c, &x, &w); !connected.Load() {
			return
		}
		p.nowIdle()
	}
}

// do sends one request, unless it waited too long already.
func (p *pool) do(c exchanger, x *Exchange, w *wire) {
	p.request.render(w, x.Seq)
	x.RequestBody = w.body
	if x.connWait > p.plan.Timeout {
		x.Done, x.Err = p.meter.now(), &Error{KindTimeout, errQueued}
		p.record(x)
		return
	}
	c.exchange(p.abort, x, w, func() {
		x.written = true
		x.bytesOut = int64(len(w.bytes))
		p.books.Lock()
		x.Sent = p.meter.now()
		p.meter.sent(x.Sent)
		p.books.Unlock()
	})
	x.Done = p.meter.now()
	if x.Err != nil && p.abort.Err() != nil {
		x.Err = &Error{KindUnfinished, errUnfinished}
	}
	p.record(x)
}

func (p *pool) record(x *Exchange) {
	if x.Err == nil {
		p.mu.Lock()
		p.growth.Answered(x.Done)
		p.mu.Unlock()
	}
	p.books.Lock()
	p.meter.done(x)
	p.books.Unlock()
}

// startClosed starts the workers of a closed loop; each sends until the window
// ends.
func (p *pool) startClosed(ctx context.Context) {
	var mu sync.Mutex
	var next int64
	begin := func() (seq int64, now time.Duration, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if now = p.meter.now(); !p.count(now) {
			return 0, now, false
		}
		next++
		return next - 1, now, true
	}
	for range p.plan.Connections {
		p.wg.Go(func() {
			c := p.newClient(func() {})
			defer c.close()
			var w wire
			for ctx.Err() == nil {
				seq, now, ok := begin()
				if !ok {
					return
				}
				x := Exchange{Seq: seq, Intended: now, ready: now}
				p.do(c, &x, &w)
				if x.Err != nil {
					backOff(ctx, p.meter.until()-x.Done)
				}
			}
		})
	}
}

// closedPause is the pause of a closed-loop connection after a failure: a
// refused connection takes microseconds, and trying on without pause would
// load nothing but this machine.
const closedPause = 10 * time.Millisecond

func backOff(ctx context.Context, atMost time.Duration) {
	pause := time.NewTimer(min(closedPause, max(0, atMost)))
	defer pause.Stop()
	select {
	case <-ctx.Done():
	case <-pause.C:
	}
}
