package bench

import (
	"slices"
)

// Question asks what a unit does from one column of a table to another, neither
// of which need be the baseline.
type Question struct {
	// Unit is tidied ("sec/op") or as an input has it ("ns/op").
	Unit string
	// From and To are the labels of the two columns.
	From, To string
}

// Answer is the judgement on a question.
type Answer struct {
	Question
	// Table is the unit's, and Judgement compares From (old) with To (new) in
	// the first row that has both; nil if there is none, or with Err.
	Table     *Table
	Judgement *Judgement
	// Advisory is of code TooFewRequests if the unit is a percentile that rests on
	// too few, else zero. No verdict may rest on the judgement then, and the
	// question is not one of the family: its p-value is corrected among such alone.
	Advisory Advisory
	// Err is ErrUnpairable where the policy demands pairs that cannot be had.
	Err error
}

// Ask judges questions about any two columns as [Judge] judges columns against
// their baseline: the same effect, test, adjustment and rule. The questions are
// one family, whose size it returns: p-values are corrected for all of them
// that could be tested, so ask together what is decided together. Gates of the
// policy are not looked at. Answers are in the order of the questions.
func Ask(tables *Tables, questions []Question, policy Policy) (answers []Answer, family int) {
	j := &judging{policy: policy.filled(), tables: tables}
	var asked, aside []*Judgement
	for _, q := range questions {
		a := Answer{Question: q}
		var old, new *Cell
		if a.Table, old, new = tables.cells(q); old != nil {
			switch g, err := j.compare(a.Table, old, new); {
			case err != nil:
				a.Err = err
			default:
				a.Judgement = g
				a.Advisory = tooFewRequests(a.Table, tables.Set)
				switch {
				case !g.isTested():
				case a.Advisory.Code == "":
					asked = append(asked, g)
				default:
					aside = append(aside, g)
				}
			}
		}
		answers = append(answers, a)
	}
	j.testFamily(asked)
	j.testFamily(aside)
	for _, a := range answers {
		if a.Judgement != nil {
			least := j.policy.Noise.floor(a.Table.Unit, j.policy.MinEffect)
			j.decide(a.Judgement, least, Direction(a.Table.Unit, tables.Set.Units), len(asked))
		}
	}
	return answers, len(asked)
}

// cells finds the two cells of a question; nil if no table has both in a row.
func (t *Tables) cells(q Question) (table *Table, old, new *Cell) {
	for _, table := range matchMetric(q.Unit, t.Tables) {
		column := func(label string) int {
			return slices.IndexFunc(table.Cols, func(k Key) bool { return k.Label == label })
		}
		from, to := column(q.From), column(q.To)
		if from < 0 || to < 0 {
			continue
		}
		for _, cells := range table.Cells {
			if cells[from] != nil && cells[to] != nil {
				return table, cells[from], cells[to]
			}
		}
	}
	return nil, nil, nil
}
