package audit

// noLog is why what only a log can show was not checked.
const noLog = "no log of answers was given"

// checker is the evidence, indexed.
type checker struct {
	ev       Evidence
	opt      Options
	accounts []*account // in the order of the ledger's books
	byID     map[string]*account
	requests []*request // of the log, in order of appearance
	counts   Counts
}

func newChecker(ev Evidence, opt Options) *checker {
	c := &checker{ev: ev, opt: opt, byID: make(map[string]*account)}
	for _, b := range ev.Ledger.Books {
		a := newAccount(b, ev.Redis[b.Record.Spec.ID])
		c.accounts = append(c.accounts, a)
		c.byID[a.id] = a
		c.counts.Rows += int64(len(b.Rows))
		c.counts.Units += a.units
		if a.state != nil {
			c.counts.Journal += int64(len(a.state.Journal))
		}
	}
	if ev.Log != nil {
		c.gather(ev.Log.Answers)
	}
	return c
}

// gather groups the answers by request and counts them.
func (c *checker) gather(answers []Answer) {
	type key struct {
		activity string
		owner
	}
	index := make(map[key]*request)
	for i := range answers {
		a := &answers[i]
		c.counts.Answers++
		activity := a.Activity
		if activity == "" && len(c.accounts) == 1 {
			activity = c.accounts[0].id // it can be no other
		}
		if c.ev.Only != "" && activity != c.ev.Only {
			c.counts.Elsewhere++
			continue
		}
		c.count(a.Result)
		if a.User == "" || a.Request == "" {
			continue // a refusal or a lost connection that names nobody
		}
		k := key{activity, owner{a.User, a.Request}}
		q := index[k]
		if q == nil {
			q = &request{activity: activity, owner: k.owner}
			index[k] = q
			c.requests = append(c.requests, q)
		}
		q.hear(a)
	}
	c.counts.Requests = int64(len(c.requests))
}

func (c *checker) count(r Result) {
	switch r {
	case Win:
		c.counts.Wins++
	case Loss:
		c.counts.Losses++
	case Pending:
		c.counts.Pendings++
	case Refused:
		c.counts.Refusals++
	default:
		c.counts.Unknowns++
	}
}

// report puts the findings together. Empty lists are lists in JSON, not null.
func (c *checker) report(findings [8]*finding) *Report {
	r := &Report{Version: FormatVersion, Held: true, Complete: true, Counts: c.counts}
	for i, v := range findings {
		r.Invariants[i] = v.close()
		iv := &r.Invariants[i]
		iv.Offenders, iv.NotChecked = append([]string{}, iv.Offenders...), append([]string{}, iv.NotChecked...)
		r.Held = r.Held && v.Status != Broken
		r.Complete = r.Complete && len(v.NotChecked) == 0
	}
	r.Activities = []ActivitySummary{}
	for _, a := range c.accounts {
		rec := a.book.Record
		r.Activities = append(r.Activities, ActivitySummary{
			ID: a.id, Version: rec.Version, Epoch: rec.Epoch, Closed: rec.Closed,
			Won: int64(len(a.book.Rows)), Units: a.units, Commitment: a.commitment(),
		})
	}
	r.Malformed = []Malformed{}
	if c.ev.Log != nil {
		r.Malformed = append(r.Malformed, c.ev.Log.Malformed...)
	}
	return r
}
