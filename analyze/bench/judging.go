package bench

import (
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// judging is a judgement under way, under a policy whose defaults are filled in.
type judging struct {
	policy     Policy
	tables     *Tables
	calculator stat.Calculator
}

// compare puts the values of two cells of a table side by side. The error is
// about a pairing that was demanded and cannot be.
func (j *judging) compare(t *Table, old, new *Cell) (*Judgement, error) {
	g := &Judgement{Old: old, New: new, P: 1, PHolm: math.NaN(), Effect: stat.Ratio{Center: 1, High: math.Inf(1), Level: 1}}
	if old == nil {
		g.Verdict = Uncompared
		return g, nil
	}
	g.old, g.new = old.Values, new.Values
	g.Excluded = exclusionOf(j.policy.Exclusions, j.tables.Set, t.Unit, old, new)
	g.Cliff = stat.CliffsDelta(g.old, g.new)
	if isDirect(t, old, new) {
		g.Test, g.P, g.Effect = Direct, 0, directRatio(old, new)
		return g, nil
	}
	g.Queued = isLatency(t.Unit) && j.tables.Set.overloaded(old)+j.tables.Set.overloaded(new) > 0
	g.OneSided = errorsOfOneSide(t.Unit, old, new)
	var err error
	g.paired, err = pair(j.tables.Set, j.policy.Pairing, g)
	if g.paired {
		g.speed = j.speed(t, g)
	}
	return g, err
}

// SpeedUnit is the unit that tells the machine's speed: the generator spends its
// processor time on the same work for every request of both arms.
const SpeedUnit = "client-cpu-sec/op"

// serverCPU is the unit whose noise is mostly the machine's speed.
const serverCPU = "cpu-sec/op"

// speed is the covariate of a judgement: log ratios of the generator's
// processor time in the same rounds; nil where there is none.
func (j *judging) speed(t *Table, g *Judgement) []float64 {
	if t.Unit != serverCPU {
		return nil
	}
	for _, other := range j.tables.Tables {
		if other.Unit != SpeedUnit || !slices.Equal(other.Config, t.Config) {
			continue
		}
		old, new := other.like(t, g.Old), other.like(t, g.New)
		if old == nil || new == nil {
			continue
		}
		covariate := &Judgement{Old: old, New: new}
		if paired, err := pair(j.tables.Set, j.policy.Pairing, covariate); err == nil && paired && len(covariate.old) == len(g.old) {
			return stat.LogRatios(covariate.old, covariate.new)
		}
	}
	return nil
}

// like is the cell of this table with the row and column that a cell has in
// another one; nil if there is none.
func (t *Table) like(of *Table, c *Cell) *Cell {
	for row, cells := range of.Cells {
		col := slices.Index(cells, c)
		if col < 0 {
			continue
		}
		sameRow := slices.IndexFunc(t.Rows, func(k Key) bool { return k.Label == of.Rows[row].Label })
		sameCol := slices.IndexFunc(t.Cols, func(k Key) bool { return k.Label == of.Cols[col].Label })
		if sameRow >= 0 && sameCol >= 0 {
			return t.Cells[sameRow][sameCol]
		}
	}
	return nil
}

// left are values whose ratios are what the covariate does not explain.
func (j *judging) left(g *Judgement) (old, new []float64) {
	left, _ := stat.Adjusted(stat.LogRatios(g.old, g.new), g.speed, j.policy.Seed)
	for _, v := range left {
		old, new = append(old, 1), append(new, math.Exp(v))
	}
	return old, new
}

// decide gives a judgement that was laid out, tested and corrected its verdict.
func (j *judging) decide(g *Judgement, minEffect float64, better Better, family int) {
	alpha := j.tables.Query.Alpha
	if g.Excluded != nil {
		g.Verdict = Inconclusive
		return
	}
	switch g.Test {
	case Direct:
		g.Verdict = Inconclusive
		if g.Effect.Low == g.Effect.High {
			g.Verdict = direct(g.Effect.Center, better)
		}
	case SignFlipTest, MannWhitneyTest:
		g.Verdict = Decide(g.Effect, g.PHolm, alpha, minEffect, better)
		if g.Verdict == Inconclusive {
			g.Runs = j.runsToDecide(g, minEffect, family)
		}
	}
	if g.Verdict == Equivalent && g.Queued {
		g.Verdict = Inconclusive
	}
}

// runsToDecide estimates the runs for a verdict, if the true change is about
// the one seen: to tell it from no change if it is large enough to matter, else
// to tell it from one that matters. 0 if these runs should have been enough, or if
// they cannot be found equal, however many they are.
func (j *judging) runsToDecide(g *Judgement, minEffect float64, family int) int {
	old, new := g.old, g.new
	if g.Adjusted {
		old, new = j.left(g)
	}
	runs := stat.RunsToDecide(old, new, stat.ToDetect(g.Effect, minEffect), j.tables.Query.Alpha, family, g.Test == SignFlipTest)
	if runs <= min(len(g.old), len(g.new)) || g.Queued && math.Abs(math.Log(g.Effect.Center)) < math.Log1p(minEffect) {
		return 0
	}
	return runs
}
