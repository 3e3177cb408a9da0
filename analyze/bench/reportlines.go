package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// line is one judgement with where it stands, for all ways of writing.
type line struct {
	*Judgement
	table    *JudgedTable
	row, col int
}

func (l line) subject() string { return l.table.subject(l.row, l.col) }

// verdictOrder is the order in which a reader needs verdicts.
func verdictOrder() []Verdict {
	return []Verdict{Regressed, Improved, Changed, Inconclusive, Equivalent, Uncompared}
}

// lines lists all judgements, worst verdict and largest effect first; gated
// ones, or the others.
func (r *Report) lines(gated bool) (lines []line) {
	for _, t := range r.Judged {
		if t.Gated == gated {
			t.each(func(row, col int, g *Judgement) { lines = append(lines, line{g, t, row, col}) })
		}
	}
	order := verdictOrder()
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict)),
			cmp.Compare(b.size(), a.size()))
	})
	return lines
}

// size is how far the effect is from no change.
func (l line) size() float64 { return math.Abs(math.Log(l.Effect.Center)) }

// note is what else there is to say about a line: the runs that would decide,
// or why the effect is no number.
func (l line) note() string {
	var parts []string
	if l.Effect.Note != "" {
		parts = append(parts, l.Effect.Note)
	}
	if text := strings.TrimPrefix(runsText(l.Runs), "; "); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// change is the effect with its interval: "+12.5% [+5.2%, +17.1%]".
func (l line) change() string {
	if l.Old == nil {
		return "-"
	}
	return changeText(l.Effect.Center) + " " + intervalText(l.Effect)
}

// p is the corrected p-value, or that there is no test.
func (l line) p() string {
	if l.Test == Direct {
		return "no test"
	}
	return pText(l.PHolm)
}

// values are the two centres: "6.318ms → 5.738ms".
func (l line) values() string {
	if l.Old == nil {
		return valueText(l.New.Summary.Center, l.table.Unit)
	}
	return valueText(l.Old.Summary.Center, l.table.Unit) + " → " + valueText(l.New.Summary.Center, l.table.Unit)
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
			parts = append(parts, grouped(n)+" "+string(v))
		}
	}
	if len(parts) == 0 {
		return "nothing was compared"
	}
	return strings.Join(parts, ", ")
}

// method says in one sentence how verdicts were reached.
func (r *Report) method() string {
	tests, adjusted := make(map[Test]bool), ""
	for _, t := range r.Judged {
		t.each(func(_, _ int, g *Judgement) {
			tests[g.Test] = true
			if g.Adjusted {
				adjusted = "; " + t.Unit + " at equal machine speed, told by " + clientCPU
			}
		})
	}
	var names []string
	if tests[SignFlipTest] {
		names = append(names, "rounds compared by sign-flip")
	}
	if tests[MannWhitneyTest] {
		names = append(names, "independent runs compared by Mann-Whitney")
	}
	if len(names) == 0 {
		return ""
	}
	effect := changeText(1 + r.Policy.LeastEffect)
	if r.Policy.Noise != nil {
		effect = "its noise floor, else " + effect
	}
	return fmt.Sprintf("%s%s; p corrected (Holm) for %s; ratios by Hodges-Lehmann at %g%%; least effect %s",
		strings.Join(names, ", "), adjusted, counted(r.Family, "question", "questions"), 100*r.Tables.Query.Confidence, strings.TrimPrefix(effect, "+"))
}

// overallLine is the one question about a column, in words; "" if not asked.
func (t *JudgedTable) overallLine(col int) string {
	o := t.Overall[col]
	if o == nil || o.Cells < 2 {
		return ""
	}
	where := ""
	if len(t.Cols) > 2 {
		where = " in " + t.Cols[col].Label
	}
	return fmt.Sprintf("%s%s: %s %s %s over %d benchmarks", t.Unit, where, changeText(o.Ratio.Center), intervalText(o.Ratio), pText(o.P), o.Cells)
}

// overallLines are those of all tables.
func (r *Report) overallLines() (texts []string) {
	for _, t := range r.Judged {
		for col := range t.Cols {
			if text := t.overallLine(col); text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
