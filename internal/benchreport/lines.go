package benchreport

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// line is one judgement with where it stands, for all ways of writing.
type line struct {
	*bench.Judgement
	table    *bench.JudgedTable
	row, col int
}

func (l line) subject() string { return subject(l.table.Table, l.row, l.col) }

// verdictOrder is the order in which a reader needs verdicts.
func verdictOrder() []bench.Verdict {
	return []bench.Verdict{bench.Regressed, bench.Improved, bench.Changed, bench.Inconclusive, bench.Equivalent, bench.Uncompared}
}

// lines lists all judgements, worst verdict and largest effect first; gated
// ones, or the others.
func (r *Report) lines(gated bool) (lines []line) {
	for _, t := range r.Judged {
		if t.Gated == gated {
			for row, judgements := range t.Judgements {
				for col, g := range judgements {
					if g != nil {
						lines = append(lines, line{g, t, row, col})
					}
				}
			}
		}
	}
	order := verdictOrder()
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict)),
			cmp.Compare(size(b.Judgement), size(a.Judgement)))
	})
	return lines
}

func (l line) note() string { return Remark(l.table, l.Judgement) }

// Remark is what else there is to say about a judgement of a table: why the
// metric is not judged, why the effect is no usual number, or how many runs
// would decide; "" if there is nothing.
func Remark(t *bench.JudgedTable, g *bench.Judgement) string {
	if !t.Gated {
		if advisory := Advisory(t.Advisory, t.Unit); advisory != "" {
			return advisory
		}
	}
	if g.Excluded != nil {
		return Exclusion(g.Excluded)
	}
	var parts []string
	odd := Oddity(g.Effect.Note)
	if g.OneSided != nil {
		odd = oneSided(g.OneSided)
	}
	for _, text := range []string{odd, RunsToDecide(g)} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

// change is the effect with its interval: "+12.5% [+5.2%, +17.1%]".
func (l line) change() string {
	if l.Old == nil {
		return "-"
	}
	return units.Effect(l.Effect)
}

// p is the corrected p-value, or that there is no test.
func (l line) p() string {
	if l.Test == bench.Direct {
		return P(l.Judgement)
	}
	return units.PText(l.PHolm)
}

// values are the two centers: "6.318 ms → 5.738 ms".
func (l line) values() string {
	if l.Old == nil {
		return units.Quantity(l.New.Summary.Center, l.table.Unit)
	}
	return units.Quantity(l.Old.Summary.Center, l.table.Unit) + " → " + units.Quantity(l.New.Summary.Center, l.table.Unit)
}

// tally counts verdicts in words: "1 regressed, 5 equivalent".
func tally(lines []line) string {
	var parts []string
	for _, v := range verdictOrder() {
		n := 0
		for _, l := range lines {
			if l.Verdict == v {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, units.Grouped(n)+" "+string(v))
		}
	}
	if len(parts) == 0 {
		return "nothing was compared"
	}
	return strings.Join(parts, ", ")
}

// Method says in one sentence how verdicts were reached.
func (r *Report) Method() string {
	tests, adjusted := make(map[bench.Test]bool), ""
	for _, gated := range []bool{true, false} {
		for _, l := range r.lines(gated) {
			tests[l.Test] = true
			if l.Adjusted {
				adjusted = "; " + l.table.Unit + " at equal machine speed, measured by " + bench.SpeedUnit
			}
		}
	}
	var names []string
	if tests[bench.SignFlipTest] {
		names = append(names, "rounds compared by the sign-flip test")
	}
	if tests[bench.MannWhitneyTest] {
		names = append(names, "independent runs compared by the Mann-Whitney test")
	}
	if len(names) == 0 {
		return ""
	}
	effect := units.Size(r.Policy.MinEffect)
	if r.Policy.Noise != nil {
		effect = "= the noise floor of the metric, or else " + effect
	}
	return fmt.Sprintf("%s%s; p corrected (Holm) for %s; %s intervals (Hodges-Lehmann); minimum effect %s",
		strings.Join(names, ", "), adjusted, family(r.Family), units.Size(levelAsked(r.Tables.Query.Confidence)), effect)
}

// family is what p-values are corrected for.
func family(n int) string {
	if n == 1 {
		return "1 comparison"
	}
	return "all " + units.Grouped(n) + " comparisons"
}

// overallLine is the one question about a column, in words; "" if not asked.
func overallLine(t *bench.JudgedTable, col int) string {
	o := t.Overall[col]
	if o == nil || o.Cells < 2 {
		return ""
	}
	where := ""
	if len(t.Cols) > 2 {
		where = " in " + t.Cols[col].Label
	}
	return fmt.Sprintf("%s%s: %s, %s over %d benchmarks", t.Unit, where, units.Effect(o.Ratio), units.PText(o.P), o.Cells)
}

// overallLines are those of all tables.
func (r *Report) overallLines() (texts []string) {
	for _, t := range r.Judged {
		for col := range t.Cols {
			if text := overallLine(t, col); text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// outstanding keeps the lines that say something changed.
func outstanding(lines []line) (kept []line) {
	for _, l := range lines {
		if l.Verdict.IsChange() {
			kept = append(kept, l)
		}
	}
	return kept
}
