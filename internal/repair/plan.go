// Package repair works out which wins can be written to a ledger again after it was
// brought back from an older copy. It decides, and touches no store.
//
// There are two witnesses. Redis keeps the last wins that were committed, with all
// that a row has. Clients keep the answers that they got, which name the unit and its
// code; the dice of the row are cast again.
package repair

import (
	"cmp"
	"slices"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Told is a win that a client was told of.
type Told struct {
	User, Request, Proof string
	Prize                string // id
	Unit                 int64
	Code                 string
}

// Unit names a unit of an activity.
type Unit struct {
	Prize int
	No    int64
}

// Evidence is what is known of an activity.
type Evidence struct {
	Activity *lottery.Activity // of the ledger
	Rows     []lottery.WinRow  // of the ledger
	Recent   []lottery.WinRow  // wins that Redis saw committed
	Told     []Told            // wins of clients' logs
	Codes    map[Unit]string   // of the units that Recent and Told name
}

// Reason is why a win cannot be written again.
type Reason string

// The reasons.
const (
	OtherWin  Reason = "other-win"  // its request has another win in the ledger
	UnitTaken Reason = "unit-taken" // its unit was won by somebody else since
	NoUnit    Reason = "no-unit"    // there is no such prize or unit
	OtherCode Reason = "other-code" // the unit has another code than the client was told
	OtherDice Reason = "other-dice" // the committed dice of the request do not give this prize
)

// Conflict is a win that cannot be written again.
type Conflict struct {
	Row    lottery.WinRow // as far as it is known; Prize is -1 without a prize of that name
	Reason Reason
}

// Plan is what a repair does.
type Plan struct {
	Present   int              // wins of the evidence that the ledger has
	Insert    []lottery.WinRow // to be written, in the ledger's epoch
	Conflicts []Conflict
	// Blind is how many of Insert have a word that nobody knows: random dice, and only
	// the client's word for the win.
	Blind int
}

type request struct{ user, request string }

type order struct {
	user string
	n    int
}

// planner remembers what is taken.
type planner struct {
	evidence Evidence
	plan     Plan
	wins     map[request]lottery.WinRow
	units    map[Unit]bool
	orders   map[order]bool
}

// Make works out the plan. Wins that Redis remembers come first: they have their own
// place among the user's wins.
func Make(e Evidence) Plan {
	p := &planner{evidence: e, wins: make(map[request]lottery.WinRow), units: make(map[Unit]bool), orders: make(map[order]bool)}
	for _, w := range e.Rows {
		p.take(w)
	}
	for _, w := range e.Recent {
		p.add(w, "", nil)
	}
	for _, t := range e.Told {
		p.tell(t)
	}
	slices.SortFunc(p.plan.Insert, func(a, b lottery.WinRow) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Request, b.Request))
	})
	return p.plan
}

func (p *planner) take(w lottery.WinRow) {
	p.wins[request{w.User, w.Request}] = w
	p.units[Unit{w.Prize, w.Unit}] = true
	p.orders[order{w.User, w.Order}] = true
}

// tell makes a row of what a client was told.
func (p *planner) tell(t Told) {
	a := p.evidence.Activity
	ticket := a.Ticket(lottery.Entry{Activity: a.Spec.ID, User: t.User, Request: t.Request, Proof: t.Proof})
	w := lottery.WinRow{User: t.User, Request: t.Request, Mark: ticket.Mark, Hold: lottery.Hold{
		Prize: slices.IndexFunc(a.Spec.Prizes, func(x lottery.Prize) bool { return x.ID == t.Prize }), Unit: t.Unit, Version: a.Version,
	}}
	if a.Spec.Dice == lottery.DiceCommitted {
		w.Word = ticket.Word
	}
	p.add(w, t.Code, &ticket)
}

// add plans to insert a win, if nothing speaks against it. ticket is of a win that only
// a client tells of.
func (p *planner) add(w lottery.WinRow, code string, ticket *lottery.Ticket) {
	w.Activity, w.Epoch = p.evidence.Activity.Spec.ID, p.evidence.Activity.Epoch
	unit := Unit{w.Prize, w.Unit}
	known, exists := p.evidence.Codes[unit]
	var against Reason
	switch have, found := p.wins[request{w.User, w.Request}]; {
	case found && have.Prize == w.Prize && have.Unit == w.Unit:
		p.plan.Present++
		return
	case found:
		against = OtherWin
	case w.Prize < 0 || !exists:
		against = NoUnit
	case code != "" && code != known:
		against = OtherCode
	case p.units[unit]:
		against = UnitTaken
	case ticket != nil && p.evidence.Activity.Spec.Dice == lottery.DiceCommitted && !chosen(p.evidence.Activity, ticket, w.Prize):
		against = OtherDice
	}
	if against != "" {
		p.plan.Conflicts = append(p.plan.Conflicts, Conflict{w, against})
		return
	}
	if w.Order == 0 || p.orders[order{w.User, w.Order}] {
		for w.Order = 1; p.orders[order{w.User, w.Order}]; w.Order++ {
		}
	}
	if ticket != nil && w.Word == 0 {
		p.plan.Blind++
	}
	p.take(w)
	p.plan.Insert = append(p.plan.Insert, w)
}

// chosen tells whether the dice give the prize, or a prize that falls back to it.
func chosen(a *lottery.Activity, t *lottery.Ticket, prize int) bool {
	return t.Prize != lottery.Blank && slices.Contains(a.Chain(t.Prize), prize)
}
