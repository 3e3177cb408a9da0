package bench

import "github.com/lotteryctl/lotteryctl/analyze/stat"

// Report is the judgement of all tables under one policy. It is plain data and,
// but for Appendices, not changed after [Judge] has returned it.
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
	// Appendices are set by the caller, after Judge.
	Appendices []Appendix
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
	// Adjusted says that what the machine's speed explains was taken out, see
	// [stat.Adjusted]; Effect and P are about what is left.
	Adjusted bool
	// old and new are the values compared, those of common rounds if paired.
	old, new []float64
	paired   bool
	speed    []float64 // log ratios of the covariate, of the same rounds; may be nil
}

// Test names what a verdict rests on.
type Test string

// The tests.
const (
	SignFlipTest    Test = "sign-flip"
	MannWhitneyTest Test = "mann-whitney"
	Direct          Test = "direct" // values without noise, or errors: no test
)

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
