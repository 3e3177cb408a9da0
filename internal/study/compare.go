package study

import (
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Word is the verdict on a metric of a program, in the words of
// `lotteryctl compare`.
type Word string

// The words. Advisory metrics get none.
const (
	Improved     Word = "improved"
	Regressed    Word = "regressed"
	Equivalent   Word = "equivalent"
	Inconclusive Word = "inconclusive"
)

// Comparison sets arms that are any programs against the first of them.
type Comparison struct {
	Base string          `json:"base"`
	Rule Rule            `json:"rule"`
	Arms []ArmComparison `json:"arms"`
}

// ArmComparison is one arm against the base.
type ArmComparison struct {
	Arm     string             `json:"arm"`
	Metrics []MetricComparison `json:"metrics"`
}

// MetricComparison is one metric of an arm.
type MetricComparison struct {
	Effect Effect `json:"effect"`
	// Corrected is Effect.P after Holm's correction for all gated metrics of all
	// arms; nil for an advisory metric, which also has no Verdict.
	Corrected *float64 `json:"corrected_p,omitempty"`
	Verdict   Word     `json:"verdict,omitempty"`
	// Rounds is, for an inconclusive metric, how many would decide about a
	// change of the least effect; 0 when that cannot be told.
	Rounds int `json:"rounds_needed,omitempty"`
}

// gatedUnits get a verdict. p99 is not among them: even where nothing changes
// it moves by tens of percent on a machine with other work.
func gatedUnits(closed bool) []string {
	units := []string{"p50-latency-ns", "p95-latency-ns", "cpu-ns/op", "B/op", "allocs/op"}
	if closed { // with a rate that is set, answers a second say nothing
		units = append(units, "ops/s")
	}
	return units
}

func advisoryUnits() []string { return []string{"p99-latency-ns", "peak-RSS-bytes", "errors/op"} }

// Compare judges every arm against the first. closed says that the load had no
// rate of its own, so that the rate reached is a result.
func Compare(arms []string, rounds []runfolder.Round, rule Rule, closed bool) Comparison {
	t, c := newTable(rounds), Comparison{Base: arms[0], Rule: rule}
	var p []float64
	for _, arm := range arms[1:] {
		a := ArmComparison{Arm: arm, Metrics: []MetricComparison{}}
		for _, unit := range gatedUnits(closed) {
			if e, ok := t.effect(c.Base, arm, unit); ok {
				a.Metrics = append(a.Metrics, MetricComparison{Effect: e, Corrected: new(float64)})
				p = append(p, e.P)
			}
		}
		for _, unit := range advisoryUnits() {
			if e, ok := t.effect(c.Base, arm, unit); ok {
				a.Metrics = append(a.Metrics, MetricComparison{Effect: e})
			}
		}
		c.Arms = append(c.Arms, a)
	}
	corrected := stat.Holm(p)
	for _, arm := range c.Arms {
		for i := range arm.Metrics {
			m := &arm.Metrics[i]
			if m.Corrected == nil {
				continue
			}
			*m.Corrected, corrected = corrected[0], corrected[1:]
			m.decide(rule)
			if m.Verdict == Inconclusive {
				old, new := t.paired(c.Base, arm.Arm, m.Effect.Unit)
				m.Rounds = stat.RunsToDecide(old, new, stat.ToDetect(m.Effect.Ratio, rule.MinEffect), rule.Alpha, len(p), true)
			}
		}
	}
	return c
}

// decide gives the verdict of a gated metric.
func (m *MetricComparison) decide(rule Rule) {
	r := m.Effect.Ratio
	switch {
	case *m.Corrected <= rule.Alpha && r.Excludes1() && r.AtLeast(rule.MinEffect):
		m.Verdict = Regressed
		if (r.Center > 1) == higherIsBetter(m.Effect.Unit) {
			m.Verdict = Improved
		}
	case r.Within(rule.MinEffect):
		m.Verdict = Equivalent
	default:
		m.Verdict = Inconclusive
	}
}
