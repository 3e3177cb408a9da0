//go:build linux && (amd64 || arm64)

package loadgen

import (
	"context"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/growth"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

func runEpoll(ctx context.Context, r *run, addr netip.AddrPort) error {
	poll, err := kernel.NewPoller()
	if err != nil {
		return err
	}
	defer poll.Close()
	l := &loop{run: r, poll: poll, to: kernel.SockaddrOf(addr), nextDue: never, giveUp: never, buf: make([]byte, 64<<10)}
	if r.plan.Arrivals != Closed {
		if l.schedule, err = NewSchedule(r.plan.Arrivals, r.plan.Rate, r.plan.Seed); err != nil {
			return err
		}
		l.advance()
	}
	settle := onCancel(ctx, poll.Wake)
	defer settle() // before the eventfd is closed
	asked := func(flag *atomic.Bool) func() {
		return func() {
			flag.Store(true)
			poll.Wake()
		}
	}
	defer onClose(r.plan.Begin, asked(&l.beginAsked))()
	defer onClose(r.plan.End, asked(&l.endAsked))()
	defer l.closeAll()
	if l.schedule == nil {
		// Nothing is sent by a timer. A locked thread would have to be woken
		// by another one whenever the runtime interrupts it, a hundred times
		// a second.
		return l.turn(ctx)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	kernel.SharpTimers()
	defer kernel.NormalTimers()
	r.meter.live.sender.Store(int64(kernel.ThreadID()))
	return l.turn(ctx)
}

// turn is the loop itself.
func (l *loop) turn(ctx context.Context) error {
	if l.schedule == nil {
		l.startClosed()
	}
	live := &l.meter.live
	live.work(l.meter.now())
	for {
		l.begun = 0
		now := l.sendDue()
		switch {
		case ctx.Err() != nil && !l.cancelled:
			l.cancel(now)
		case l.endAsked.Load(): // what was due stays due
			l.meter.endAt(now)
		case l.beginAsked.Load():
			l.meter.beginAt(now)
		}
		l.stopAtEnd()
		l.expire(now)
		l.pump()
		if l.finished(now) {
			return nil
		}
		before := l.meter.now()
		live.rest(before)
		held := l.held(before)
		events, err := l.poll.Wait(l.nextWake(before, held) - before)
		if err != nil {
			return err
		}
		now = l.meter.now()
		live.work(now)
		if held {
			l.queueDue(now)
		}
		for i := range events {
			l.handle(&events[i])
			l.pump()
			// Answers must not hold up what is due: look at the clock
			// between them.
			if l.schedule != nil {
				l.sendDue()
			}
		}
	}
}

// sendAtOnce bounds how many requests are started before answers and a cancel
// are looked at again: behind a rate that nobody can send there is no end of
// requests whose time has come.
const sendAtOnce = 256

// sendDue starts the requests whose time has come.
func (l *loop) sendDue() (now time.Duration) {
	now = l.meter.now()
	for n := 0; n < sendAtOnce && l.nextDue <= now; n++ {
		l.offer(l.newJob(l.nextDue, now))
		l.advance()
		now = l.meter.now()
	}
	return now
}

// held says that requests wait and none of them can start before an answer or
// a handshake ends: whatever becomes due meanwhile has to wait behind them.
func (l *loop) held(now time.Duration) bool { return l.queue.Len() > 0 && !l.growth.MayOpen(now) }

// queueDue queues what became due in a wait through which requests were held.
// It was not woken for: under overload that would cost the server the CPU. So it
// counts as waiting for a connection from the time at which it was due.
func (l *loop) queueDue(now time.Duration) {
	for l.nextDue <= now {
		l.offer(l.newJob(l.nextDue, l.nextDue))
		l.advance()
	}
}

// advance sets the next time to send; never after the end of the window.
func (l *loop) advance() {
	l.nextDue = l.schedule.Next()
	l.stopAtEnd()
}

func (l *loop) newJob(intended, now time.Duration) job {
	l.meter.due(intended)
	l.nextSeq++
	return job{seq: l.nextSeq - 1, intended: intended, ready: now}
}

// offer starts the request, or makes it wait behind those that wait already.
func (l *loop) offer(j job) {
	if l.queue.Len() == 0 && l.mayStart(j.ready) {
		l.growth.Relaxed()
		l.start(j)
		return
	}
	j.waited, j.queued = true, l.growth.Capped(j.ready)
	l.queue.Push(j)
}

// mayStart says that there is an idle connection, or that one may be opened.
func (l *loop) mayStart(now time.Duration) bool {
	return l.idle.last() != nil || l.begun < growth.TurnHandshakes && l.growth.MayOpen(now)
}

// start sends the request on an idle connection, or on a new one.
func (l *loop) start(j job) {
	if c := l.idle.last(); c != nil {
		l.idle.remove(c)
		l.send(c, j)
		return
	}
	l.dial(l.exchangeOf(j))
}

// pump lets waiting requests have the connections that became free or may be
// opened, and a closed loop send its next ones.
func (l *loop) pump() {
	for ; l.again > 0; l.again-- {
		// It begins when the answer was there: one reading of the clock is
		// the end of one request and the start of the next.
		l.another(l.answered)
	}
	for l.queue.Len() > 0 && l.mayStart(l.meter.now()) {
		l.start(l.queue.Pop())
	}
}

// startClosed opens all connections of a closed loop with a request each.
func (l *loop) startClosed() {
	for range l.plan.Connections {
		l.another(l.meter.now())
	}
}

// another starts a closed loop's next request unless the window is over.
func (l *loop) another(now time.Duration) {
	if now < l.meter.until() && !l.cancelled {
		l.offer(l.newJob(now, now))
	}
}

// expire ends what waited too long, and wakes closed-loop connections whose
// pause after a failure is over.
func (l *loop) expire(now time.Duration) {
	for c := l.active.first(); c != nil && c.deadline <= now; c = l.active.first() {
		l.fail(c, &Error{KindTimeout, errTimeout})
	}
	if l.queue.Len() > 0 && l.queue.First().ready+l.plan.Timeout <= now {
		tooLate := &Error{KindTimeout, errQueued}
		for l.queue.Len() > 0 && l.queue.First().ready+l.plan.Timeout <= now {
			l.endUnsent(l.queue.Pop(), now, tooLate)
		}
	}
	for l.pauses.Len() > 0 && l.pauses.First() <= now {
		l.pauses.Pop()
		l.another(now)
	}
}

// endUnsent ends a request that never had a connection. Under overload these
// are most of all: nothing is allocated for them.
func (l *loop) endUnsent(j job, now time.Duration, err *Error) {
	u := &l.unsent
	if l.plan.Record != nil && l.request.hasBody {
		l.request.render(&u.wire, j.seq)
	}
	u.x = Exchange{
		Seq: j.seq, Intended: j.intended, Done: now, RequestBody: u.wire.body, Err: err,
		ready: j.ready, queued: j.queued, connWait: now - j.ready,
	}
	l.end(&u.x)
}

// stopAtEnd keeps what would be due after the window's end from being sent.
func (l *loop) stopAtEnd() {
	if l.nextDue >= l.meter.until() {
		l.nextDue = never
	}
}

// cancel stops sending and gives answers under way a little time. Requests
// whose time had come, but that we had not got to, were due all the same.
func (l *loop) cancel(now time.Duration) {
	for l.nextDue <= now {
		l.endUnsent(l.newJob(l.nextDue, now), now, &Error{KindUnfinished, errUnfinished})
		l.advance()
	}
	l.meter.endAt(now)
	l.cancelled, l.nextDue = true, never
	l.giveUp = now + min(drainGrace, l.plan.Timeout)
	for l.queue.Len() > 0 {
		l.endUnsent(l.queue.Pop(), now, &Error{KindUnfinished, errUnfinished})
	}
}

// finished reports whether nothing more can come.
func (l *loop) finished(now time.Duration) bool {
	if now >= l.giveUp {
		for c := l.active.first(); c != nil; c = l.active.first() {
			l.fail(c, &Error{KindUnfinished, errUnfinished})
		}
	}
	pausing := l.pauses.Len() > 0 && !l.cancelled && now < l.meter.until()
	return l.nextDue == never && l.active.first() == nil && l.queue.Len() == 0 && !pausing
}

// heldLook is how often it is looked whether the cap has grown with the time that
// answers take.
const heldLook = 10 * time.Millisecond

// nextWake is the earliest time at which there is something to do unasked.
func (l *loop) nextWake(now time.Duration, held bool) time.Duration {
	wake := min(l.nextDue, l.giveUp)
	if held {
		wake = min(now+heldLook, l.giveUp)
	}
	if c := l.active.first(); c != nil {
		wake = min(wake, c.deadline)
	}
	if l.queue.Len() > 0 {
		wake = min(wake, l.queue.First().ready+l.plan.Timeout)
		if !held {
			return now // the handshakes of this turn are used up
		}
	}
	if l.pauses.Len() > 0 {
		wake = min(wake, l.pauses.First())
	}
	return min(wake, now+time.Second)
}

// handle passes an event to its connection, unless that is gone already.
func (l *loop) handle(e *syscall.EpollEvent) {
	slot := int(e.Fd)
	if slot == kernel.WakeSlot || l.conns[slot] == nil || int32(l.conns[slot].gen) != e.Pad {
		return // the cancel itself is seen in turn
	}
	l.ready(l.conns[slot], e.Events)
}

func (l *loop) closeAll() {
	for _, c := range l.conns {
		if c != nil {
			l.drop(c)
		}
	}
}
