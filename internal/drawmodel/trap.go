package drawmodel

import (
	"strings"
	"time"
)

// trapTime is how long a replica stands still: longer than its lease, and less
// than the deadline of its message.
const trapTime = 8 * time.Second

// spring looks whether the trap's moment has come.
func (w *world) spring() (caught bool) {
	now := time.Now()
	switch t := &w.trap; {
	case t.before == "":
	case t.caught == nil:
		for _, m := range w.scheduler.ready {
			if !m.ran && m.to == &w.redis.server && strings.Contains(m.what, t.before) {
				t.caught, m.from.frozen, m.from.paused = m.from, now.Add(trapTime), m.sent.Add(-1)
				w.scheduler.log.note(w.scheduler, "trap", m.from.name, m.what)
				return true
			}
		}
	case !now.Before(t.caught.frozen):
		*t = trap{}
	case now.After(t.caught.frozen.Add(-2*time.Second)) && w.redis.meta.epoch > 0 && !now.Before(w.ledger.away):
		w.ledger.away, w.ledger.holds = now.Add(3*time.Second), false
		w.scheduler.log.note(w.scheduler, "trap: postgres is away")
	}
	return false
}
