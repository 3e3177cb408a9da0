package drawmodel

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// outcome is what a record says of a request.
type outcome struct {
	win  bool
	mark uint32
}

// userState is a user's entry: counts, and his first request.
type userState struct {
	draws, wins int
	first       bool // there is a first request
	key         lottery.Key
	outcome     outcome
}

// metaState is the hash meta. A field that is absent has its flag unset.
type metaState struct {
	exists, published, counted, rebuilding, living bool

	epoch          int64 // with exists
	runID          string
	version        int64  // with published
	users, records int    // with counted
	out            int64  // with counted
	token          string // with rebuilding
	alive          int64  // with living; milliseconds
	forgotten      int64
}

// unit is one numbered unit of a prize.
type unit struct {
	prize int
	no    int64
}

// held is an entry of holds.
type held struct {
	row lottery.WinRow // without activity and epoch
	bad bool           // the text cannot be read
}

// redisState is one activity in one Redis, with what is needed to lose the last
// of it again.
type redisState struct {
	server
	runID string
	skew  time.Duration // of its clock

	meta    metaState
	users   map[lottery.Key]userState
	records map[lottery.Key]outcome
	units   map[int]int64
	free    map[unit]struct{}
	journal map[lottery.Key]int64 // milliseconds
	holds   map[lottery.Key]held
	aside   map[lottery.Key]held

	undo []inverse

	overtakes int64 // rebuilds that began before another one had ended
}

// inverse takes back one write. Writes of one script have the same number.
type inverse struct {
	at     time.Time
	script int64
	back   func()
}

func newRedisState() *redisState {
	return &redisState{
		server: server{name: "redis"}, runID: "run-0",
		users: map[lottery.Key]userState{}, records: map[lottery.Key]outcome{}, units: map[int]int64{},
		free: map[unit]struct{}{}, journal: map[lottery.Key]int64{}, holds: map[lottery.Key]held{}, aside: map[lottery.Key]held{},
	}
}

// clock is the server's own time in milliseconds.
func (r *redisState) clock() int64 { return time.Now().Add(r.skew).UnixMilli() }

// write remembers how to take back what is about to be written.
func (r *redisState) write(back func()) {
	r.undo = append(r.undo, inverse{time.Now(), 0, back})
}

// setMeta replaces meta.
func (r *redisState) setMeta(m metaState) {
	old := r.meta
	r.write(func() { r.meta = old })
	r.meta = m
}

func set[K comparable, V any](r *redisState, m map[K]V, k K, v V) (added bool) {
	old, had := m[k]
	r.write(func() {
		if had {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
	m[k] = v
	return !had
}

func unset[K comparable, V any](r *redisState, m map[K]V, k K) (removed bool) {
	old, had := m[k]
	if had {
		r.write(func() { m[k] = old })
		delete(m, k)
	}
	return had
}

// drop deletes a key with all that is in it.
func drop[K comparable, V any](r *redisState, m *map[K]V) {
	old := *m
	r.write(func() { *m = old })
	*m = make(map[K]V)
}

// commit ends a script: what it wrote is lost or kept as one.
func (r *redisState) commit(script int64) {
	for i := len(r.undo) - 1; i >= 0 && r.undo[i].script == 0; i-- {
		r.undo[i].script = script
	}
}

// rollBack takes back everything that scripts from the given one on have written.
func (r *redisState) rollBack(script int64) (writes int) {
	for n := len(r.undo); n > 0 && r.undo[n-1].script >= script; n = len(r.undo) {
		r.undo[n-1].back()
		r.undo = r.undo[:n-1]
		writes++
	}
	return writes
}

// out is how many units are gone, by the counters and the free list.
func (r *redisState) out() int64 {
	gone := -int64(len(r.free))
	for _, n := range r.units {
		gone += n
	}
	return gone
}
