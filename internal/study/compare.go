package study

import (
	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Comparison sets arms that are any programs against the first of them. Its
// figures are those of `compare` for the same run folder.
type Comparison struct {
	Base string `json:"base"`
	Rule Rule   `json:"rule"`
	// Family is how many comparisons the corrected p of gated metrics answer.
	Family int             `json:"family"`
	Arms   []ArmComparison `json:"arms"`
	// Report is the judgement that all this is taken from.
	Report *bench.Report `json:"-"`
}

// ArmComparison is one arm against the base.
type ArmComparison struct {
	Arm     string             `json:"arm"`
	Metrics []MetricComparison `json:"metrics"`
}

// MetricComparison is one metric of an arm.
type MetricComparison struct {
	Effect Effect `json:"effect"`
	// Gated says that the metric is in the family. The others are corrected
	// among themselves, and Advisory says why they are no goals, if it is known.
	Gated    bool               `json:"gated"`
	Advisory bench.AdvisoryCode `json:"advisory,omitempty"`
	// Corrected is Effect.P after Holm's correction; nil where nothing was
	// tested.
	Corrected *float64      `json:"corrected_p,omitempty"`
	Verdict   bench.Verdict `json:"verdict"`
	// Rounds is, for an inconclusive metric, about how many would decide; 0 when
	// that cannot be told.
	Rounds int `json:"rounds_needed,omitempty"`
	// Table and Judgement are those of the report.
	Table     *bench.JudgedTable `json:"-"`
	Judgement *bench.Judgement   `json:"-"`
}

// Compare judges every arm against the first, as [bench.Judge] does under its
// default policy: all metrics of known direction, in the order of bench.txt.
func Compare(arms []string, rounds []runfolder.Round, rule Rule) (Comparison, error) {
	m, err := newMeasured(arms, rounds, rule)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Base: arms[0], Rule: m.rule}
	report, err := m.judge()
	if err != nil {
		return Comparison{}, err
	}
	c.Family, c.Report = report.Family, report
	for _, arm := range arms[1:] {
		a := ArmComparison{Arm: arm, Metrics: []MetricComparison{}}
		for _, unit := range runfolder.Units() {
			if metric, ok := m.metric(report, c.Base, arm, unit[0]); ok {
				a.Metrics = append(a.Metrics, metric)
			}
		}
		c.Arms = append(c.Arms, a)
	}
	return c, nil
}

// metric finds one metric of an arm in the report; false if it was not compared
// or its direction is not known.
func (m measured) metric(report *bench.Report, base, arm, unit string) (MetricComparison, bool) {
	effect, ok := m.figures.describe(base, arm, unit)
	if !ok {
		return MetricComparison{}, false
	}
	for _, t := range report.Judged {
		if t.Unit != m.tidied(unit) || t.Better == bench.Unknown {
			continue
		}
		for col, key := range t.Cols {
			if key.Label != arm || t.Judgements[0][col] == nil || t.Judgements[0][col].Old == nil {
				continue
			}
			g := t.Judgements[0][col]
			return MetricComparison{
				Effect: effect.judged(g), Gated: t.Gated, Advisory: t.Advisory.Code, Corrected: corrected(g),
				Verdict: g.Verdict, Rounds: g.Runs, Table: t, Judgement: g,
			}, true
		}
	}
	return MetricComparison{}, false
}

// tidied is the name that a unit of bench.txt has in tables.
func (m measured) tidied(written string) string {
	for i := range m.tables.Set.Results {
		for _, u := range m.tables.Set.Results[i].Units() {
			if u.Written == written {
				return u.Name
			}
		}
	}
	return written
}
