package drawmodel

import (
	"fmt"
	"slices"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// examine compares what was heard, what is in the ledger and what is in Redis.
func (w *world) examine(r *Report) {
	for _, c := range w.clients {
		r.heard = append(r.heard, c.heard...)
	}
	for _, h := range r.heard {
		w.scheduler.log.note(w.scheduler, "heard", fmt.Sprint(h.client, " ", h.call, " ", h.back), h.String())
	}
	r.Steps, r.Lived, r.Clashing = w.scheduler.steps, w.scheduler.now(), w.scheduler.clashing
	r.Faults, r.Alarms, r.Rebuilt, r.Overtaken = w.faults, w.seen.violations, w.seen.rebuilt, w.redis.overtakes
	r.Digest = w.scheduler.log.digest()
	r.Answers = map[string]int64{}
	for _, h := range r.heard {
		r.Answers[h.word()]++
	}
	w.answers(r)
	w.units(r)
	w.rest(r)
	if w.losses == 0 {
		for what, n := range w.seen.violations {
			r.fail(FalseAlarm, "%d times: %s", n, what)
		}
	}
}

// answers checks what was heard of each request: I1, I3, I6, I8.
func (w *world) answers(r *Report) {
	byRequest := map[request][]heard{}
	drawn := map[string]int{}
	for _, h := range r.heard {
		if h.final() {
			byRequest[h.request] = append(byRequest[h.request], h)
		}
	}
	for _, q := range w.requests {
		list := byRequest[q]
		slices.SortStableFunc(list, func(a, b heard) int { return int(a.back - b.back) })
		counted := false
		for i, h := range list {
			w.answer(r, h)
			for _, before := range list[:i] {
				if before.back < h.call {
					w.pair(r, before, h)
				}
			}
			counted = counted || h.kind == ""
		}
		if counted {
			drawn[q.user]++
		}
	}
	for user, n := range drawn {
		if limit := w.plan.DrawsPerUser; limit > 0 && n > limit && w.losses == 0 {
			r.fail(Limits, "%s drew %d times of %d", user, n, limit)
		}
	}
}

// answer checks one answer alone.
func (w *world) answer(r *Report, h heard) {
	row, ok := w.ledger.rows[h.request]
	switch {
	case h.kind == lottery.KindLimitReached && w.plan.DrawsPerUser > 0:
		if h.rowWas {
			r.fail(OneAnswer, "%v, but it had won before", h)
		}
	case h.kind != "":
		r.fail(Defect, "%v", h)
	case h.result == lottery.Win:
		switch {
		case !h.hasRow || !ok:
			r.fail(LostWin, "%v is not in the ledger", h)
		case w.plan.Prizes[row.Prize].ID != h.prize || row.Unit != h.unit || row != h.rowIs:
			r.fail(LostWin, "%v, but the ledger has %d:%d", h, row.Prize, row.Unit)
		}
	case h.rowWas:
		r.fail(OneAnswer, "%v, but it had won before", h)
	}
}

// pair checks two answers to one request, the second one asked for after the first
// one was heard.
func (w *world) pair(r *Report, a, b heard) {
	switch {
	case a.kind != "" || a.word() == b.word() && a.prize == b.prize && a.unit == b.unit:
	case a.result == lottery.Loss && a.losses < b.after:
		r.LossBroken++
	default:
		r.fail(OneAnswer, "%v; then %v", a, b)
	}
}

// units checks the ledger alone: I2, I6, I7, I8.
func (w *world) units(r *Report) {
	won := map[unit]request{}
	wins := map[string]int{}
	tables := map[int64]*lottery.Activity{}
	for v, rec := range w.ledger.versions {
		tables[v] = lottery.NewActivity(rec)
	}
	for q, row := range w.ledger.rows {
		u := unit{row.Prize, row.Unit}
		if other, ok := won[u]; ok {
			r.fail(Oversold, "unit %d:%d is %v's and %v's", u.prize, u.no, other, q)
		}
		won[u] = q
		if row.Unit > w.plan.Prizes[row.Prize].Stock {
			r.fail(Oversold, "unit %d:%d does not exist", u.prize, u.no)
		}
		wins[q.user]++
		w.dice(r, tables[row.Version], row)
	}
	for user, n := range wins {
		if limit := w.plan.WinsPerUser; limit > 0 && n > limit {
			r.fail(Limits, "%s won %d times of %d", user, n, limit)
		}
	}
	for _, row := range w.ledger.late {
		r.fail(Fence, "row of %s/%s appeared after its epoch %d", row.User, row.Request, row.Epoch)
	}
}

// dice checks that a row follows from the dice of its request.
func (w *world) dice(r *Report, a *lottery.Activity, row lottery.WinRow) {
	if a == nil {
		r.fail(Fair, "%s/%s was drawn with version %d, which never was", row.User, row.Request, row.Version)
		return
	}
	t := a.Ticket(lottery.Entry{Activity: activityID, User: row.User, Request: row.Request})
	if t.Word != row.Word || t.Prize == lottery.Blank || !slices.Contains(a.Chain(t.Prize), row.Prize) {
		r.fail(Fair, "%s/%s won prize %d; its dice say %d", row.User, row.Request, row.Prize, t.Prize)
	}
}

// rest checks Redis against the ledger once nothing moves: I4.
func (w *world) rest(r *Report) {
	for prize, p := range w.plan.Prizes {
		won, free := int64(0), int64(0)
		for _, row := range w.ledger.rows {
			if row.Prize == prize {
				won++
			}
		}
		for u := range w.redis.free {
			if u.prize != prize {
				continue
			}
			free++
			if _, taken := w.ledger.units[u]; taken || u.no > w.redis.units[prize] {
				r.fail(Conservation, "unit %d:%d is free, and won or untouched", u.prize, u.no)
			}
		}
		if next := w.redis.units[prize]; next-free != won || next > p.Stock {
			r.fail(Conservation, "prize %s: %d handed out, %d of them free, %d won, of %d", p.ID, next, free, won, p.Stock)
		}
	}
	a := lottery.NewActivity(w.ledger.record)
	for _, q := range w.requests {
		user, key := a.KeysOf(q.user, q.id)
		o, ok := w.redis.outcomeOf(user, key)
		if _, won := w.ledger.rows[q]; won != (ok && o.win) {
			r.fail(Conservation, "%v: in the ledger %t, on record %t, a win %t", q, won, ok, o.win)
		}
	}
}
