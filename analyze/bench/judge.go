package bench

import (
	"fmt"
	"math"
	"slices"

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
	if g.paired {
		g.speed = j.speed(t, c, len(g.old))
	}
	return g, err
}

// The unit whose noise is mostly the machine's speed, and the one that tells
// what that was: the generator does the same for every request of both arms.
const (
	serverCPU = "cpu-sec/op"
	clientCPU = "client-cpu-sec/op"
)

// speed is the covariate of a cell: log ratios of the generator's processor
// time in the same rounds; nil where there is none.
func (j *judge) speed(t *JudgedTable, c *Cell, rounds int) []float64 {
	if t.Unit != serverCPU {
		return nil
	}
	row, col := t.place(c)
	for _, other := range j.tables.Tables {
		if other.Unit != clientCPU || !slices.Equal(other.Config, t.Config) ||
			row >= len(other.Rows) || other.Rows[row].Label != t.Rows[row].Label ||
			col >= len(other.Cols) || other.Cols[col].Label != t.Cols[col].Label {
			continue
		}
		cell := other.Cells[row][col]
		if cell == nil || cell.Baseline == nil {
			return nil
		}
		g := &Judgement{Old: cell.Baseline, New: cell}
		if paired, err := j.pair(g); err == nil && paired && len(g.old) == rounds {
			return stat.LogRatios(g.old, g.new)
		}
	}
	return nil
}

// place is where in the table a cell is.
func (t *Table) place(c *Cell) (row, col int) {
	for row, cells := range t.Cells {
		if col := slices.Index(cells, c); col >= 0 {
			return row, col
		}
	}
	panic("bench: a cell of another table")
}

// left are values whose ratios are what the covariate does not explain.
func (g *Judgement) left() (old, new []float64) {
	left, _ := stat.Adjusted(stat.LogRatios(g.old, g.new), g.speed, 1)
	for _, v := range left {
		old, new = append(old, 1), append(new, math.Exp(v))
	}
	return old, new
}

// isTested reports whether the verdict rests on a test.
func (g *Judgement) isTested() bool { return g.Old != nil && g.Test != Direct }

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
	old, new := g.old, g.new
	if g.Adjusted {
		old, new = g.left()
	}
	runs := stat.RunsToDecide(old, new, stat.ToDetect(g.Effect, leastEffect), alpha, family, g.Test == SignFlipTest)
	if runs <= min(len(g.old), len(g.new)) {
		return 0
	}
	return runs
}
