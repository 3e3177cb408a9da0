package bench

import (
	"fmt"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// Pairing says whether runs of two cells are compared round by round.
type Pairing string

// The pairings.
const (
	// PairAuto pairs what one input shows to have been run in rounds: every
	// line of a round comes before every line of the next.
	PairAuto Pairing = "auto"
	// Paired takes the n-th line of a name for round n, whatever the inputs.
	Paired Pairing = "paired"
	// Unpaired takes all runs for independent.
	Unpaired Pairing = "unpaired"
)

// Policy says how to judge. Start from [DefaultPolicy].
type Policy struct {
	// LeastEffect is the relative change from which one matters: 0.05 is 5 %.
	LeastEffect float64
	// Noise has the least effect of single units, from a calibration.
	Noise *Noise
	// Pairing by default is PairAuto.
	Pairing Pairing
	// Gates decide about the exit code, and which metrics are the family that
	// p-values are corrected over: those that FailOn gates name. Without any
	// it is every metric of known direction that is not advisory.
	Gates []Gate
	// Seed decides all draws. By default 1.
	Seed uint64
	// Warnings are doubts that the caller has, to be shown with the others.
	Warnings []Warning
}

// DefaultPolicy asks for 5 % and pairs what can be paired.
func DefaultPolicy() Policy {
	return Policy{LeastEffect: 0.05, Pairing: PairAuto, Seed: 1}
}

// Report is the judgement of all tables under one policy. It is plain data and
// not changed after [Judge] has returned it.
type Report struct {
	Tables   *Tables
	Policy   Policy
	Judged   []*JudgedTable // one for each of Tables.Tables
	Family   int            // questions that the corrected p-values answer
	Gates    []GateResult
	Warnings []Warning
	// Missing are benchmarks and metrics that the baseline has and others
	// have not: there is no judging what was not measured.
	Missing []string
}

// JudgedTable is what is said about one table.
type JudgedTable struct {
	*Table
	Better Better
	// Gated: the table's p-values are corrected over the family. Advisory says
	// why not, if the direction is known and no gate was asked for.
	Gated    bool
	Advisory string
	// LeastEffect is the policy's or, if it has noise, that of the unit.
	LeastEffect float64
	// Judgements is indexed [row][column]; nil where there is no cell, and in
	// the baseline.
	Judgements [][]*Judgement
	// Overall asks, for each column, whether all rows changed together; nil in
	// the baseline, in exact tables and with fewer than two comparable rows.
	Overall []*stat.Overall
}

// Judgement compares a cell with its baseline.
type Judgement struct {
	Old, New *Cell // Old is nil if the verdict is Uncompared
	Test     Test
	Effect   stat.Ratio // new/old
	Cliff    float64    // Cliff's delta: 1 when every new value is larger
	P        float64    // of the test; 0 if Direct
	PHolm    float64    // corrected over the family, or over the advisory rest
	Verdict  Verdict
	// Runs is about how many runs of each arm would decide; 0 if unknown, or
	// decided already.
	Runs int
	// old and new are the values compared, those of common rounds if paired.
	old, new []float64
	paired   bool
}

// Test names what a verdict rests on.
type Test string

// The tests.
const (
	SignFlipTest    Test = "sign-flip"
	MannWhitneyTest Test = "mann-whitney"
	Direct          Test = "direct" // values without noise, or errors: no test
)

// Judge compares all cells with their baselines. The error is about the
// policy: a gate that names what is not there, or a pairing that is impossible.
func Judge(tables *Tables, policy Policy) (*Report, error) {
	j := &judge{policy: policy, tables: tables}
	report := &Report{Tables: tables, Policy: policy}
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
	report.Family = j.test(report.Judged, true)
	others := j.test(report.Judged, false)
	for _, judged := range report.Judged {
		family := report.Family
		if !judged.Gated {
			family = others
		}
		j.decide(judged, family)
		j.overall(judged)
	}
	report.Missing = missing(tables)
	report.Gates = j.gates(report, matches)
	report.Warnings = append(append([]Warning(nil), policy.Warnings...), j.warnings(report)...)
	return report, nil
}

// judge is a judgement under way.
type judge struct {
	policy     Policy
	tables     *Tables
	calculator stat.Calculator
}

// open settles what holds for all cells of a table.
func (j *judge) open(table *Table, matches gateMatches) *JudgedTable {
	judged := &JudgedTable{
		Table:       table,
		Better:      Direction(table.Unit, j.tables.Set.Units),
		LeastEffect: j.policy.Noise.floor(table.Unit, j.policy.LeastEffect),
	}
	judged.Advisory = tooFewRequests(judged.Table, j.tables.Set)
	if judged.Advisory == "" && !matches.failOn[table] {
		judged.Advisory = explanatory(table.Unit)
	}
	judged.Gated = judged.Better != Unknown && judged.Advisory == ""
	if matches.anyFailOn {
		judged.Gated = judged.Gated && matches.failOn[table]
	}
	return judged
}

// tooFewRequests says why a percentile is no verdict; "" if it may be one.
func tooFewRequests(t *Table, set *Set) string {
	need := requestsFor(t.Unit)
	if need == 0 {
		return ""
	}
	least := leastRequests(t, set)
	if least >= need {
		return ""
	}
	return fmt.Sprintf("%s needs %s requests a run, the smallest run has %s", t.Unit, grouped(need), grouped(least))
}

// explanatory says of units that explain others why they are no verdicts,
// unless a gate asks for them by name.
func explanatory(unit string) string {
	switch unit {
	case "max-latency-sec", "gc-cycles", "gc-pause-sec":
		return unit + " explains others and is no goal of its own"
	}
	return ""
}

// leastRequests is the smallest number of iterations among the table's lines.
// A percentile of a line is over its requests, and the format has no other
// place for their number.
func leastRequests(t *Table, set *Set) int {
	least := math.MaxInt
	for _, row := range t.Cells {
		for _, c := range row {
			if c == nil {
				continue
			}
			for _, r := range c.Results {
				least = min(least, set.Results[r].Iters)
			}
		}
	}
	return least
}

// lay puts the values side by side that every judgement of a table is about.
func (j *judge) lay(t *JudgedTable) error {
	for row, cells := range t.Cells {
		judgements := make([]*Judgement, len(cells))
		for col, c := range cells {
			if c == nil || col == t.Baseline {
				continue
			}
			g, err := j.cell(t, c)
			if err != nil {
				return fmt.Errorf("%s of %q in %q: %w", t.Unit, t.Rows[row].Label, t.Cols[col].Label, err)
			}
			judgements[col] = g
		}
		t.Judgements = append(t.Judgements, judgements)
	}
	return nil
}

func (j *judge) cell(t *JudgedTable, c *Cell) (*Judgement, error) {
	g := &Judgement{Old: c.Baseline, New: c, P: 1, PHolm: math.NaN(), Effect: stat.Ratio{Center: 1, High: math.Inf(1), Level: 1}}
	if c.Baseline == nil {
		g.Verdict = Uncompared
		return g, nil
	}
	g.old, g.new = c.Baseline.Values, c.Values
	g.Cliff = stat.CliffsDelta(g.old, g.new)
	if isDirect(t.Table, g.Old, g.New) {
		g.Test, g.P, g.Effect = Direct, 0, directRatio(t.Table, g.Old, g.New)
		return g, nil
	}
	var err error
	g.paired, err = j.pair(g)
	return g, err
}

// isTested reports whether the verdict rests on a test.
func (g *Judgement) isTested() bool { return g.Old != nil && g.Test != Direct }

// test estimates, tests and corrects one family: all gated cells, or all
// others. It returns how many questions that is.
func (j *judge) test(tables []*JudgedTable, gated bool) (family int) {
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
	p := make([]float64, len(asked))
	for i, g := range asked {
		j.testOne(g, len(asked))
		p[i] = g.P
	}
	for i, corrected := range stat.Holm(p) {
		asked[i].PHolm = corrected
	}
	return len(asked)
}

// testOne takes the interval that goes with the test, so that the two seldom
// contradict each other.
func (j *judge) testOne(g *Judgement, family int) {
	confidence := j.tables.Query.Confidence
	if g.paired && !j.tooFewRounds(g, family) {
		g.Test = SignFlipTest
		g.Effect = j.calculator.PairedHodgesLehmann(g.old, g.new, confidence)
		g.P = stat.SignFlip(stat.LogRatios(g.old, g.new), j.policy.Seed)
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
func (j *judge) tooFewRounds(g *Judgement, family int) bool {
	alpha, n := j.tables.Query.Alpha, len(g.old)
	return j.policy.Pairing == PairAuto &&
		stat.MinPSignFlip(n)*float64(family) > alpha &&
		stat.MinPMannWhitney(n, n)*float64(family) <= alpha
}

// mannWhitney takes benchmath's p-value where it is right, which is dear to
// compute a second time: for samples of one size.
func (j *judge) mannWhitney(g *Judgement) float64 {
	if len(g.old) == len(g.new) && len(g.old) == len(g.Old.Values) && len(g.new) == len(g.New.Values) {
		return g.New.Comparison.P
	}
	return j.calculator.MannWhitney(g.old, g.new)
}

// errorUnits count failed requests.
const errorUnit = "errors/op"

// isDirect reports whether values are compared as they are: those declared
// exact, and errors that one side has and the other has not at all.
func isDirect(t *Table, old, new *Cell) bool {
	return t.Exact || t.Unit == errorUnit && (highest(old) == 0 || highest(new) == 0)
}

func highest(c *Cell) float64 { return c.Sample.Values[len(c.Sample.Values)-1] }

func lowest(c *Cell) float64 { return c.Sample.Values[0] }

// directRatio compares two values: of exact tables the centres, of errors the
// means, which a single error moves. Its interval is a point, or everything if
// values that were declared exact are not.
func directRatio(t *Table, old, new *Cell) stat.Ratio {
	before, after := old.Summary.Center, new.Summary.Center
	if !t.Exact {
		before, after = average(old.Values), average(new.Values)
	} else if lowest(old) != highest(old) || lowest(new) != highest(new) {
		return stat.Ratio{Center: quotient(before, after), High: math.Inf(1), Level: 1, Note: "declared exact, but values differ"}
	}
	ratio := quotient(before, after)
	return stat.Ratio{Center: ratio, Low: ratio, High: ratio, Level: 1}
}

func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// quotient is after/before, 1 for two equal values, zeros included.
func quotient(before, after float64) float64 {
	switch {
	case before == after:
		return 1
	case before == 0:
		return math.Inf(1)
	}
	return after / before
}

// each visits all judgements in order.
func (t *JudgedTable) each(visit func(row, col int, g *Judgement)) {
	for row, judgements := range t.Judgements {
		for col, g := range judgements {
			if g != nil {
				visit(row, col, g)
			}
		}
	}
}

func (j *judge) decide(t *JudgedTable, family int) {
	alpha := j.tables.Query.Alpha
	t.each(func(_, _ int, g *Judgement) {
		switch g.Test {
		case Direct:
			g.Verdict = Inconclusive
			if g.Effect.Low == g.Effect.High {
				g.Verdict = direct(g.Effect.Center, t.Better)
			}
		case SignFlipTest, MannWhitneyTest:
			g.Verdict = Decide(g.Effect, g.PHolm, alpha, t.LeastEffect, t.Better)
			if g.Verdict == Inconclusive {
				g.Runs = g.runsToDecide(t.LeastEffect, alpha, family)
			}
		}
	})
}

// runsToDecide estimates the runs for a verdict, if the true change is about
// the one seen: to tell it from no change if it is large enough to matter, else
// to tell it from one that matters. 0 if these runs should have been enough.
func (g *Judgement) runsToDecide(leastEffect, alpha float64, family int) int {
	seen, matters := math.Abs(math.Log(g.Effect.Center)), math.Log1p(leastEffect)
	distance := seen
	if seen < matters {
		distance = matters - seen
	}
	runs := stat.RunsToDecide(g.old, g.new, math.Expm1(distance), alpha, family, g.Test == SignFlipTest)
	if runs <= min(len(g.old), len(g.new)) {
		return 0
	}
	return runs
}

// overall asks of every column whether its rows changed together, round by
// round if the first row is paired; rows of the other kind are left out.
func (j *judge) overall(t *JudgedTable) {
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
