package drawmodel

import (
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
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

// client asks for draws until it gets answers, at any replica.
type client struct {
	party
	number int
	world  *world
	rng    *rand.Rand
	heard  []heard
}

// trap waits for a rebuild, stops its replica before one of its steps, and lets it
// go on when another replica has rebuilt and Postgres decides nothing.
type trap struct {
	before string // the step; "": no trap is set
	caught *party
}

// calm tells whether the faults have ended.
func (w *world) calm() bool { return w.stilled.Load() }

func newWorld(plan Plan, text io.Writer) *world {
	rng := rand.New(rand.NewPCG(plan.Seed, 1))
	record := plan.record()
	w := &world{
		plan: plan, scheduler: newScheduler(rng, newHistory(text), plan.Pace),
		redis: newRedisState(), ledger: newLedgerState(record), seen: newSightings(), faults: map[string]int64{},
		replicas: make([]*replica, plan.Replicas), lives: make([]int, plan.Replicas), revive: make([]time.Time, plan.Replicas),
	}
	w.scheduler.slow = plan.Slow
	for i := range plan.Requests {
		w.requests = append(w.requests, request{fmt.Sprint("u", i%plan.Users), fmt.Sprint("q", i/plan.Users)})
	}
	return w
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
