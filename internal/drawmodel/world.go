package drawmodel

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Bounds after the faults have ended, in the world's own time.
const (
	calmBound = 2 * time.Minute  // until every client has its answer
	restBound = 30 * time.Second // from then on, until no hold is left
)

// world is one run of the model.
type world struct {
	plan      Plan
	scheduler *scheduler
	redis     *redisState
	ledger    *ledgerState
	replicas  []*replica // nil: between two lives
	lives     []int
	revive    []time.Time // of those between two lives
	requests  []request
	clients   []*client
	seen      *sightings
	losses    int // how often Redis lost data
	faults    map[string]int64
	stilled   atomic.Bool
	working   atomic.Int64 // clients that still pursue something
	stopping  sync.WaitGroup
	lossy     time.Time // until then the network loses messages
	trap      trap
	asking    sync.WaitGroup
}

// calm tells whether the faults have ended.
func (w *world) calm() bool { return w.stilled.Load() }

// Run lives through one world. It must be called in a bubble of testing/synctest.
// The history is written to text, unless that is nil.
func Run(plan Plan, text io.Writer) Report {
	w := newWorld(plan, text)
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

func newWorld(plan Plan, text io.Writer) *world {
	rng := rand.New(rand.NewPCG(plan.Seed, 1))
	record := plan.record()
	w := &world{
		plan: plan, scheduler: newScheduler(rng, newHistory(text), plan.Pace),
		redis: newRedisState(), ledger: newLedgerState(record), seen: newSightings(), faults: map[string]int64{},
		replicas: make([]*replica, plan.Replicas), lives: make([]int, plan.Replicas), revive: make([]time.Time, plan.Replicas),
	}
	w.scheduler.slow, w.scheduler.watch = plan.Slow, w.spring
	for i := range plan.Requests {
		w.requests = append(w.requests, request{fmt.Sprint("u", i%plan.Users), fmt.Sprint("q", i/plan.Users)})
	}
	return w
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

// start begins a life of a replica.
func (w *world) start(i int) {
	w.lives[i]++
	name := fmt.Sprintf("r%d.%d", i, w.lives[i])
	w.scheduler.log.note(w.scheduler, "start", name)
	w.replicas[i] = startReplica(w.scheduler, name, w.redis, w.ledger, w.plan.Bugs, w.seen, w.announce)
}

// kill ends a life of a replica.
func (w *world) kill(i int) {
	r := w.replicas[i]
	w.replicas[i] = nil
	w.scheduler.kill(&r.party)
	w.stopping.Go(r.stop)
}

// announce tells all replicas that an activity changed.
func (w *world) announce() {
	for _, r := range w.replicas {
		if r != nil {
			select {
			case r.news <- struct{}{}:
			default:
			}
		}
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

// record is the activity of a plan.
func (p Plan) record() lottery.Record {
	r := lottery.Record{Version: 1, Epoch: 1, Spec: lottery.Spec{
		ID: activityID, Name: "model", Starts: time.Now().AddDate(-1, 0, 0), Ends: time.Now().AddDate(1, 0, 0),
		Dice: lottery.DiceCommitted, DrawsPerUser: p.DrawsPerUser, WinsPerUser: p.WinsPerUser, BlankWeight: p.Blank, Prizes: p.Prizes,
	}}
	rng := rand.New(rand.NewPCG(p.Seed, 2))
	for i := range r.Secret {
		r.Secret[i] = byte(rng.Uint32())
	}
	return r
}
