package audit

import (
	"context"
	"fmt"
)

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
	findings := [8]*finding{}
	for i, rule := range rules() {
		v := &finding{Invariant: Invariant{ID: fmt.Sprintf("I%d", i+1), Name: rule.name}, show: c.opt.Show}
		for _, check := range rule.checks {
			check(c, v)
		}
		findings[i] = v
	}
	return c.report(findings)
}

// rule is an invariant with what has to be looked at for it.
type rule struct {
	name   string
	checks []func(*checker, *finding)
}

func rules() [8]rule {
	type checks = []func(*checker, *finding)
	return [8]rule{
		{"no lost win", checks{(*checker).winsAreInLedger, (*checker).ledgerIsTheNewest}},
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
