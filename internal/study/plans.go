package study

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// The names of the arms that several plans share.
const (
	armBefore  = "before"
	armArticle = "article"
	armBest    = "best"
)

// New makes the design that spec describes. Arms that Spec.Only does not name
// are left out, with the contrasts and accounts that need them.
func New(spec Spec) (Design, error) {
	d := &Design{Spec: spec}
	switch spec.Plan {
	case Ladder:
		d.ladder()
	case Each:
		d.each()
	case Drop:
		d.drop()
	case Vary:
		if err := d.vary(); err != nil {
			return Design{}, err
		}
	default:
		return Design{}, fmt.Errorf("unknown plan %q; use ladder, each, drop or vary", spec.Plan)
	}
	if len(spec.Only) > 0 {
		return d.pick(spec.Only)
	}
	return *d, nil
}

// all is the choice with the eight steps in one of the three ways.
func all(how string) steps.Choice {
	words := map[string]string{armBefore: "none", armArticle: "article", armBest: "all"}
	choice, err := steps.ParseChoice(words[how], nil)
	if err != nil {
		panic("study: " + err.Error()) // the words are constants
	}
	return choice
}

// with is c with one more switch set; the names come from the catalogue.
func with(c steps.Choice, s steps.Switch, variant string) steps.Choice {
	changed, err := c.With(s.Name, variant)
	if err != nil {
		panic("study: " + err.Error())
	}
	return changed
}

// ways are the variants that "on" stands for. Article comes first, as the
// ladder ends with best.
func (v Variant) ways() []string {
	switch v {
	case Article:
		return []string{armArticle}
	case Best:
		return []string{armBest}
	}
	return []string{armArticle, armBest}
}

// named is the arm's name, with the variant only when there are two of it.
func (v Variant) named(prefix, switchName, way string) string {
	if v == Both {
		return prefix + switchName + "." + way
	}
	return prefix + switchName
}

// ladder: before, plus-conn-pool, plus-object-pool, ..., article, best. The
// rung with all eight steps is the arm "article" or "best" itself.
func (d *Design) ladder() {
	d.add(armBefore, all(armBefore))
	parts := map[string][]int{}
	for _, way := range d.Spec.Variant.ways() {
		choice, from := all(armBefore), armBefore
		for i, s := range steps.All() {
			choice = with(choice, s, way)
			to := way
			if i < len(steps.All())-1 {
				to = d.add(d.Spec.Variant.named("plus-", s.Name, way), choice)
			}
			parts[way] = append(parts[way], d.step(s, way, from, to))
			from = to
		}
	}
	d.totals(parts)
	better := d.total("best instead of article", "best", armArticle, armBest)
	if d.Spec.Variant == Article {
		// The rungs and the last improvement together are the whole way.
		whole := append(append([]int{}, parts[armArticle]...), better)
		d.Accounts = append(d.Accounts, Account{"before to best", whole, d.find(armBefore, armBest)})
	}
}

// each: before, only-conn-pool, ..., then all steps together, so that the sum
// of the single effects has something to be compared with.
func (d *Design) each() {
	d.add(armBefore, all(armBefore))
	parts := map[string][]int{}
	for _, s := range steps.All() {
		for _, way := range d.Spec.Variant.ways() {
			arm := d.add(d.Spec.Variant.named("only-", s.Name, way), with(all(armBefore), s, way))
			parts[way] = append(parts[way], d.step(s, way, armBefore, arm))
		}
	}
	d.totals(parts)
}

// totals adds the arms article and best, the contrasts of each with before, and
// the accounts of those that have parts.
func (d *Design) totals(parts map[string][]int) {
	for _, way := range []string{armArticle, armBest} {
		d.add(way, all(way))
		total := d.total("all eight, "+way, way, armBefore, way)
		if len(parts[way]) > 0 {
			d.Accounts = append(d.Accounts, Account{"before to " + way, parts[way], total})
		}
	}
}

// drop: best, without-conn-pool, ..., and before. A contrast goes from the arm
// without the step to best, so that a step that pays helps here too.
func (d *Design) drop() {
	d.add(armBest, all(armBest))
	var parts []int
	for _, s := range steps.All() {
		arm := d.add("without-"+s.Name, with(all(armBest), s, s.Before))
		parts = append(parts, d.step(s, armBest, arm, armBest))
	}
	d.add(armBefore, all(armBefore))
	d.Accounts = []Account{{"before to best", parts, d.total("all eight, best", armBest, armBefore, armBest)}}
}

// vary: one arm for each variant, all compared with the first.
func (d *Design) vary() error {
	s, ok := steps.Find(d.Spec.Switch)
	if !ok {
		return fmt.Errorf("there is no switch %q", d.Spec.Switch)
	}
	for i, variant := range d.Spec.Variants {
		choice, err := all(armBest).With(s.Name, variant)
		if err != nil {
			return err
		}
		arm := d.add(s.Name+"."+variant, choice)
		if i > 0 {
			d.step(s, variant, d.Arms[0].Name, arm)
		}
	}
	return nil
}

// find is the index of the contrast between two arms.
func (d *Design) find(from, to string) int {
	for i, c := range d.Contrasts {
		if c.From == from && c.To == to {
			return i
		}
	}
	panic("study: there is no contrast from " + from + " to " + to)
}
