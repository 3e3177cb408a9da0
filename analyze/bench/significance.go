package bench

import "github.com/lotteryctl/lotteryctl/analyze/stat"

// testAll estimates, tests and corrects one family: all gated cells, or all
// others. It returns how many questions that is.
func (j *judging) testAll(tables []*JudgedTable, gated bool) (family int) {
	var asked []*Judgement
	for _, t := range tables {
		if t.Gated == gated {
			t.each(func(_, _ int, g *Judgement) {
				if g.isTested() {
					asked = append(asked, g)
				}
			})
		}
	}
	j.testFamily(asked)
	return len(asked)
}

// testFamily estimates and tests each judgement and corrects for all of them.
func (j *judging) testFamily(asked []*Judgement) {
	p := make([]float64, len(asked))
	for i, g := range asked {
		j.testOne(g, len(asked))
		if g.OneSided != nil {
			g.Effect = widened(g.Effect, g.Old, g.New)
		}
		p[i] = g.P
	}
	for i, corrected := range stat.Holm(p) {
		asked[i].PHolm = corrected
	}
}

// testOne takes the interval that goes with the test, so that the two seldom
// contradict each other.
func (j *judging) testOne(g *Judgement, family int) {
	confidence := j.tables.Query.Confidence
	if g.paired && !j.tooFewRounds(g, family) {
		g.Test = SignFlipTest
		ratios := stat.LogRatios(g.old, g.new)
		if left, ok := stat.Adjusted(ratios, g.speed, j.policy.Seed); ok {
			g.Adjusted = true
			g.Effect = stat.PairedRatio(left, confidence)
			g.P = stat.SignFlipAdjusted(ratios, g.speed, j.policy.Seed)
			return
		}
		g.Effect = j.calculator.PairedHodgesLehmann(g.old, g.new, confidence)
		g.P = stat.SignFlip(ratios, j.policy.Seed)
		return
	}
	g.Test = MannWhitneyTest
	g.Effect = j.calculator.HodgesLehmann(g.old, g.new, confidence)
	g.P = j.mannWhitney(g)
}

// tooFewRounds reports whether rounds are few enough, and questions many
// enough, that sign flips could never find anything while ranks could: among
// 40 questions ten rounds give 0.078 at best by flips, 0.0004 by ranks. Only
// numbers of runs and questions enter, never their values, so the choice is
// made as if beforehand; ranks of interleaved runs err on the careful side.
func (j *judging) tooFewRounds(g *Judgement, family int) bool {
	alpha, n := j.tables.Query.Alpha, len(g.old)
	return j.policy.Pairing == PairAuto &&
		stat.MinPSignFlip(n)*float64(family) > alpha &&
		stat.MinPMannWhitney(n, n)*float64(family) <= alpha
}

// mannWhitney takes benchmath's p-value where it is right, which is dear to
// compute a second time: for samples of one size.
func (j *judging) mannWhitney(g *Judgement) float64 {
	if g.New.Baseline == g.Old && len(g.old) == len(g.new) && len(g.old) == len(g.Old.Values) && len(g.new) == len(g.New.Values) {
		return g.New.Comparison.P
	}
	return j.calculator.MannWhitney(g.old, g.new)
}

// overall asks of every column whether its rows changed together, round by
// round if the first row is paired; rows of the other kind are left out.
func (j *judging) overall(t *JudgedTable) {
	t.Overall = make([]*stat.Overall, len(t.Cols))
	if t.Exact || len(t.Rows) < 2 {
		return
	}
	for col := range t.Cols {
		var cells []stat.Cell
		paired := false
		for row := range t.Rows {
			g := t.Judgements[row][col]
			if g == nil || !g.isTested() {
				continue
			}
			if len(cells) == 0 {
				paired = g.paired
			}
			if g.paired == paired {
				cells = append(cells, stat.Cell{Old: g.old, New: g.new})
			}
		}
		if len(cells) < 2 {
			continue
		}
		ask := stat.OverallUnpaired
		if paired {
			ask = stat.OverallPaired
		}
		answer := ask(cells, j.tables.Query.Confidence, j.policy.Seed)
		t.Overall[col] = &answer
	}
}
