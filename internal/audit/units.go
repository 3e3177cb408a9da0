package audit

import (
	"strconv"
	"strings"
)

// schemaInForce is the structural half of I2: the promises must not only be
// kept but be impossible to break.
func (c *checker) schemaInForce(v *finding) {
	v.look(len(promises()))
	for _, m := range c.ev.Ledger.Missing {
		v.broke("%s", m)
	}
}

// unitsAreWhole: the unit table holds 1..stock of each prize, once, with
// distinct codes.
func (c *checker) unitsAreWhole(v *finding) {
	for _, a := range c.accounts {
		v.look(int(a.units))
		byPrize := make(map[int]Stock)
		for _, s := range a.book.Stocks {
			byPrize[s.Prize] = s
			if !a.knows(s.Prize) {
				v.broke("activity %s has %d units of prize #%d, which is not in its spec", a.id, s.Units, s.Prize)
			}
		}
		for i, p := range a.book.Record.Spec.Prizes {
			s := byPrize[i]
			if s.Units != s.Distinct {
				v.broke("prize %s in activity %s has %d units with %d distinct numbers", p.ID, a.id, s.Units, s.Distinct)
			}
			if s.Distinct != p.Stock || p.Stock > 0 && (s.Min != 1 || s.Max != p.Stock) {
				v.broke("prize %s in activity %s has %d units numbered %d to %d, its stock is 1 to %d", p.ID, a.id, s.Distinct, s.Min, s.Max, p.Stock)
			}
		}
		for _, units := range a.book.Repeated {
			v.broke("units in activity %s share one code (prize:unit): %s", a.id, units)
		}
	}
}

// unitsWonOnce: no unit twice, and only units that exist. A request with two
// rows is listed here too: the same key was broken.
func (c *checker) unitsWonOnce(v *finding) {
	type unit struct {
		prize int
		no    int64
	}
	for _, a := range c.accounts {
		v.look(len(a.book.Rows))
		winner := make(map[unit]*Row, len(a.book.Rows))
		for i := range a.book.Rows {
			r := &a.book.Rows[i]
			u := unit{r.Prize, r.Unit}
			if other := winner[u]; other != nil {
				v.broke("%s was also won by user %q request %q", a.name(r), other.User, other.Request)
			} else {
				winner[u] = r
			}
			if _, last := a.row(owner{r.User, r.Request}); last != i {
				v.broke("the request of %s has another row, %s", a.name(r), a.name(&a.book.Rows[last]))
			}
			switch {
			case !a.knows(r.Prize), r.Unit < 1, r.Unit > a.book.Record.Spec.Prizes[r.Prize].Stock:
				v.broke("%s is beyond the stock of the spec", a.name(r))
			case r.Code == "":
				v.broke("%s is not in the unit table", a.name(r))
			}
		}
	}
}

// countersAddUp is I4: at rest, every unit that Redis handed out is either won
// or free, and none is both. Where the ledger chose the units, the numbers in
// Redis name none, and what remains is that they add up.
func (c *checker) countersAddUp(v *finding) {
	for _, a := range c.accounts {
		s, why := a.atRest()
		if s == nil {
			v.skip("%s", why)
			continue
		}
		won := make([]map[int64]bool, len(a.left))
		for i := range won {
			won[i] = make(map[int64]bool)
		}
		for _, r := range a.book.Rows {
			if a.knows(r.Prize) {
				won[r.Prize][r.Unit] = true
			}
		}
		next := a.counters(s, v)
		free := a.freeUnits(s, won, next, v)
		for i := range won {
			v.look(1)
			for unit := range won[i] {
				if unit > next[i] && !a.book.Chosen {
					v.broke("%s unit %d in activity %s is won, but Redis has handed out only %d", a.prize(i), unit, a.id, next[i])
				}
			}
			if got := int64(len(won[i])); next[i]-free[i] != got {
				v.broke("%s in activity %s: Redis handed out %d units, %d of them are free again; the ledger has %d won, so %+d are unaccounted for",
					a.prize(i), a.id, next[i], free[i], got, next[i]-free[i]-got)
			}
		}
	}
}

// counters reads the highest unit handed out of each prize.
func (a *account) counters(s *State, v *finding) []int64 {
	next := make([]int64, len(a.left))
	for field, text := range s.Units {
		prize, err1 := strconv.Atoi(field)
		n, err2 := strconv.ParseInt(text, 10, 64)
		if err1 != nil || err2 != nil || !a.knows(prize) {
			v.broke("activity %s has the unknown counter %q = %q in Redis", a.id, field, text)
			continue
		}
		next[prize] = n
		if stock := a.book.Record.Spec.Prizes[prize].Stock; n < 0 || n > stock {
			v.broke("Redis has handed out %d units of %s in activity %s, its stock is %d", n, a.prize(prize), a.id, stock)
		}
	}
	return next
}

// freeUnits counts the returned units of each prize and objects to those that
// cannot be free.
func (a *account) freeUnits(s *State, won []map[int64]bool, next []int64, v *finding) []int64 {
	free := make([]int64, len(a.left))
	for _, z := range s.Free {
		member, _ := z.Member.(string)
		index, no, _ := strings.Cut(member, ":")
		prize, err1 := strconv.Atoi(index)
		unit, err2 := strconv.ParseInt(no, 10, 64)
		if err1 != nil || err2 != nil || !a.knows(prize) || z.Score != float64(prize) {
			v.broke("activity %s has the unknown free unit %q with score %g in Redis", a.id, member, z.Score)
			continue
		}
		free[prize]++
		switch {
		case won[prize][unit] && !a.book.Chosen:
			v.broke("%s unit %d in activity %s is won, but free in Redis", a.prize(prize), unit, a.id)
		case unit < 1 || unit > next[prize]:
			v.broke("%s unit %d in activity %s is free in Redis, which has handed out only %d", a.prize(prize), unit, a.id, next[prize])
		}
	}
	return free
}
