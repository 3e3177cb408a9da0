package drawmodel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// disturb has a fault happen now and then, and brings back what died.
func (w *world) disturb() {
	now := time.Now()
	for i, r := range w.replicas {
		if r == nil && !now.Before(w.revive[i]) {
			w.scheduler.settle()
			w.scheduler.change(func() { w.start(i) })
		}
	}
	if w.scheduler.loss > 0 && !now.Before(w.lossy) {
		w.scheduler.loss = 0
	}
	every := w.plan.FaultEvery
	if w.redis.meta.rebuilding { // where most can go wrong
		every = every/16 + 1
	}
	if len(w.plan.Faults) == 0 || w.scheduler.rng.Int64N(every) > 0 {
		return
	}
	w.scheduler.settle() // nobody runs while the world changes
	f := w.plan.Faults[w.scheduler.rng.IntN(len(w.plan.Faults))]
	if f.stops() && (w.trap.before != "" || (w.anyFrozen() || w.redis.meta.rebuilding) && w.scheduler.rng.IntN(16) > 0) {
		return // else nobody gets anywhere
	}
	w.scheduler.change(func() { w.count(f, w.fault(f)) })
}

// count notes a fault that happened; what it did is "" if it did not.
func (w *world) count(f Fault, what string) {
	if what == "" {
		return
	}
	w.scheduler.log.note(w.scheduler, "fault", f.String(), what)
	w.faults[f.String()]++
	if f.losesData() {
		w.losses++
	}
}

// fault does one; what it did is "" if there was nothing to do it to.
func (w *world) fault(f Fault) (what string) {
	rng := w.scheduler.rng
	upTo := func(d time.Duration) time.Duration { return 1 + time.Duration(rng.Int64N(int64(d))) }
	switch f {
	case Kill:
		i := rng.IntN(len(w.replicas))
		if w.replicas[i] == nil {
			return ""
		}
		w.kill(i)
		w.revive[i] = time.Now().Add(upTo(time.Second))
		return fmt.Sprint(i)
	case Freeze:
		r := w.victim()
		if r == nil {
			return ""
		}
		d := upTo([]time.Duration{100 * time.Millisecond, 4 * time.Second, 15 * time.Second}[rng.IntN(3)])
		r.paused, r.frozen = time.Now(), time.Now().Add(d)
		return r.name + " " + d.String()
	case RestartKept:
		return w.restart()
	case RestartOlder:
		return w.restartOlder()
	case RestartEmpty:
		w.redis.empty()
		w.redis.undo = nil
		return w.restart()
	case LoseKey:
		return w.loseKey()
	case StepClock:
		d := upTo([]time.Duration{3 * time.Second, 30 * time.Second, 2 * time.Hour}[rng.IntN(3)])
		if rng.IntN(2) == 0 {
			d = -d
		}
		w.redis.skew += d
		return d.String()
	case RedisAway:
		return w.away(&w.redis.server)
	case PostgresAway:
		return w.away(&w.ledger.server)
	case LossyNetwork:
		w.scheduler.loss = []float64{.02, .1, .4}[rng.IntN(3)]
		d := upTo(3 * time.Second)
		w.lossy = time.Now().Add(d)
		return d.String()
	case Amend:
		return w.amend()
	case BadHold:
		return w.spoil()
	default:
		w.trap = trap{before: [...]string{" clear", " fill", " undo", " resume", " remember"}[rng.IntN(5)]}
		return w.restart() + w.trap.before
	}
}

func (w *world) anyFrozen() bool {
	return slices.ContainsFunc(w.replicas, func(r *replica) bool { return r != nil && time.Now().Before(r.frozen) })
}

// victim is the replica to freeze: rather the one that rebuilds, and none while
// another one stands still, mostly.
func (w *world) victim() *replica {
	r := w.replicas[w.scheduler.rng.IntN(len(w.replicas))]
	alone := w.scheduler.rng.IntN(8) > 0
	rebuilder := w.scheduler.rng.IntN(2) == 0
	for _, other := range w.replicas {
		switch {
		case other == nil:
		case alone && time.Now().Before(other.frozen):
			return nil
		case rebuilder && w.redis.meta.rebuilding && strings.HasPrefix(w.redis.meta.token, other.name+"#"):
			r = other
		}
	}
	return r
}

