package drawmodel

import (
	"errors"
	"slices"
	"strconv"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// The scripts of internal/redis, one method each, in the same order of checks and
// writes. A method is atomic, as a script is.

// errOvertaken is what a step of a rebuild is told that is not the newest one.
var errOvertaken = errors.New("OVERTAKEN another rebuild began, or Redis lost this one")

// leaseMillis is for how long a rebuild may give no sign of life.
const leaseMillis = 2000

// draw is the script "draw" for one ticket.
func (r *redisState) draw(t *lottery.Ticket, runID string, peek bool, bugs bugs) lottery.Reservation {
	a := t.Activity
	m := r.meta
	whole := m.counted && len(r.users) == m.users && len(r.records) == m.records
	if !m.exists || m.epoch != a.Epoch || (m.runID != runID && !bugs.has(NoRunID)) || (!whole && !bugs.has(LostKeyUnseen)) {
		return lottery.Reservation{Status: lottery.StatusStaleEpoch}
	}
	stale := m.version != a.Version
	starts, ends := a.Window()
	now := r.clock()
	state := r.users[t.UserKey]
	if o, ok := r.outcomeOf(t.UserKey, t.RequestKey); ok && (peek || !bugs.has(StockFirst) || r.left(t)) {
		return r.stored(o, t, peek)
	}
	switch {
	case peek:
		return lottery.Reservation{Status: lottery.StatusNone}
	case stale:
		return lottery.Reservation{Status: lottery.StatusStaleVersion}
	case now < starts:
		return lottery.Reservation{Status: lottery.StatusNotStarted}
	case now >= ends:
		return lottery.Reservation{Status: lottery.StatusEnded}
	case t.Blocked:
		return lottery.Reservation{Status: lottery.StatusBlocked}
	case a.Spec.DrawsPerUser > 0 && state.draws >= a.Spec.DrawsPerUser:
		return lottery.Reservation{Status: lottery.StatusLimitReached}
	}
	answer, record := lottery.Reservation{Status: lottery.StatusLost}, outcome{mark: t.Mark}
	if t.Prize != lottery.Blank && (a.Spec.WinsPerUser == 0 || state.wins < a.Spec.WinsPerUser) {
		if u, ok := r.take(a, t.Prize, bugs); ok {
			state.wins++
			h := lottery.Hold{Prize: u.prize, Unit: u.no, Order: state.wins, Version: a.Version, Word: t.Word}
			set(r, r.holds, t.RequestKey, held{row: lottery.WinRow{User: t.User, Request: t.Request, Mark: t.Mark, Hold: h}})
			if !bugs.has(NoJournal) {
				set(r, r.journal, t.RequestKey, now)
			}
			answer, record.win = lottery.Reservation{Status: lottery.StatusHeld, Hold: h}, true
			m.out++
		}
	}
	if !state.first {
		state.first, state.key, state.outcome = true, t.RequestKey, record
	} else if set(r, r.records, t.RequestKey, record) {
		m.records++
	}
	state.draws++
	if set(r, r.users, t.UserKey, state) {
		m.users++
	}
	if m != r.meta {
		r.setMeta(m)
	}
	return answer
}

// outcomeOf is what is on record of a request.
func (r *redisState) outcomeOf(user, key lottery.Key) (o outcome, ok bool) {
	state, ok := r.users[user]
	switch {
	case !ok:
		return outcome{}, false
	case state.first && state.key == key:
		return state.outcome, true
	case state.draws > 1 || !state.first:
		o, ok = r.records[key]
		return o, ok
	}
	return outcome{}, false
}

// stored answers a ticket whose request has an outcome.
func (r *redisState) stored(o outcome, t *lottery.Ticket, peek bool) lottery.Reservation {
	if !peek && o.mark != t.Mark {
		return lottery.Reservation{Status: lottery.StatusReused}
	}
	if !o.win {
		return lottery.Reservation{Status: lottery.StatusLost, Replayed: true}
	}
	h, ok := r.holds[t.RequestKey]
	switch {
	case ok && h.bad:
		return lottery.Reservation{Status: lottery.StatusUnreadable, Replayed: true}
	case ok:
		return lottery.Reservation{Status: lottery.StatusHeld, Replayed: true, Hold: h.row.Hold}
	}
	return lottery.Reservation{Status: lottery.StatusConfirmed, Replayed: true}
}

// left tells whether any unit could be taken for a ticket.
func (r *redisState) left(t *lottery.Ticket) bool {
	if t.Prize == lottery.Blank {
		return true
	}
	for _, prize := range t.Activity.Chain(t.Prize) {
		if _, ok := r.firstFree(prize); ok || r.units[prize] < t.Activity.Spec.Prizes[prize].Stock {
			return true
		}
	}
	return false
}

// take finds a unit along the chain: returned ones first, then the next new one.
func (r *redisState) take(a *lottery.Activity, prize int, bugs bugs) (unit, bool) {
	for _, p := range a.Chain(prize) {
		if u, ok := r.firstFree(p); ok {
			unset(r, r.free, u)
			return u, true
		}
		next, stock := r.units[p]+1, a.Spec.Prizes[p].Stock
		if bugs.has(OneTooMany) {
			stock++
		}
		if next <= stock {
			set(r, r.units, p, next)
			return unit{p, next}, true
		}
	}
	return unit{}, false
}

// firstFree is the free unit of a prize whose name sorts first as text.
func (r *redisState) firstFree(prize int) (first unit, ok bool) {
	for u := range r.free {
		if u.prize == prize && (!ok || strconv.FormatInt(u.no, 10) < strconv.FormatInt(first.no, 10)) {
			first, ok = u, true
		}
	}
	return first, ok
}

// seen is what the script "state" tells and the script "suspend" compares.
func (r *redisState) seen() string {
	m := r.meta
	text := func(ok bool, s string) string {
		if !ok {
			return ""
		}
		return s
	}
	return text(m.exists, strconv.FormatInt(m.epoch, 10)) + " " + text(m.published, strconv.FormatInt(m.version, 10)) + " " +
		text(m.exists, m.runID) + " " + text(m.rebuilding, m.token)
}

// state is the script "state".
func (r *redisState) state(bugs bugs) lottery.RedisState {
	m := r.meta
	if !m.exists {
		return lottery.RedisState{Seen: r.seen()}
	}
	st := lottery.RedisState{Seen: r.seen(), Found: true, SameServer: m.runID == r.runID || bugs.has(NoRunID), Epoch: m.epoch}
	if m.published {
		st.Version = m.version
	}
	st.Whole = m.counted && len(r.users) == m.users && len(r.records) == m.records &&
		len(r.journal) == len(r.holds) && m.out == r.out() || bugs.has(LostKeyUnseen)
	return st
}

// suspend is the script "suspend".
func (r *redisState) suspend(seen, token, runID string) bool {
	m := r.meta
	if r.seen() != seen {
		return false
	}
	now := r.clock()
	if age := now - m.alive; m.rebuilding && m.living && max(age, -age) < leaseMillis {
		return false
	}
	if m.rebuilding && m.living {
		r.overtakes++
	}
	m.exists, m.epoch, m.runID = true, 0, runID
	m.rebuilding, m.token, m.living, m.alive = true, token, true, now
	m.counted, m.users, m.records = true, len(r.users), len(r.records)
	r.setMeta(m)
	return true
}

// renew is the script "renew".
func (r *redisState) renew(token string, gone bool, bugs bugs) error {
	m := r.meta
	if !m.rebuilding || m.token != token {
		if bugs.has(NoToken) {
			return nil
		}
		return errOvertaken
	}
	m.living, m.alive = !gone, r.clock()
	if gone {
		m.alive = 0
	}
	r.setMeta(m)
	return nil
}

// fenced tells whether a step of a rebuild may write.
func (r *redisState) fenced(token string, bugs bugs) bool {
	return r.meta.exists && r.meta.epoch == 0 && r.meta.rebuilding && r.meta.token == token || bugs.has(NoToken)
}

// forgetUndone is the script "undo" for one request.
func (r *redisState) forgetUndone(user, key lottery.Key) {
	if state, ok := r.users[user]; ok && unset(r, r.holds, key) && r.oneLess(user, key, state) {
		r.count(0, -1)
	}
	unset(r, r.journal, key)
}

// count notes how much was added to users and records.
func (r *redisState) count(users, records int) {
	m := r.meta
	m.users += users
	m.records += records
	r.setMeta(m)
}

// oneLess forgets one win of a user.
func (r *redisState) oneLess(user, key lottery.Key, state userState) (recorded bool) {
	if state.first && state.key == key {
		state.first, state.key, state.outcome = false, lottery.Key{}, outcome{}
	} else {
		recorded = unset(r, r.records, key)
	}
	state.draws, state.wins = max(state.draws-1, 0), max(state.wins-1, 0)
	set(r, r.users, user, state)
	return recorded
}

// remember is the script "remember" for one win.
func (r *redisState) remember(user, key lottery.Key, mark uint32, order int) {
	state := r.users[user]
	won := outcome{true, mark}
	if _, recorded := r.records[key]; !state.first && !recorded {
		state.first, state.key, state.outcome = true, key, won
		state.draws++
	} else if state.first && state.key == key {
		state.outcome = won
	} else if set(r, r.records, key, won) {
		state.draws++
		r.count(0, 1)
	}
	state.wins = max(state.wins, order)
	state.draws = max(state.draws, state.wins)
	if set(r, r.users, user, state) {
		r.count(1, 0)
	}
}

// forget is the script "forget".
func (r *redisState) forget(epoch, forgotten int64, user, key lottery.Key) {
	state, ok := r.users[user]
	if _, isHeld := r.holds[key]; !r.meta.exists || r.meta.epoch != epoch || r.meta.forgotten != forgotten || !ok || isHeld {
		return
	}
	o, ok := r.records[key]
	if state.first && state.key == key {
		o, ok = state.outcome, true
	}
	if !ok || !o.win {
		return
	}
	m := r.meta
	m.forgotten++
	r.setMeta(m)
	if unset(r, r.records, key) {
		r.count(0, -1)
	}
	r.oneLess(user, key, state)
}

// settle is the script "settle" for one request.
func (r *redisState) settle(key lottery.Key) {
	unset(r, r.holds, key)
	unset(r, r.journal, key)
}

// keepAside is the script "aside" for one request.
func (r *redisState) keepAside(key lottery.Key) {
	if h, ok := r.holds[key]; ok {
		set(r, r.aside, key, h)
	}
}

// clear is the script "clear".
func (r *redisState) clear() {
	drop(r, &r.units)
	drop(r, &r.free)
	drop(r, &r.journal)
	drop(r, &r.holds)
}

// fill is the script "fill" for counters and units.
func (r *redisState) fill(next map[int]int64, free []unit) {
	for prize, n := range next {
		set(r, r.units, prize, n)
	}
	for _, u := range free {
		set(r, r.free, u, struct{}{})
	}
}

// resume is the script "resume". out is how many units are gone, -1 if that was not set.
func (r *redisState) resume(token string, epoch, version int64, runID string, out int64, bugs bugs) error {
	m := r.meta
	if !r.fenced(token, bugs) || m.runID != runID && !bugs.has(NoToken) {
		return errOvertaken
	}
	if whole := len(r.users) == m.users && len(r.records) == m.records && (out < 0 || out == r.out()); !whole && !bugs.has(LostInRebuild) {
		return errOvertaken
	}
	m.exists, m.epoch, m.published, m.version, m.runID = true, epoch, true, version, runID
	m.counted, m.users, m.records, m.out = true, len(r.users), len(r.records), r.out()
	m.rebuilding, m.token, m.living, m.alive = false, "", false, 0
	r.setMeta(m)
	return nil
}

// raise is the script "raise".
func (r *redisState) raise(version int64) {
	if m := r.meta; m.published && m.version < version {
		m.version = version
		r.setMeta(m)
	}
}

// due are the journal's entries with scores in a range, in its order.
func (r *redisState) due(from, to int64, limit int) []lottery.Key {
	var keys []lottery.Key
	for k, at := range r.journal {
		if from <= at && at <= to {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b lottery.Key) int {
		if r.journal[a] != r.journal[b] {
			return int(max(-1, min(1, r.journal[a]-r.journal[b])))
		}
		return slices.Compare(a[:], b[:])
	})
	return keys[:min(limit, len(keys))]
}
