package bench

import (
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// gates checks all gates. matches are in the order of the report's tables.
func (j *judging) gates(report *Report, matches gateMatches) []GateResult {
	judged := make(map[*Table]*JudgedTable)
	for _, t := range report.Judged {
		judged[t.Table] = t
	}
	var results []GateResult
	for i, g := range j.policy.Gates {
		result := GateResult{Gate: g, Outcome: Passed}
		for _, t := range matches.tables[i] {
			result.Checks = append(result.Checks, j.check(g, judged[t], report.Family)...)
			result.Checks = append(result.Checks, missingChecks(g, judged[t], report)...)
		}
		if len(result.Checks) == 0 {
			result.Checks = []GateCheck{{Table: judged[matches.tables[i][0]], Row: -1, Col: -1, Outcome: Unusable, Reason: ByNothing}}
		}
		for _, c := range result.Checks {
			result.Outcome = worse(result.Outcome, c.Outcome)
		}
		results = append(results, result)
	}
	return results
}

// check looks at every cell that the gate is about.
func (j *judging) check(g Gate, t *JudgedTable, family int) (checks []GateCheck) {
	for row, cells := range t.Cells {
		for col, cell := range cells {
			if cell == nil || !g.isAt(t.Table, row, col) {
				continue
			}
			c := GateCheck{Table: t, Row: row, Col: col}
			switch {
			case g.Kind == SLO && (col != t.Baseline || len(t.Cols) == 1):
				c.checkSLO(g, cell, j.tables.Set)
			case g.Kind == FailOn && t.Judgements[row][col] != nil && t.Judgements[row][col].Verdict != Uncompared:
				c.checkFailOn(g, t.Judgements[row][col], j.tables.Query, family)
			default:
				continue
			}
			checks = append(checks, c)
		}
	}
	return checks
}

// missingChecks makes what the baseline has and another arm has not unusable.
func missingChecks(g Gate, t *JudgedTable, report *Report) (checks []GateCheck) {
	for _, m := range report.Tables.missingIn(t.Table) {
		if g.Where == "" || g.means(t.Rows[m.row]) || g.means(Key{Label: m.col, Fields: []Field{{Value: m.col}}}) {
			checks = append(checks, GateCheck{Table: t, Row: m.row, Col: -1, Outcome: Unusable, Reason: ByAbsence, Column: m.col})
		}
	}
	return checks
}

// checkFailOn: failed iff the change for the worse is beyond the bound and
// established; passed iff the worst change that the interval allows is within. A
// gate that could not have failed, however large the change, is unusable. One that
// allows no errors fails on the first one if the old side has none.
func (c *GateCheck) checkFailOn(g Gate, judgement *Judgement, query Query, family int) {
	c.Judgement = judgement
	if c.Table.Advisory.Code != "" {
		c.Outcome, c.Reason, c.Advisory = Unusable, ByAdvisory, c.Table.Advisory
		return
	}
	if judgement.Excluded != nil {
		c.Outcome, c.Reason = Unusable, ByExclusion
		return
	}
	bound, _ := g.Bound.in(c.Table.Unit) // was checked when the gate was matched
	center, worst := worsenings(judgement, c.Table.Better, g.Bound, bound)
	if judgement.OneSided != nil && bound == 0 && center > 0 {
		c.Outcome, c.Reason = Failed, ByChange // none were allowed, and there they are: no estimate
		return
	}
	if judgement.Test == Direct {
		switch {
		case judgement.Effect.Low != judgement.Effect.High:
			c.Outcome, c.Reason = Unusable, ByInexact
		case center > bound:
			c.Outcome, c.Reason = Failed, ByChange
		default:
			c.Outcome = Passed
		}
		return
	}
	established := judgement.PHolm <= query.Alpha && judgement.Effect.Excludes1()
	switch {
	case established && center > bound:
		c.Outcome, c.Reason = Failed, ByEffect
	case judgement.MinP()*float64(max(family, 1)) > query.Alpha:
		c.Outcome, c.Reason, c.Few = Unusable, ByShortage, judgement.shortage(query.Alpha, family)
	case hasNoRatio(judgement.Effect):
		c.Outcome, c.Reason = Unusable, ByOddity
	case isUnbounded(judgement.Effect):
		c.Outcome, c.Reason, c.Few = Unusable, ByShortage, judgement.noInterval(query.Confidence)
	case c.Table.Better == Higher && !g.Bound.IsRelative() && bound >= math.Abs(judgement.Old.Summary.Center):
		c.Outcome, c.Reason = Unusable, ByBound
	case worst > bound:
		c.Outcome, c.Reason = Undecided, ByEffect
	case judgement.Queued:
		c.Outcome, c.Reason = Undecided, ByOverload
	default:
		c.Outcome = Passed
	}
}

// worsenings are the change for the worse that was seen and the worst that the
// interval allows, in the gate's terms. limit is the bound in the unit of the table.
func worsenings(judgement *Judgement, better Better, bound Quantity, limit float64) (center, worst float64) {
	amount := func(ratio float64) float64 { return worsening(ratio, judgement, better, bound) }
	center = amount(judgement.Effect.Center)
	worst = max(amount(judgement.Effect.Low), amount(judgement.Effect.High))
	if better == Higher || bound.IsRelative() || limit <= 0 || judgement.Test == Direct || judgement.Old.Summary.Center != 0 {
		return center, worst
	}
	// From zero no ratio says by how much. Half of the runs can be worse without
	// moving the median, so only what every run keeps is kept.
	if o := judgement.OneSided; o != nil && o.New {
		center = o.Mean
	}
	return center, highest(judgement.New)
}

// isUnbounded reports whether the runs are too few for an interval of the level
// that was asked: it then excludes nothing, whatever the runs say.
func isUnbounded(r stat.Ratio) bool { return r.Note == "" && r.Low == 0 && math.IsInf(r.High, 1) }

// worsening is by how much a ratio new/old is worse than 1, in the gate's
// terms: as a share of the old value, or as an amount.
func worsening(ratio float64, judgement *Judgement, better Better, bound Quantity) float64 {
	change := ratio - 1
	if better == Higher {
		change = -change
	}
	if bound.IsRelative() || bound.Value == 0 || change == 0 {
		return change
	}
	if old := judgement.Old.Summary.Center; old != 0 {
		return change * math.Abs(old)
	}
	return judgement.New.Summary.Center // from zero: all of it
}

// checkSLO compares the interval of the new arm's center with the bound. A
// percentile of so few requests that it is about their maximum can show that the
// level is missed, and not that it is kept.
func (c *GateCheck) checkSLO(g Gate, cell *Cell, set *Set) {
	bound, _ := g.Bound.in(c.Table.Unit)
	level := &Level{Center: cell.Summary.Center, Low: cell.Summary.Lo, High: cell.Summary.Hi, Runs: len(cell.Values)}
	few := math.IsInf(level.Low, 0) || math.IsInf(level.High, 0) || level.Runs < 2
	if few { // no interval: only what every single run says counts
		level.Low, level.High = lowest(cell), highest(cell)
	}
	low, high := holds(level.Low, g.Op, bound), holds(level.High, g.Op, bound)
	c.Outcome, c.Reason, c.Level = Undecided, ByLevel, level
	switch {
	case !low && !high:
		c.Outcome = Failed
	case few:
		c.Outcome, c.Reason = Unusable, ByLevelOfFew
	case cell.requests(set) < requestsForLevel(c.Table.Unit):
		c.Outcome, c.Reason = Unusable, ByAdvisory
		c.Advisory = Advisory{TooFewRequests, requestsForLevel(c.Table.Unit), cell.requests(set)}
	case low && high && isLatency(c.Table.Unit) && set.overloaded(cell) > 0:
		c.Reason = ByOverload
	case low && high:
		c.Outcome, c.Reason = Passed, ""
	}
}

func holds(value float64, op string, bound float64) bool {
	switch op {
	case "<":
		return value < bound
	case "<=":
		return value <= bound
	case ">":
		return value > bound
	}
	return value >= bound
}
