package audit

import "time"

// winsAreInLedger is I1: every acknowledged win is a row with the same prize,
// unit and code. It looks at every answer, not at one for each request.
func (c *checker) winsAreInLedger(v *finding) {
	if c.ev.Log == nil {
		v.skip(noLog)
		return
	}
	v.look(0)
	c.eachAnswer(func(a *Answer, acc *account) {
		if a.Result != Win {
			return
		}
		v.look(1)
		if acc == nil {
			v.broke("a win was acknowledged to user %q request %q in activity %q, which is not in the ledger", a.User, a.Request, a.Activity)
			return
		}
		row, _ := acc.row(owner{a.User, a.Request})
		switch {
		case row == nil:
			v.broke("the win of %s unit %d, acknowledged to user %q request %q in activity %s, is not in the ledger", a.Prize, a.Unit, a.User, a.Request, acc.id)
		case acc.prize(row.Prize) != a.Prize || row.Unit != a.Unit:
			v.broke("user %q request %q in activity %s was answered with %s unit %d, but the ledger has %s unit %d", a.User, a.Request, acc.id, a.Prize, a.Unit, acc.prize(row.Prize), row.Unit)
		case row.Code != a.Code:
			v.broke("the code in the answer for %s is not the code of the unit", acc.name(row))
		}
	})
}

// ledgerIsTheNewest: the ledger has all that Redis has seen in it. One that has less
// was brought back from an older copy.
func (c *checker) ledgerIsTheNewest(v *finding) {
	for _, a := range c.accounts {
		if a.state == nil || a.state.Before == (Seen{}) {
			continue
		}
		v.look(1)
		if seen, has := a.state.Before, (Seen{int64(len(a.book.Rows)), a.book.Record.Epoch}); seen.Wins > has.Wins || seen.Epoch > has.Epoch {
			v.broke("the ledger of activity %s was brought back from an older copy: it has %d wins and epoch %d, Redis has seen %d wins and epoch %d",
				a.id, has.Wins, has.Epoch, seen.Wins, seen.Epoch)
		}
	}
}

// eachAnswer hands over every answer that names its user and request and
// belongs to the activities that were asked for; acc is nil if the ledger does
// not know the activity.
func (c *checker) eachAnswer(f func(a *Answer, acc *account)) {
	for i := range c.ev.Log.Answers {
		a := &c.ev.Log.Answers[i]
		acc := c.byID[a.Activity]
		if a.Activity == "" && len(c.accounts) == 1 {
			acc = c.accounts[0]
		}
		if a.User == "" || a.Request == "" || acc == nil && c.ev.Only != "" {
			continue
		}
		f(a, acc)
	}
}

// answersAgree is the half of I3 that the log shows by itself.
func (c *checker) answersAgree(v *finding) {
	if c.ev.Log == nil {
		v.skip(noLog)
		return
	}
	v.look(len(c.requests))
	wins := make(map[winner]*Answer)
	c.eachAnswer(func(a *Answer, _ *account) {
		if a.Crossed {
			v.broke("user %q request %q in activity %s was answered with another draw", a.User, a.Request, a.Activity)
		}
		if a.Result != Win {
			return
		}
		k := winner{a.Activity, owner{a.User, a.Request}}
		b := wins[k]
		if b == nil {
			wins[k] = a
			return
		}
		switch {
		case a.Prize != b.Prize || a.Unit != b.Unit:
			v.broke("user %q request %q in activity %s was answered with both %s unit %d and %s unit %d", a.User, a.Request, a.Activity, b.Prize, b.Unit, a.Prize, a.Unit)
		case a.Code != b.Code:
			v.broke("user %q request %q in activity %s was answered with two codes for %s unit %d", a.User, a.Request, a.Activity, a.Prize, a.Unit)
		}
	})
	for _, q := range c.requests {
		c.contradictions(q, v)
	}
}

type winner struct {
	activity string
	owner
}

// contradictions are answers of different kinds to one request. A loss that
// turns into a win later is a contradiction too, unless Redis lost data.
func (c *checker) contradictions(q *request, v *finding) {
	switch {
	case q.win != nil && q.loss != nil && q.lastLoss.after(q.earliestWin):
		v.broke("%s was answered with a loss after the win of %s unit %d", q, q.win.Prize, q.win.Unit)
	case q.win != nil && q.loss != nil && c.opt.RedisLostData:
		c.counts.Forgotten++
	case q.win != nil && q.loss != nil:
		v.broke("%s was answered with both a loss and the win of %s unit %d", q, q.win.Prize, q.win.Unit)
	}
	switch r := q.lastRefusal; {
	case r.after(q.earliestWin):
		v.broke("%s was refused as %s after the win of %s unit %d", q, r.Kind, q.win.Prize, q.win.Unit)
	case r.after(q.earliestLoss) && !c.opt.RedisLostData && !c.expired(q, r):
		v.broke("%s was refused as %s after its loss", q, r.Kind)
	}
}

// expired tells whether Redis may rightly have forgotten q's loss by the time a
// was sent: answers are kept for some time after the end, not for ever.
func (c *checker) expired(q *request, a *Answer) bool {
	acc := c.byID[q.activity]
	return acc != nil && a.Sent.After(acc.book.Record.Spec.Ends)
}

// clockSkew is how far the clocks of client and Postgres may be apart.
const clockSkew = 5 * time.Second

// lossesStayLosses is the half of I3 that the ledger shows: a request that was
// answered "loss" has no row.
func (c *checker) lossesStayLosses(v *finding) {
	for _, q := range c.requests {
		acc := c.byID[q.activity]
		if acc == nil || q.loss == nil || q.win != nil {
			continue // a win in the log was compared above
		}
		row, _ := acc.row(q.owner)
		switch {
		case row == nil:
		case c.opt.RedisLostData && !q.lastLoss.after(row.At.Add(clockSkew)):
			c.counts.Forgotten++
		default:
			v.broke("%s was answered with a loss, and the ledger has its win of %s unit %d", q, acc.prize(row.Prize), row.Unit)
		}
	}
}

// winsAreReplayed is the half of I3 that Redis shows: a retry of any win must
// find it on record, or it would be drawn a second time.
func (c *checker) winsAreReplayed(v *finding) {
	for _, a := range c.accounts {
		s, why := a.alive()
		if s == nil {
			v.skip("replay of wins: %s", why)
			continue
		}
		v.look(len(s.Outcomes))
		for i, outcome := range s.Outcomes {
			row := &a.book.Rows[i]
			switch {
			case outcome == "":
				v.broke("Redis forgot the win of %s: a retry would draw again", a.name(row))
			case outcome[0] != 'W':
				v.broke("Redis has a loss on record for %s", a.name(row))
			case outcome[1:] != markBytes(row.Mark):
				v.broke("Redis has another proof on record for %s: a retry would be refused", a.name(row))
			}
		}
	}
}

// markBytes is how Redis keeps a condensed proof: not at all if it is 0.
func markBytes(mark uint32) string {
	if mark == 0 {
		return ""
	}
	return string([]byte{byte(mark >> 24), byte(mark >> 16), byte(mark >> 8), byte(mark)})
}
