package audit

import "slices"

// winOrders is I6 as the ledger shows it: the wins of a user are numbered
// without repetition, from 1, and no number exceeds the limit.
func (c *checker) winOrders(v *finding) {
	for _, a := range c.accounts {
		_, limit := a.book.limits()
		v.look(len(a.winsOf))
		orders := make(map[string][]int, len(a.winsOf))
		for _, r := range a.book.Rows {
			orders[r.User] = append(orders[r.User], r.Order)
		}
		for _, r := range a.book.Rows { // in the ledger's order, so that reports repeat
			o := orders[r.User]
			if o == nil {
				continue
			}
			delete(orders, r.User)
			slices.Sort(o)
			a.winOrder(r.User, o, limit, v)
		}
	}
}

// winOrder judges the sorted win numbers of one user. Gaps are broken only if
// Redis was never rebuilt: a hold that is undone gives no number back.
func (a *account) winOrder(user string, orders []int, limit int, v *finding) {
	most := orders[len(orders)-1]
	switch {
	case len(slices.Compact(slices.Clone(orders))) < len(orders) || orders[0] < 1:
		v.broke("the wins of user %q in activity %s are numbered %v", user, a.id, orders)
	case limit > 0 && (most > limit || len(orders) > limit):
		v.broke("user %q won %d times in activity %s (win number %d), the limit is %d", user, len(orders), a.id, most, limit)
	case most > len(orders):
		if why := a.uncertain(); why != "" {
			v.skip("gaps in win numbers: %s", why)
			return
		}
		v.broke("the wins of user %q in activity %s are numbered %v, with gaps", user, a.id, orders)
	}
}

// redisCounts is I6 as Redis shows it: it never counts fewer wins than there
// are, nor more than the limits allow.
func (c *checker) redisCounts(v *finding) {
	for _, a := range c.accounts {
		s, why := a.alive()
		if s == nil {
			v.skip("counts in Redis: %s", why)
			continue
		}
		v.look(len(s.Winners) + int(s.Users))
		for _, r := range a.book.Rows {
			if r.Order != 1 && a.winsOf[r.User] > 1 {
				continue // one look a user is enough
			}
			if t, n := s.Winners[r.User], a.winsOf[r.User]; t.Wins < int64(n) {
				v.broke("Redis counts %d wins of user %q in activity %s, the ledger has %d", t.Wins, r.User, a.id, n)
			} else if t.Draws < int64(n) {
				v.broke("Redis counts %d draws of user %q in activity %s, who won %d times", t.Draws, r.User, a.id, n)
			}
		}
		excess := s.Excess
		if c.opt.RedisLostData && len(s.Overdrawn) > 0 {
			v.skip("draws of users in activity %s: Redis lost data, and draw counts with it", a.id)
		} else {
			excess = slices.Concat(excess, s.Overdrawn)
		}
		for _, e := range excess {
			draws, wins := a.book.limits()
			v.broke("%s; the limits of activity %s are %d draws and %d wins (0: none)", e, a.id, draws, wins)
		}
	}
}

// answeredDraws is I6 as the client saw it.
func (c *checker) answeredDraws(v *finding) {
	if c.ev.Log == nil {
		v.skip(noLog)
		return
	}
	type user struct{ activity, name string }
	draws := make(map[user]int)
	for _, q := range c.requests {
		acc := c.byID[q.activity]
		if acc == nil || !q.final() && q.pending == nil {
			continue
		}
		limit, _ := acc.book.limits()
		if limit == 0 {
			continue
		}
		if c.opt.RedisLostData {
			v.skip("answered draws in activity %s: Redis lost data, and draw counts with it", acc.id)
			continue
		}
		v.look(1)
		u := user{q.activity, q.user}
		if draws[u]++; draws[u] == limit+1 {
			v.broke("user %q got more than %d draws answered in activity %s", u.name, limit, u.activity)
		}
	}
}

// epochs is I7: no row comes from an epoch that the ledger has not reached, and
// Redis works under the ledger's.
func (c *checker) epochs(v *finding) {
	for _, a := range c.accounts {
		now := a.book.Record.Epoch
		v.look(len(a.book.Rows))
		for i := range a.book.Rows {
			if r := &a.book.Rows[i]; r.Epoch > now || r.Epoch < 1 {
				v.broke("%s is of epoch %d, the activity is in epoch %d", a.name(r), r.Epoch, now)
			}
		}
		s, why := a.alive()
		switch {
		case s == nil:
			v.skip("epoch of Redis: %s", why)
		case s.Epoch != now && s.Restless == movedEpoch:
			v.skip("epoch of Redis: activity %s: %s", a.id, s.Restless)
		case s.Epoch != now:
			v.broke("Redis accepts draws of activity %s in epoch %d, the ledger is in epoch %d", a.id, s.Epoch, now)
		}
	}
}
