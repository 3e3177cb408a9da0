package audit

import "time"

// holdsAreYoung is I5 as Redis shows it: nothing stays in the journal for long,
// and a hold without a journal entry would stay for ever.
func (c *checker) holdsAreYoung(v *finding) {
	for _, a := range c.accounts {
		s, why := a.alive()
		if s == nil {
			v.skip("%s", why)
			continue
		}
		v.look(len(s.Journal))
		journaled := make(map[string]bool, len(s.Journal))
		for _, z := range s.Journal {
			key, _ := z.Member.(string)
			journaled[key] = true
			age := s.Now.Sub(time.UnixMilli(int64(z.Score))).Round(time.Millisecond)
			hold, held := s.Holds[key]
			switch {
			case age <= c.opt.Overdue:
				// Young; between the two halves of a confirmation it may lack its hold.
			case held:
				v.broke("a hold in activity %s waits for %s (prize,unit,order,version,word,mark,…: %q)", a.id, age, hold)
			default:
				v.broke("the journal of activity %s has an entry without a hold, %s old (key %x)", a.id, age, key)
			}
		}
		for _, key := range s.Orphans {
			if s.Restless != "" {
				v.skip("wins on record without a hold or a row: activity %s: %s", a.id, s.Restless)
				break
			}
			v.broke("a win is on record in activity %s that has neither a hold nor a row: its request cannot be answered (key %x)", a.id, key)
		}
		for key, hold := range s.Aside {
			v.broke("a hold that the ledger cannot take was set aside in activity %s (key %x: %q)", a.id, key, hold)
		}
		for i, size := range s.Sizes {
			if size.Has != size.Must {
				v.broke("Redis lost a part of activity %s: %s has %d entries and must have %d", a.id, [...]string{"users", "records"}[i], size.Has, size.Must)
			}
		}
		for key, hold := range s.Holds {
			if !journaled[key] {
				v.broke("a hold in activity %s is not in the journal and will never end (key %x: %q)", a.id, key, hold)
			}
		}
	}
}

// promisesAreKept is I5 as the client saw it: what was answered "pending" has a
// row once nothing is in flight.
func (c *checker) promisesAreKept(v *finding) {
	if c.ev.Log == nil {
		v.skip(noLog)
		return
	}
	v.look(0)
	for _, q := range c.requests {
		acc := c.byID[q.activity]
		if q.pending == nil || q.final() || acc == nil {
			continue
		}
		v.look(1)
		if row, _ := acc.row(q.owner); row != nil {
			continue
		}
		// A hold may have gone with Redis; the client's retry draws again.
		if why := acc.uncertain(); why != "" {
			v.skip("pending draws: %s", why)
		} else {
			v.broke("%s was answered as pending, but there is neither a hold nor a win for it", q)
		}
	}
}
