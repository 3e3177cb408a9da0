package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Options tune a check. The zero value is usable.
type Options struct {
	// Overdue is the age from which a hold in the journal is stranded. By
	// default, 30 s.
	Overdue time.Duration
	// RedisLostData says that Redis lost data while the log was written (a crash
	// without appendfsync always, a wipe). Losses and draw counts live in Redis
	// alone, so a loss may then have been drawn again and a draw limit passed;
	// these are counted instead of called broken. Wins must survive all the same.
	RedisLostData bool
	// Commitments are the published ones, activity to hex SHA-256, to compare
	// with the ledger's secrets.
	Commitments map[string]string
	// Show is how many offenders each invariant lists. By default, 10.
	Show int
}

func (o Options) withDefaults() Options {
	if o.Overdue <= 0 {
		o.Overdue = 30 * time.Second
	}
	if o.Show <= 0 {
		o.Show = 10
	}
	return o
}

// Run is [Load], with the log added, and [Check].
func Run(ctx context.Context, src Sources, log *Log, opt Options) (*Report, error) {
	ev, err := Load(ctx, src)
	if err != nil {
		return nil, err
	}
	ev.Log = log
	return Check(ev, opt), nil
}

// Check compares the evidence, whose Ledger must not be nil. Time and memory
// are linear in ledger rows and answers; it changes nothing and does no I/O.
func Check(ev Evidence, opt Options) *Report {
	c := newChecker(ev, opt.withDefaults())
	verdicts := [8]*verdict{}
	for i, rule := range rules() {
		v := &verdict{Invariant: Invariant{ID: fmt.Sprintf("I%d", i+1), Name: rule.name}, show: c.opt.Show}
		for _, check := range rule.checks {
			check(c, v)
		}
		verdicts[i] = v
	}
	return c.report(verdicts)
}

// rule is an invariant with what has to be looked at for it.
type rule struct {
	name   string
	checks []func(*checker, *verdict)
}

func rules() [8]rule {
	type checks = []func(*checker, *verdict)
	return [8]rule{
		{"no lost win", checks{(*checker).winsAreInLedger}},
		{"no oversell", checks{(*checker).schemaInForce, (*checker).unitsAreWhole, (*checker).unitsWonOnce}},
		{"one answer", checks{(*checker).answersAgree, (*checker).lossesStayLosses, (*checker).winsAreReplayed}},
		{"conservation", checks{(*checker).countersAddUp}},
		{"no stranding", checks{(*checker).holdsAreYoung, (*checker).promisesAreKept}},
		{"limits", checks{(*checker).winOrders, (*checker).redisCounts, (*checker).answeredDraws}},
		{"fence", checks{(*checker).epochs}},
		{"fair", checks{(*checker).commitments, (*checker).rowsFollowDice, (*checker).lossesFollowDice,
			(*checker).winsFitWeights, (*checker).drawsFitWeights}},
	}
}

// verdict gathers what is found about one invariant.
type verdict struct {
	Invariant
	show   int
	looked bool // at least one part could be checked
}

// look counts n facts as looked at. n may be 0: there was nothing to object to.
func (v *verdict) look(n int) {
	v.Checked += int64(n)
	v.looked = true
}

func (v *verdict) broke(format string, args ...any) {
	v.looked = true
	v.Breaks++
	if len(v.Offenders) < v.show {
		v.Offenders = append(v.Offenders, fmt.Sprintf(format, args...))
	}
}

// skip notes a part that could not be checked. Equal reasons are listed once.
func (v *verdict) skip(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	if !slices.Contains(v.NotChecked, reason) {
		v.NotChecked = append(v.NotChecked, reason)
	}
}

func (v *verdict) close() Invariant {
	switch {
	case v.Breaks > 0:
		v.Status = Broken
	case v.looked:
		v.Status = Held
	default:
		v.Status = NotChecked
	}
	return v.Invariant
}

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

// report puts the verdicts together. Empty lists are lists in JSON, not null.
func (c *checker) report(verdicts [8]*verdict) *Report {
	r := &Report{Version: FormatVersion, Held: true, Complete: true, Counts: c.counts}
	for i, v := range verdicts {
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

func (a *account) commitment() string {
	sum := lottery.Commitment(a.book.Record.Secret)
	return hex.EncodeToString(sum[:])
}

// commitments compares the ledger's secrets with what was published.
func (c *checker) commitments(v *verdict) {
	for _, a := range c.accounts {
		want, ok := c.opt.Commitments[a.id]
		if !ok {
			continue
		}
		v.look(1)
		if !strings.EqualFold(strings.TrimSpace(want), a.commitment()) {
			v.broke("the dice secret of activity %s is not the one committed to: its SHA-256 is %s", a.id, a.commitment())
		}
	}
}
