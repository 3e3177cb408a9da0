package bench

import (
	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// Report is the judgement of all tables under one policy. It is plain data and
// not changed after [Judge] has returned it.
type Report struct {
	Tables   *Tables
	Policy   Policy         // with its defaults filled in
	Judged   []*JudgedTable // one for each of Tables.Tables
	Family   int            // questions that the corrected p-values answer
	Gates    []GateResult
	Warnings []Warning
	// Missing are benchmarks and metrics that the baseline has and others
	// have not: there is no judging what was not measured.
	Missing []Absence
}

// JudgedTable is what is said about one table.
type JudgedTable struct {
	*Table
	Better Better
	// Gated: the table's p-values are corrected over the family. Advisory says
	// why not, if the direction is known and no gate was asked for.
	Gated    bool
	Advisory Advisory
	// MinEffect is the policy's or, if it has noise, that of the unit.
	MinEffect float64
	// Judgements is indexed [row][column]; nil where there is no cell, and in
	// the baseline.
	Judgements [][]*Judgement
	// Overall asks, for each column, whether all rows changed together; nil in
	// the baseline, in exact tables and with fewer than two comparable rows.
	Overall []*stat.Overall
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

// Advisory says why a table gets no verdict. The zero value means that it can get one.
type Advisory struct {
	Code AdvisoryCode
	// Need and Least are, for TooFewRequests, the requests that one run needs
	// and the smallest run has.
	Need, Least int
}

// AdvisoryCode names a reason for which a metric is only shown.
type AdvisoryCode string

// The reasons; "" is none.
const (
	// TooFewRequests: a percentile rests on too few requests.
	TooFewRequests AdvisoryCode = "too-few-requests"
	// Explanatory: the metric explains other metrics and is not a goal itself.
	Explanatory AdvisoryCode = "explanatory"
)

// Judgement compares a cell with another one, as a rule its baseline.
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
	// Excluded is why there is no verdict; nil if there is one.
	Excluded *Exclusion
	// Queued says that these are latencies of runs of which at least one was
	// overloaded: that they are alike says nothing.
	Queued bool
	// OneSided is about errors that one side has and the other has not; else nil.
	OneSided *OneSided
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
	Direct          Test = "direct" // values without noise, or no errors on either side: no test
)

// isTested reports whether the verdict rests on a test.
func (g *Judgement) isTested() bool { return g.Old != nil && g.Test != Direct }

// MinP is the least p-value that the test of this judgement could have given,
// before correction: above alpha divided by the family nothing can be found.
func (g *Judgement) MinP() float64 {
	if g.Test == SignFlipTest {
		return stat.MinPSignFlip(len(g.new))
	}
	return stat.MinPMannWhitney(len(g.old), len(g.new))
}

// shortage says how many runs a judgement rests on and how many it takes.
func (g *Judgement) shortage(alpha float64, family int) *Shortage {
	return &Shortage{
		Old: len(g.old), New: len(g.new), Family: family,
		Need: stat.RunsForAlpha(alpha, family, g.Test == SignFlipTest),
	}
}

// noInterval says how many runs an interval of a level takes.
func (g *Judgement) noInterval(confidence float64) *Shortage {
	return &Shortage{
		Old: len(g.old), New: len(g.new), Family: 1, Confidence: confidence,
		Need: stat.RunsForAlpha(1-confidence, 1, g.Test == SignFlipTest),
	}
}

// Shortage is that runs are too few to tell any change, however large, from
// chance.
type Shortage struct {
	Old, New int // runs of the two arms
	Family   int // questions asked at once
	Need     int // runs of each arm from which something could be found
	// Ranks says that only the paired test lacks rounds, so that ranks decide,
	// which see less; Need is then the number of rounds that it takes.
	Ranks bool
	// Confidence is, where the p-value could have been small enough, the level of
	// which no interval can be had from these runs; else 0. Need is then the
	// number of runs from which there is one, [stat.MaxRuns] for none.
	Confidence float64
}

// Absence is a benchmark that a column lacks in some units.
type Absence struct {
	Row, Column string
	Units       []AbsentUnit
}

// AbsentUnit is a unit that was not measured, with the configuration of its
// table.
type AbsentUnit struct {
	Unit   string
	Config []Field
}

// Warning is a reason to doubt a comparison. Code says which; the figures that
// belong to it are set, the others are zero.
type Warning struct {
	Code     WarningCode
	Missing  *Absence  // WarnMissing
	Few      *Shortage // WarnFewRuns
	Blocks   *Blocks   // WarnSequential
	Series   *Series   // WarnTrend
	Overload *Overload // WarnOverload
	Note     *Note     // the codes of notes
}

// WarningCode names a kind of warning. The codes of [Note] are among them.
type WarningCode string

// The kinds of warnings.
const (
	WarnSequential WarningCode = "sequential" // one arm ran after the other
	WarnTrend      WarningCode = "trend"      // runs drift, or resemble their neighbors
	WarnMissing    WarningCode = "missing"    // what the baseline has, others have not
	WarnFewRuns    WarningCode = "few-runs"   // nothing could be established
	WarnOverload   WarningCode = "overload"   // latencies are those of a growing queue
)

// WarningCodes lists all codes that a [Warning] can have.
func WarningCodes() []WarningCode {
	codes := []WarningCode{WarnSequential, WarnTrend, WarnMissing, WarnFewRuns, WarnOverload}
	for _, code := range NoteCodes() {
		codes = append(codes, WarningCode(code))
	}
	return codes
}

// Blocks names two columns whose runs are in one block each, and a row in
// which that shows.
type Blocks struct{ Old, New, Row string }

// Overload counts the runs of a row and column that were overloaded.
type Overload struct {
	Row, Column string
	Runs, Of    int
}

// Series is what is odd about the runs of a cell in the order of time: one of
// the two figures is set.
type Series struct {
	Table    *JudgedTable
	Row, Col int
	Tau      float64 // Kendall's tau: runs rise or fall from one to the next
	Lag1     float64 // autocorrelation: neighbors resemble each other
}

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

// worse returns the worse of two outcomes.
func worse(a, b Outcome) Outcome {
	rank := func(o Outcome) int {
		for i, known := range []Outcome{Passed, Undecided, Unusable, Failed} {
			if o == known {
				return i
			}
		}
		return -1
	}
	if rank(b) > rank(a) {
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

// GateCheck is a gate's view of one cell, with the figures that its reason is
// about; the others are zero.
type GateCheck struct {
	Table *JudgedTable
	// Row and Col are indexes; Col is -1 if it is about a row, and Row too if
	// it is about the whole table.
	Row, Col int
	Outcome  Outcome
	Reason   GateReason

	Judgement *Judgement // all of FailOn but ByAbsence and ByNothing
	Few       *Shortage  // ByShortage
	Advisory  Advisory   // ByAdvisory
	Column    string     // ByAbsence: what lacks the metric
	Level     *Level     // ByLevel, ByLevelOfFew
}

// GateReason is why a check did not pass; "" if it did.
type GateReason string

// The reasons.
const (
	// ByNothing: the metric was measured on one side only.
	ByNothing GateReason = "nothing-to-compare"
	// ByAbsence: an arm lacks what the baseline has.
	ByAbsence GateReason = "missing"
	// ByAdvisory: the metric gets no verdict.
	ByAdvisory GateReason = "advisory"
	// ByExclusion: the runs are no basis for a verdict, see [Judgement.Excluded].
	ByExclusion GateReason = "excluded"
	// ByOddity: the values have no ratio.
	ByOddity GateReason = "no-ratio"
	// ByBound: more is better, and the old value is not above the bound, so that it
	// cannot get worse by that much.
	ByBound GateReason = "bound-out-of-reach"
	// ByInexact: values that were declared exact differ.
	ByInexact GateReason = "not-exact"
	// ByChange: values that need no test changed, or errors came where there were
	// none and the gate allows none.
	ByChange GateReason = "changed"
	// ByEffect: what the interval and the p-value say.
	ByEffect GateReason = "effect"
	// ByOverload: the latencies are within the bound, but of overloaded runs, whose
	// queue still grew.
	ByOverload GateReason = "overload"
	// ByShortage: the runs could not have decided.
	ByShortage GateReason = "few-runs"
	// ByLevel: where the interval of the center lies.
	ByLevel GateReason = "level"
	// ByLevelOfFew: the same, with too few runs for an interval.
	ByLevelOfFew GateReason = "level-of-few-runs"
)

// GateReasons lists all reasons.
func GateReasons() []GateReason {
	return []GateReason{ByNothing, ByAbsence, ByAdvisory, ByExclusion, ByOddity, ByBound, ByInexact, ByChange, ByEffect, ByOverload, ByShortage, ByLevel, ByLevelOfFew}
}

// Level is the center of an arm with its interval, in the table's unit; of few
// runs the least and the largest value take the place of the interval.
type Level struct {
	Center, Low, High float64
	Runs              int
}

// Cause is what decided the outcome of a report.
type Cause struct {
	Code    CauseCode
	Gate    *GateResult // CauseGate: the gate, and the first check that decided
	Check   *GateCheck
	Missing *Absence // CauseMissing
	Count   int      // CauseUnread: lines and values; CauseInconclusive: comparisons
}

// CauseCode names a kind of [Cause]; "" is none.
type CauseCode string

// The causes.
const (
	CauseGate         CauseCode = "gate"
	CauseUnread       CauseCode = "unread"
	CauseMissing      CauseCode = "missing"
	CauseInconclusive CauseCode = "inconclusive"
)

// CauseCodes lists all causes.
func CauseCodes() []CauseCode {
	return []CauseCode{CauseGate, CauseUnread, CauseMissing, CauseInconclusive}
}

// Outcome is what all gates together say, and why; with strict, an undecided
// gate counts, and without any gate an inconclusive verdict on a gated metric.
// Lines or values that could not be read make gates unusable: what they would
// have said is not known.
func (r *Report) Outcome(strict bool) (Outcome, Cause) {
	outcome, why := Passed, Cause{}
	raise := func(o Outcome, cause Cause) {
		if worst := worse(outcome, o); worst != outcome {
			outcome, why = worst, cause
		}
	}
	for i := range r.Gates {
		if g := &r.Gates[i]; g.Outcome != Undecided || strict {
			raise(g.Outcome, Cause{Code: CauseGate, Gate: g, Check: g.Deciding()})
		}
	}
	if len(r.Gates) > 0 {
		if n := r.Tables.Set.unread(); n > 0 {
			raise(Unusable, Cause{Code: CauseUnread, Count: n})
		}
	} else if strict {
		if len(r.Missing) > 0 {
			raise(Unusable, Cause{Code: CauseMissing, Missing: &r.Missing[0]})
		}
		if n := r.count(Inconclusive); n > 0 {
			raise(Undecided, Cause{Code: CauseInconclusive, Count: n})
		}
	}
	return outcome, why
}

// Deciding is the first check that decided the gate's outcome; nil if it passed.
func (g *GateResult) Deciding() *GateCheck {
	for i := range g.Checks {
		if g.Outcome != Passed && g.Checks[i].Outcome == g.Outcome {
			return &g.Checks[i]
		}
	}
	return nil
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