// away makes a server unreachable for a while.
func (w *world) away(to *server) string {
	d := time.Duration(w.scheduler.rng.Int64N(int64(4 * time.Second)))
	to.away, to.holds = time.Now().Add(d), w.scheduler.rng.IntN(2) == 0
	w.scheduler.cut(to)
	return fmt.Sprint(d, " ", to.holds)
}

// restart makes another process of Redis, whatever it knows.
func (w *world) restart() string {
	w.redis.runID = fmt.Sprint("run-", w.scheduler.steps)
	w.scheduler.cut(&w.redis.server)
	return w.redis.runID
}

// restartOlder takes back what the last moments wrote.
func (w *world) restartOlder() string {
	undo := w.redis.undo
	since := time.Now().Add(-time.Duration(w.scheduler.rng.Int64N(int64(2 * time.Second))))
	first, _ := slices.BinarySearchFunc(undo, since, func(i inverse, t time.Time) int { return i.at.Compare(t) })
	if first == len(undo) {
		return ""
	}
	n := w.redis.rollBack(undo[first].script)
	return fmt.Sprint(w.restart(), " lost ", n)
}

// loseKey deletes one key.
func (w *world) loseKey() string {
	r := w.redis
	keys := []struct {
		name string
		size int
		drop func()
	}{
		{"meta", 1, func() { r.setMeta(metaState{}) }},
		{"users", len(r.users), func() { drop(r, &r.users) }},
		{"records", len(r.records), func() { drop(r, &r.records) }},
		{"units", len(r.units), func() { drop(r, &r.units) }},
		{"free", len(r.free), func() { drop(r, &r.free) }},
		{"journal", len(r.journal), func() { drop(r, &r.journal) }},
		{"holds", len(r.holds), func() { drop(r, &r.holds) }},
	}
	k := keys[w.scheduler.rng.IntN(len(keys))]
	if k.size == 0 {
		return ""
	}
	k.drop()
	r.commit(w.scheduler.steps)
	return k.name
}

// amend has an organiser change the weights, at one replica.
func (w *world) amend() string {
	i := w.scheduler.rng.IntN(len(w.replicas))
	if w.replicas[i] == nil {
		return ""
	}
	spec := w.ledger.record.Spec
	spec.Prizes = slices.Clone(spec.Prizes)
	p := w.scheduler.rng.IntN(len(spec.Prizes))
	spec.Prizes[p].Weight = uint64(1 + w.scheduler.rng.IntN(6))
	keeper, number := w.replicas[i].keeper, w.scheduler.steps
	w.asking.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), who{}, fmt.Sprint("organiser", number)), 10*time.Second)
		defer cancel()
		_, _, _ = keeper.Put(ctx, spec)
	})
	return fmt.Sprint(spec.Prizes[p].ID, " ", spec.Prizes[p].Weight)
}

// spoil makes the first hold one that the ledger cannot take, or that cannot be
// read.
func (w *world) spoil() string {
	r := w.redis
	keys := r.due(-1<<62, 1<<62, 1)
	if len(keys) == 0 {
		return ""
	}
	h, ok := r.holds[keys[0]]
	if !ok {
		return ""
	}
	if h.bad = w.scheduler.rng.IntN(2) == 0; !h.bad {
		h.row.Unit += 1000
	}
	set(r, r.holds, keys[0], h)
	r.commit(w.scheduler.steps)
	return h.row.User + "/" + h.row.Request
}

// heal ends all faults.
func (w *world) heal() {
	w.scheduler.settle()
	w.scheduler.change(w.healAll)
	w.stilled.Store(true)
}

func (w *world) healAll() {
	w.scheduler.log.note(w.scheduler, "heal")
	now := time.Now()
	w.scheduler.pace = max(w.scheduler.pace, 2*time.Millisecond)
	w.scheduler.loss, w.scheduler.slow = 0, 0
	w.redis.away, w.ledger.away = now, now
	for i, r := range w.replicas {
		if r == nil {
			w.start(i)
			continue
		}
		r.frozen = now
	}
}

// empty forgets everything.
func (r *redisState) empty() {
	r.meta = metaState{}
	r.users, r.records, r.units = map[lottery.Key]userState{}, map[lottery.Key]outcome{}, map[int]int64{}
	r.free, r.journal, r.holds, r.aside = map[unit]struct{}{}, map[lottery.Key]int64{}, map[lottery.Key]held{}, map[lottery.Key]held{}
}
