package bench

import (
	"fmt"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// Outcome is what a gate says.
type Outcome string

// The outcomes, from best to worst. Several become the worst of them, but that
// a failure which is proven stays one beside what could not be judged.
const (
	Passed    Outcome = "passed"
	Undecided Outcome = "undecided" // neither proven to be in nor out of bounds
	Unusable  Outcome = "unusable"  // no data that could decide: never a pass
	Failed    Outcome = "failed"
)

func worse(a, b Outcome) Outcome {
	rank := map[Outcome]int{Passed: 0, Undecided: 1, Unusable: 2, Failed: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// GateResult is a gate with what it found.
type GateResult struct {
	Gate    Gate
	Outcome Outcome
	Checks  []GateCheck // one for each cell it is about
}

// GateCheck is a gate's view of one cell.
type GateCheck struct {
	Table    *JudgedTable
	Row, Col int
	Outcome  Outcome
	Text     string // why, in words; "" when passed
}

// gates checks all gates. matches are in the order of the report's tables.
func (j *judge) gates(report *Report, matches gateMatches) []GateResult {
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
			result.Checks = []GateCheck{{Table: judged[matches.tables[i][0]], Row: -1, Col: -1, Outcome: Unusable, Text: "there is nothing to compare: the metric was measured on one side only"}}
		}
		for _, c := range result.Checks {
			result.Outcome = worse(result.Outcome, c.Outcome)
		}
		results = append(results, result)
	}
	return results
}

// check looks at every cell that the gate is about.
func (j *judge) check(g Gate, t *JudgedTable, family int) (checks []GateCheck) {
	for row, cells := range t.Cells {
		for col, cell := range cells {
			if cell == nil || !g.isAt(t.Table, row, col) {
				continue
			}
			c := GateCheck{Table: t, Row: row, Col: col}
			switch {
			case g.Kind == SLO && (col != t.Baseline || len(t.Cols) == 1):
				c.Outcome, c.Text = checkSLO(g, t, cell)
			case g.Kind == FailOn && t.Judgements[row][col] != nil && t.Judgements[row][col].Verdict != Uncompared:
				c.Outcome, c.Text = j.checkFailOn(g, t, t.Judgements[row][col], family)
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
			checks = append(checks, GateCheck{Table: t, Row: m.row, Col: -1, Outcome: Unusable, Text: "not measured in " + quoted(m.col)})
		}
	}
	return checks
}

// checkFailOn: failed iff the change for the worse is beyond the bound and
// established; passed iff the worst change that the interval allows is within.
func (j *judge) checkFailOn(g Gate, t *JudgedTable, judgement *Judgement, family int) (Outcome, string) {
	if t.Advisory != "" {
		return Undecided, t.Advisory
	}
	bound, _ := g.Bound.in(t.Unit) // was checked when the gate was matched
	amount := func(ratio float64) float64 { return worsening(ratio, judgement, t.Better, g.Bound) }
	center := amount(judgement.Effect.Center)
	worst := max(amount(judgement.Effect.Low), amount(judgement.Effect.High))
	if judgement.Test == Direct {
		switch {
		case judgement.Effect.Low != judgement.Effect.High:
			return Undecided, judgement.Effect.Note
		case center > bound:
			return Failed, "changed " + changeText(judgement.Effect.Center)
		}
		return Passed, ""
	}
	alpha := j.tables.Query.Alpha
	established := judgement.PHolm <= alpha && judgement.Effect.Excludes1()
	switch {
	case established && center > bound:
		return Failed, effectText(judgement)
	case minP(judgement)*float64(max(family, 1)) > alpha:
		return Unusable, tooFew(judgement, alpha, family)
	case worst <= bound:
		return Passed, ""
	}
	return Undecided, effectText(judgement) + runsText(judgement.Runs)
}

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

// minP is the least p-value that the test of this cell could have given.
func minP(g *Judgement) float64 {
	if g.Test == SignFlipTest {
		return stat.MinPSignFlip(len(g.new))
	}
	return stat.MinPMannWhitney(len(g.old), len(g.new))
}

func tooFew(g *Judgement, alpha float64, family int) string {
	need := stat.RunsForAlpha(alpha, family, g.Test == SignFlipTest)
	text := fmt.Sprintf("with %s no change, however large, can be told from chance", runsOf(len(g.old), len(g.new)))
	if family > 1 {
		text += fmt.Sprintf(" among %d questions", family)
	}
	return fmt.Sprintf("%s; it takes %d runs of each arm", text, need)
}

// checkSLO compares the interval of the new arm's centre with the bound.
func checkSLO(g Gate, t *JudgedTable, c *Cell) (Outcome, string) {
	bound, _ := g.Bound.in(t.Unit)
	low, high := c.Summary.Lo, c.Summary.Hi
	few := math.IsInf(low, 0) || math.IsInf(high, 0) || len(c.Values) < 2
	if few { // no interval: only what every single run says counts
		low, high = lowest(c), highest(c)
	}
	text := fmt.Sprintf("%s [%s, %s]", valueText(c.Summary.Center, t.Unit), valueText(low, t.Unit), valueText(high, t.Unit))
	switch {
	case !holds(low, g.Op, bound) && !holds(high, g.Op, bound):
		return Failed, text
	case few:
		return Unusable, fmt.Sprintf("%s in %s: too few for an interval", text, runsOf(len(c.Values), len(c.Values)))
	case holds(low, g.Op, bound) && holds(high, g.Op, bound):
		return Passed, ""
	}
	return Undecided, text
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

// Outcome is what all gates together say, with one sentence why; with strict,
// an undecided gate counts, and without any gate an inconclusive verdict on a
// gated metric. Lines or values that could not be read make gates unusable:
// what they would have said is not known.
func (r *Report) Outcome(strict bool) (Outcome, string) {
	outcome, why := Passed, ""
	raise := func(o Outcome, text string) {
		if worst := worse(outcome, o); worst != outcome {
			outcome, why = worst, text
		}
	}
	for _, g := range r.Gates {
		if g.Outcome != Undecided || strict {
			raise(g.Outcome, g.sentence())
		}
	}
	if len(r.Gates) > 0 {
		if n := r.Tables.Set.unread(); n > 0 {
			raise(Unusable, fmt.Sprintf("%s could not be read, so the gates prove nothing", counted(n, "line or value", "lines or values")))
		}
	} else if strict {
		if len(r.Missing) > 0 {
			raise(Unusable, "not everything was compared: "+r.Missing[0])
		}
		if n := r.count(Inconclusive); n > 0 {
			raise(Undecided, fmt.Sprintf("%s inconclusive", counted(n, "comparison is", "comparisons are")))
		}
	}
	return outcome, why
}

// sentence names the gate and the first cell that decided its outcome.
func (g GateResult) sentence() string {
	for _, c := range g.Checks {
		if c.Outcome == g.Outcome && g.Outcome != Passed {
			return fmt.Sprintf("gate %q %s: %s: %s", g.Gate.Text, g.Outcome, c.where(), c.Text)
		}
	}
	return ""
}

func (c GateCheck) where() string {
	switch {
	case c.Row < 0:
		return c.Table.Unit
	case c.Col < 0:
		return c.Table.Unit + " of " + c.Table.Rows[c.Row].Label
	}
	return c.Table.Unit + " of " + c.Table.subject(c.Row, c.Col)
}

// unread counts lines and values that were lost.
func (s *Set) unread() int {
	n := 0
	for _, source := range s.Sources {
		n += source.Unread + source.Rejected
	}
	return n
}

// count counts gated judgements of one verdict.
func (r *Report) count(v Verdict) int {
	n := 0
	for _, t := range r.Judged {
		if t.Gated {
			t.each(func(_, _ int, g *Judgement) {
				if g.Verdict == v {
					n++
				}
			})
		}
	}
	return n
}
