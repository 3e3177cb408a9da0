package loadgen

import (
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// watcher is the goroutine beside the sender: it reads the CPU clocks at both
// ends of the window and reports progress. It touches only live counters.
type watcher struct {
	run  *run
	quit chan struct{}
	wg   sync.WaitGroup

	first, last sample
	serverErr   error
	reported    sample // the last progress report
}

// sample is one reading of the clocks and counters.
type sample struct {
	at             time.Duration
	ended          int64
	answered       int64
	client, server time.Duration
	sender, busy   time.Duration
	taken          bool
}

func startWatcher(r *run) *watcher {
	w := &watcher{run: r, quit: make(chan struct{})}
	w.first = w.read() // replaced at the start of the window
	w.wg.Go(w.loop)
	return w
}

// stop ends the goroutine and waits for it.
func (w *watcher) stop() {
	close(w.quit)
	w.wg.Wait()
	if !w.last.taken {
		w.last = w.read()
	}
}

func (w *watcher) loop() {
	m := w.run.meter
	begin := time.NewTimer(m.since())
	defer begin.Stop()
	end := time.NewTimer(m.until())
	defer end.Stop()
	begun, over := m.begun, m.over
	tick := time.NewTicker(w.run.plan.ProgressEvery)
	defer tick.Stop()
	for {
		select {
		case <-begin.C:
			w.first = w.read()
		case <-begun:
			w.first, begun = w.read(), nil
			end.Reset(m.until() - w.first.at)
		case <-end.C:
			w.last = w.read()
		case <-over:
			w.last, over = w.read(), nil
			end.Stop()
		case <-tick.C:
			w.report()
		case <-w.quit:
			return
		}
	}
}

func (w *watcher) read() sample {
	live := &w.run.meter.live
	s := sample{at: w.run.meter.now(), taken: true, answered: live.answered.Load()}
	s.ended = s.answered + live.failed.Load()
	s.client = kernel.SelfCPU()
	s.busy = live.working(s.at)
	if tid := live.sender.Load(); tid != 0 {
		s.sender = kernel.ThreadCPU(int(tid))
	}
	if pid := w.run.plan.ServerPID; pid != 0 && w.serverErr == nil {
		s.server, w.serverErr = kernel.ProcessCPU(pid)
	}
	return s
}

func (w *watcher) report() {
	if w.run.plan.Progress == nil {
		return
	}
	live := &w.run.meter.live
	s := sample{at: w.run.meter.now(), answered: live.answered.Load()}
	failed := live.failed.Load()
	total := min(w.run.meter.until(), max(s.at, w.run.plan.Warmup)+w.run.plan.Duration) // the end may not be known yet
	w.run.plan.Progress(Progress{
		Elapsed: min(s.at, total), Total: total, Warmup: s.at < w.run.meter.since(),
		Sent: live.sent.Load(), Answered: s.answered, Errors: failed,
		Rate:     float64(s.answered-w.reported.answered) / max((s.at-w.reported.at).Seconds(), 1e-9),
		InFlight: max(0, live.due.Load()-s.answered-failed),
	})
	w.reported = s
}

// cpu returns CPU time per ended request between the two samples; call it
// after stop.
func (w *watcher) cpu() CPU {
	var c CPU
	if w.serverErr != nil {
		c.ServerErr = w.serverErr.Error()
	}
	if n := time.Duration(w.last.ended - w.first.ended); n > 0 {
		c.Client = (w.last.client - w.first.client) / n
		if w.serverErr == nil {
			c.Server = (w.last.server - w.first.server) / n
		}
	}
	if wall := w.last.at - w.first.at; wall > 0 {
		used := w.last.busy - w.first.busy
		if w.first.sender > 0 {
			// The thread may have had a life before this run: without a first
			// reading the second says nothing.
			used = max(used, w.last.sender-w.first.sender)
		}
		c.Sender = min(1, float64(used)/float64(wall))
	}
	return c
}
