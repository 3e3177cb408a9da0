package audit

import (
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// commitments compares the ledger's secrets with what was published.
func (c *checker) commitments(v *finding) {
	for _, a := range c.accounts {
		want, ok := c.opt.Commitments[a.id]
		if !ok {
			continue
		}
		v.look(1)
		if !strings.EqualFold(strings.TrimSpace(want), a.commitment()) {
			v.broke("the dice secret of activity %s does not match its commitment: the SHA-256 of the secret is %s", a.id, a.commitment())
		}
	}
}

// rowsFollowDice is I8, row by row: the word is the one the dice give (if they
// are committed), and the prize is what the word chooses or what stands in for
// it.
func (c *checker) rowsFollowDice(v *finding) {
	for _, a := range c.accounts {
		v.look(len(a.book.Rows))
		for i := range a.book.Rows {
			a.rowFollowsDice(&a.book.Rows[i], v)
		}
	}
}

func (a *account) rowFollowsDice(r *Row, v *finding) {
	act := a.versions[r.Version]
	if act == nil {
		v.broke("%s was drawn under version %d, of which the ledger has no record", a.name(r), r.Version)
		return
	}
	if act.Spec.Dice == lottery.DiceCommitted {
		if t := act.Ticket(a.entry(owner{r.User, r.Request})); t.Word != r.Word {
			v.broke("%s has the word %016x, but its dice give %016x", a.name(r), r.Word, t.Word)
			return
		}
	}
	chosen, ok := act.OutcomeOf(r.Word)
	if !ok || chosen == lottery.Blank {
		v.broke("%s has the word %016x, which chooses nothing", a.name(r), r.Word)
		return
	}
	chain := act.Chain(chosen)
	place := slices.Index(chain, r.Prize)
	if place < 0 {
		v.broke("%s has the word %016x, which chooses %s", a.name(r), r.Word, a.prize(chosen))
		return
	}
	a.standInIsDue(r, chain[:place], v)
}

// standInIsDue: a stand-in is given only when everything before it is sold out.
// What is left at the end tells about every moment before, unless a rebuild or a
// hold in flight brought units back.
func (a *account) standInIsDue(r *Row, before []int, v *finding) {
	for _, better := range before {
		if a.left[better] <= 0 {
			continue
		}
		if why := a.uncertain(); why != "" {
			v.skip("fallback prizes: %s", why)
			return
		}
		v.broke("%s was given as the fallback of %s, of which %d are left", a.name(r), a.prize(better), a.left[better])
		return
	}
}

func (a *account) entry(o owner) lottery.Entry {
	return lottery.Entry{Activity: a.id, User: o.user, Request: o.request}
}

// lossesFollowDice: a loss whose dice chose a prize needs a reason. Sold out
// and the win limit are reasons; which version of the weights was used is not
// known of a loss, so every version must object. It is judged only where the
// end of the run tells about every moment before: at rest and never rebuilt.
func (c *checker) lossesFollowDice(v *finding) {
	for _, q := range c.requests {
		acc := c.byID[q.activity]
		if acc == nil || q.loss == nil || acc.book.Record.Spec.Dice != lottery.DiceCommitted {
			continue
		}
		if row, _ := acc.row(q.owner); row != nil || q.win != nil {
			continue // a contradiction, and I3 says so
		}
		if why := acc.uncertain(); why != "" {
			v.skip("losses: %s", why)
			continue
		}
		v.look(1)
		if prize, ok := acc.unexplained(q.owner); ok {
			v.broke("%s lost, but its dice chose %s, which is in stock, and the user is below the win limit", q, acc.prize(prize))
		}
	}
}

// unexplained tells whether no version explains a loss of o, and names a prize
// that should have been won.
func (a *account) unexplained(o owner) (prize int, yes bool) {
	for _, act := range a.versions {
		t := act.Ticket(a.entry(o))
		if t.Prize == lottery.Blank || t.Blocked {
			return 0, false
		}
		if limit := act.Spec.WinsPerUser; limit > 0 && a.winsOf[o.user] >= limit {
			return 0, false
		}
		chain := act.Chain(t.Prize)
		i := slices.IndexFunc(chain, func(p int) bool { return a.left[p] > 0 })
		if i < 0 {
			return 0, false
		}
		prize, yes = chain[i], true
	}
	return prize, yes
}

// winsFitWeights tests, from the ledger alone, whether the prizes that the dice
// of the winners chose follow the weights. A prize whose chain ran dry stopped
// counting at some moment and is left out; among the others the odds stay as
// they are. Limits do not disturb this: they do not ask which prize it is.
func (c *checker) winsFitWeights(v *finding) {
	for _, a := range c.accounts {
		for _, ver := range a.book.Versions {
			act := a.versions[ver.Number]
			if act == nil {
				continue
			}
			seen, weights := make([]int64, len(a.left)), make([]uint64, len(a.left))
			for i, p := range ver.Spec.Prizes {
				if slices.ContainsFunc(act.Chain(i), func(p int) bool { return a.left[p] > 0 }) {
					weights[i] = p.Weight
				}
			}
			for _, r := range a.book.Rows {
				if r.Version != ver.Number {
					continue
				}
				if chosen, ok := act.OutcomeOf(r.Word); ok && chosen >= 0 && weights[chosen] > 0 {
					seen[chosen]++
				}
			}
			a.judgeFit("wins", ver.Number, seen, weights, v)
		}
	}
}

// drawsFitWeights tests the dice of the log's requests, wins and losses
// together. Committed dice are cast again, whatever was answered. Random dice
// are known of wins only, so every request must have ended, every prize must
// have been in stock and no limit in force: else a loss may be no blank.
func (c *checker) drawsFitWeights(v *finding) {
	if c.ev.Log == nil {
		v.skip("odds over all draws: %s", noLog)
		return
	}
	asked := make(map[*account][]*request)
	for _, q := range c.requests {
		if acc := c.byID[q.activity]; acc != nil {
			asked[acc] = append(asked[acc], q)
		}
	}
	for _, a := range c.accounts {
		requests := asked[a]
		if len(requests) == 0 {
			continue
		}
		act := a.versions[a.book.Record.Version]
		switch {
		case act == nil:
			v.skip("odds over all draws in activity %s: its version %d is not on record", a.id, a.book.Record.Version)
		case act.Spec.Dice == lottery.DiceCommitted:
			a.judgeDraws(act, requests, func(q *request) (int, bool) {
				return act.Ticket(a.entry(q.owner)).Prize, true
			}, v)
		case !a.lossesAreBlanks(requests):
			v.skip("odds over all draws in activity %s: with random dice, sold-out prizes, limits, changed weights or open answers hide what the losses' dice were", a.id)
		default:
			a.judgeDraws(act, requests, func(q *request) (int, bool) { return a.randomOutcome(act, q) }, v)
		}
	}
}

// randomOutcome is what the dice said to q, in which a loss is a blank; ok is
// false for a request that was refused.
func (a *account) randomOutcome(act *lottery.Activity, q *request) (prize int, ok bool) {
	if row, _ := a.row(q.owner); row != nil {
		return act.OutcomeOf(row.Word)
	}
	return lottery.Blank, q.loss != nil
}

func (a *account) lossesAreBlanks(requests []*request) bool {
	if len(a.book.Versions) != 1 || a.book.Record.Spec.WinsPerUser > 0 || a.rebuilt {
		return false
	}
	for i, p := range a.book.Record.Spec.Prizes {
		if p.Weight > 0 && a.left[i] <= 0 {
			return false
		}
	}
	for _, q := range requests {
		row, _ := a.row(q.owner)
		if row == nil && !q.final() && (q.unknown || q.pending != nil) {
			return false
		}
	}
	return true
}

// judgeDraws counts outcomes, the blank last, and judges them.
func (a *account) judgeDraws(act *lottery.Activity, requests []*request, outcome func(*request) (int, bool), v *finding) {
	n := len(act.Spec.Prizes)
	seen, weights := make([]int64, n+1), make([]uint64, n+1)
	for i, p := range act.Spec.Prizes {
		weights[i] = p.Weight
	}
	weights[n] = act.Spec.BlankWeight
	for _, q := range requests {
		switch prize, ok := outcome(q); {
		case !ok:
		case prize == lottery.Blank:
			seen[n]++
		default:
			seen[prize]++
		}
	}
	a.judgeFit("draws", act.Version, seen, weights, v)
}

// falseAlarm is the chance with which a fair run is called unfair, each test.
const falseAlarm = 1e-6

// judgeFit runs the test and says what it found. With one outcome to choose
// from there is nothing to test.
func (a *account) judgeFit(what string, version int64, seen []int64, weights []uint64, v *finding) {
	open := 0
	for _, w := range weights {
		if w > 0 {
			open++
		}
	}
	if open < 2 {
		return
	}
	p, ok := goodnessOfFit(seen, weights)
	if !ok {
		v.skip("odds over the %s of activity %s, version %d: too few of them for a test", what, a.id, version)
		return
	}
	v.look(1)
	if p < falseAlarm {
		v.broke("the %s of activity %s do not follow the weights of version %d: p = %.1g by the chi-square test; counted by prize, the blank last: %v", what, a.id, version, p, seen)
	}
}
