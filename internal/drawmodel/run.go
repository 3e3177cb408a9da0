package drawmodel

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Bounds after the faults have ended, in the world's own time.
const (
	calmBound = 2 * time.Minute  // until every client has its answer
	restBound = 30 * time.Second // from then on, until no hold is left
)

// Run lives through one world. It must be called in a bubble of testing/synctest.
// The history is written to text, unless that is nil.
func Run(plan Plan, text io.Writer) Report {
	w := newWorld(plan, text)
	w.scheduler.watch = w.spring
	ctx, cancel := context.WithCancel(context.Background())
	for i := range w.replicas {
		w.start(i)
	}
	w.clients = w.newClients(plan.Clients, 0)
	w.launch(w.clients, func(c *client) { c.wander(ctx) })
	for w.scheduler.steps < plan.Steps {
		w.scheduler.step()
		w.disturb()
	}
	w.heal()
	report := Report{Plan: plan}
	report.AnsweredIn = w.until(calmBound, func() bool { return w.working.Load() == 0 })
	if report.AnsweredIn >= calmBound {
		report.fail(Stranded, "clients still wait %v after the last fault", calmBound)
	}
	sweepers := w.newClients(len(w.replicas), len(w.clients))
	w.launch(sweepers, func(c *client) {
		n := c.number - plan.Clients
		for i := n; i < len(w.requests); i += len(w.replicas) {
			c.pursue(ctx, w.requests[i], n)
		}
	})
	if w.until(calmBound, func() bool { return w.working.Load() == 0 }) >= calmBound {
		report.fail(Stranded, "requests have no answer %v after the last fault", calmBound)
	}
	w.clients = append(w.clients, sweepers...)
	if w.until(restBound, w.atRest) >= restBound {
		report.fail(Stranded, "%d holds and %d journal entries are left; all keys complete: %t",
			len(w.redis.holds), len(w.redis.journal), w.redis.state(0).Whole)
	}
	cancel()
	w.end()
	w.examine(&report)
	return report
}

// newClients makes clients with numbers from first on, each with dice of its own.
func (w *world) newClients(n, first int) []*client {
	list := make([]*client, n)
	for i := range list {
		number := first + i
		list[i] = &client{
			party: party{name: fmt.Sprintf("c%02d", number)}, number: number, world: w,
			rng: rand.New(rand.NewPCG(w.plan.Seed, uint64(100+number))),
		}
	}
	return list
}

func (w *world) launch(list []*client, f func(*client)) {
	w.working.Add(int64(len(list)))
	for _, c := range list {
		w.asking.Go(func() {
			f(c)
			w.working.Add(-1)
		})
	}
}

// until goes on until done, for at most bound of the world's time. It returns the
// time that passed.
func (w *world) until(bound time.Duration, done func() bool) time.Duration {
	began := time.Now()
	for time.Since(began) < bound {
		w.scheduler.step()
		w.scheduler.settle()
		if done() {
			return time.Since(began)
		}
	}
	return bound
}

// atRest tells whether no hold is left, and Redis has lost nothing that was not
// noticed.
func (w *world) atRest() bool {
	return len(w.redis.holds)+len(w.redis.journal) == 0 && w.redis.state(0).Whole
}

// end stops everybody.
func (w *world) end() {
	w.scheduler.settle()
	w.scheduler.change(w.endAll)
	w.stopping.Wait()
	w.asking.Wait()
}

func (w *world) endAll() {
	for i, r := range w.replicas {
		if r != nil {
			w.kill(i)
		}
	}
	for _, c := range w.clients {
		w.scheduler.kill(&c.party)
	}
}
