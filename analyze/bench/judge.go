package bench

import (
	"fmt"
)

// Judge compares all cells with their baselines. The error is about the
// policy: a gate that names what is not there, or a pairing that is impossible
// ([ErrUnpairable]).
func Judge(tables *Tables, policy Policy) (*Report, error) {
	j := &judging{policy: policy.filled(), tables: tables}
	report := &Report{Tables: tables, Policy: j.policy}
	matches, err := matchGates(policy.Gates, tables)
	if err != nil {
		return nil, err
	}
	for _, table := range tables.Tables {
		judged := j.open(table, matches)
		if err := j.lay(judged); err != nil {
			return nil, err
		}
		report.Judged = append(report.Judged, judged)
	}
	// What no gate is about is corrected by itself, so that a look at
	// everything does not cost the gates their power.
	report.Family = j.testAll(report.Judged, true)
	others := j.testAll(report.Judged, false)
	for _, judged := range report.Judged {
		family := report.Family
		if !judged.Gated {
			family = others
		}
		judged.each(func(_, _ int, g *Judgement) { j.decide(g, judged.MinEffect, judged.Better, family) })
		j.overall(judged)
	}
	report.Missing = missing(tables)
	report.Gates = j.gates(report, matches)
	report.Warnings = j.warnings(report)
	return report, nil
}

// open settles what holds for all cells of a table.
func (j *judging) open(table *Table, matches gateMatches) *JudgedTable {
	judged := &JudgedTable{
		Table:     table,
		Better:    Direction(table.Unit, j.tables.Set.Units),
		MinEffect: j.policy.Noise.floor(table.Unit, j.policy.MinEffect),
	}
	judged.Advisory = tooFewRequests(judged.Table, j.tables.Set)
	if judged.Advisory.Code == "" && !matches.failOn[table] {
		judged.Advisory = explanatory(table.Unit)
	}
	judged.Gated = judged.Better != Unknown && judged.Advisory.Code == ""
	if matches.anyFailOn {
		judged.Gated = judged.Gated && matches.failOn[table]
	}
	return judged
}

// lay puts the values side by side that every judgement of a table is about.
func (j *judging) lay(t *JudgedTable) error {
	for row, cells := range t.Cells {
		judgements := make([]*Judgement, len(cells))
		for col, c := range cells {
			if c == nil || col == t.Baseline {
				continue
			}
			g, err := j.compare(t.Table, c.Baseline, c)
			if err != nil {
				return fmt.Errorf("%s of %q in %q: %w", t.Unit, t.Rows[row].Label, t.Cols[col].Label, err)
			}
			judgements[col] = g
		}
		t.Judgements = append(t.Judgements, judgements)
	}
	return nil
}
