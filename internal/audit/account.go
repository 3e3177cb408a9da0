package audit

import (
	"encoding/hex"
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// account is one activity's book with what follows from it.
type account struct {
	id       string
	book     *Book
	state    *State // nil if Redis was left out
	units    int64
	rowOf    map[owner]int // request -> index of its row
	winsOf   map[string]int
	left     []int64 // by prize: units of the spec's stock that nobody won
	versions map[int64]*lottery.Activity
	// rebuilt says that Redis may have been rebuilt while draws were taken.
	// Units, win numbers and losses can then be explained in ways that leave no
	// trace in the ledger, and what rests on the order of draws is not judged.
	rebuilt bool
}

// firstEpoch is the one in which draws begin: a new activity is in epoch 1, and
// filling Redis for it is the first rebuild.
const firstEpoch = 2

// owner is a request within an activity.
type owner struct{ user, request string }

func newAccount(b *Book, s *State) *account {
	spec := b.Record.Spec
	a := &account{
		id: spec.ID, book: b, state: s, rowOf: make(map[owner]int, len(b.Rows)),
		winsOf: make(map[string]int), left: make([]int64, len(spec.Prizes)),
		versions: make(map[int64]*lottery.Activity),
		rebuilt:  b.Record.Epoch > firstEpoch,
	}
	for i, p := range spec.Prizes {
		a.left[i] = p.Stock
	}
	for _, st := range b.Stocks {
		a.units += st.Units
	}
	for i, r := range b.Rows {
		a.rowOf[owner{r.User, r.Request}] = i
		a.winsOf[r.User]++
		if a.knows(r.Prize) {
			a.left[r.Prize]--
		}
	}
	for _, v := range b.Versions {
		if len(v.Spec.Prizes) != len(spec.Prizes) {
			continue // the service forbids it; rows of it count as unexplained
		}
		rec := b.Record
		rec.Spec, rec.Version = v.Spec, v.Number
		a.versions[v.Number] = lottery.NewActivity(rec)
	}
	return a
}

// knows tells whether prize is an index into the spec's prizes.
func (a *account) knows(prize int) bool { return prize >= 0 && prize < len(a.left) }

// prize is the id of a prize, or its number if there is none.
func (a *account) prize(index int) string {
	switch {
	case a.knows(index):
		return a.book.Record.Spec.Prizes[index].ID
	case index == lottery.Blank:
		return "nothing"
	}
	return fmt.Sprintf("#%d", index)
}

func (a *account) row(o owner) (*Row, int) {
	i, ok := a.rowOf[o]
	if !ok {
		return nil, -1
	}
	return &a.book.Rows[i], i
}

// name is a row in words, without its code, which is worth money.
func (a *account) name(r *Row) string {
	return fmt.Sprintf("%s unit %d of user %q request %q in activity %s", a.prize(r.Prize), r.Unit, r.User, r.Request, a.id)
}

// alive returns the state if draws could be taken from it, or why it cannot be
// used.
func (a *account) alive() (*State, string) {
	switch {
	case a.state == nil:
		return nil, "no Redis URL was given"
	case a.state.Dead != "":
		return nil, fmt.Sprintf("activity %s: %s", a.id, a.state.Dead)
	}
	return a.state, ""
}

// atRest returns the state if ledger and Redis can be compared unit by unit.
func (a *account) atRest() (*State, string) {
	s, why := a.alive()
	if s != nil && s.Restless != "" {
		return nil, fmt.Sprintf("activity %s: %s", a.id, s.Restless)
	}
	return s, why
}

// uncertain says why the state at the end does not tell what was so at every
// moment before, or "": it does only if ledger and Redis are at rest and holds
// never went back.
func (a *account) uncertain() string {
	if a.rebuilt {
		return fmt.Sprintf("activity %s: Redis was rebuilt, so it is not known which units were held at which time", a.id)
	}
	_, why := a.atRest()
	return why
}

func (a *account) commitment() string {
	sum := lottery.Commitment(a.book.Record.Secret)
	return hex.EncodeToString(sum[:])
}
