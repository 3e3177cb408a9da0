package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// Warning is a reason to doubt a comparison, for people and (Code) programs.
type Warning struct {
	Code WarningCode
	Text string // one sentence
}

// WarningCode names a kind of warning. The codes of [Note] are among them.
type WarningCode string

// The kinds of warnings.
const (
	WarnSequential WarningCode = "sequential" // one arm ran after the other
	WarnTrend      WarningCode = "trend"      // runs drift, or resemble their neighbours
	WarnMissing    WarningCode = "missing"    // what the baseline has, others have not
	WarnUnlike     WarningCode = "unlike"     // the arms ran under different conditions
	WarnFewRuns    WarningCode = "few-runs"   // nothing could be established
)

// warnings gathers what is doubtful about the report.
func (j *judge) warnings(r *Report) []Warning {
	var all []Warning
	for _, text := range r.Missing {
		all = append(all, Warning{WarnMissing, text})
	}
	all = append(all, fewRuns(r, j.tables.Query.Alpha)...)
	all = append(all, fewRounds(r, j.tables.Query.Alpha)...)
	all = append(all, j.sequential(r)...)
	all = append(all, j.trends(r)...)
	for _, note := range j.tables.Notes {
		all = append(all, Warning{WarningCode(note.Code), note.Text})
	}
	return all
}

// fewRuns warns when no gated cell of the report could have become significant.
func fewRuns(r *Report, alpha float64) []Warning {
	var any *Judgement
	able := false
	for _, t := range r.Judged {
		t.each(func(_, _ int, g *Judgement) {
			if t.Gated && g.isTested() {
				any = g
				able = able || minP(g)*float64(r.Family) <= alpha
			}
		})
	}
	if any == nil || able {
		return nil
	}
	return []Warning{{WarnFewRuns, tooFew(any, alpha, r.Family)}}
}

// fewRounds tells that ranks decide although the runs are in rounds.
func fewRounds(r *Report, alpha float64) (warnings []Warning) {
	for _, t := range r.Judged {
		t.each(func(_, _ int, g *Judgement) {
			if t.Gated && g.paired && g.Test == MannWhitneyTest && warnings == nil {
				warnings = []Warning{{WarnFewRuns, fmt.Sprintf(
					"%d rounds are too few for the paired test among %d questions, so Mann-Whitney decides, which sees less; %d rounds, or gates on fewer metrics, would do",
					len(g.old), r.Family, stat.RunsForAlpha(alpha, r.Family, true))}}
			}
		})
	}
	return warnings
}

// sequential warns, once for each pair of columns, that the runs of one came
// after all of the other in one input. Of separate inputs the lines say
// nothing; whoever knows their times warns.
func (j *judge) sequential(r *Report) (warnings []Warning) {
	warned := make(map[string]bool)
	for _, t := range r.Judged {
		t.each(func(row, col int, g *Judgement) {
			if g.Old == nil || !j.tables.Set.oneInput(g.Old, g.New) {
				return
			}
			old, new := t.Cols[t.Baseline].Label, t.Cols[col].Label
			key := old + "\x00" + new
			if warned[key] || !stat.Sequential(order(g.Old, g.New)) {
				return
			}
			warned[key] = true
			warnings = append(warnings, Warning{WarnSequential, fmt.Sprintf(
				"all runs of %s and of %s are in one block each, as in %s: what drifted in between looks like a change, and no test can tell; run them in alternation",
				quoted(old), quoted(new), t.Rows[row].Label)})
		})
	}
	return warnings
}

// order lists the runs of both cells by their lines: 0 is old, 1 is new.
func order(old, new *Cell) []int {
	var arms []int
	i, j := 0, 0
	for i < len(old.Results) || j < len(new.Results) {
		if j == len(new.Results) || i < len(old.Results) && old.Results[i] < new.Results[j] {
			arms = append(arms, 0)
			i++
		} else {
			arms = append(arms, 1)
			j++
		}
	}
	return arms
}

// trends warns of gated cells whose runs rise or fall with time, or resemble
// their neighbours, beyond chance, corrected for having looked at all.
func (j *judge) trends(r *Report) []Warning {
	var texts []string
	var p []float64
	for _, t := range r.Judged {
		if !t.Gated || t.Exact {
			continue
		}
		for row, cells := range t.Cells {
			for col, c := range cells {
				if c == nil {
					continue
				}
				trend := j.calculator.MannKendall(c.Values)
				lag, n := stat.Lag1(c.Values), float64(len(c.Values))
				where := func() string { return t.Unit + " of " + t.subject(row, col) }
				p = append(p, trend.P, math.Erfc(max(lag, 0)*math.Sqrt(n/2)))
				texts = append(texts, "", "")
				if trend.P < 0.01 { // only then it can matter, and texts cost
					texts[len(texts)-2] = fmt.Sprintf("%s drifts from run to run (Kendall's tau %+.2f): runs are not alike, so intervals are too narrow or blame the wrong thing", where(), trend.Tau)
				}
				if p[len(p)-1] < 0.01 {
					texts[len(texts)-1] = fmt.Sprintf("neighbouring runs of %s resemble each other (autocorrelation %.2f): they are fewer independent runs than their number", where(), lag)
				}
			}
		}
	}
	var warnings []Warning
	for i, corrected := range stat.Holm(p) {
		if corrected <= 0.01 {
			warnings = append(warnings, Warning{WarnTrend, texts[i]})
		}
	}
	return limited(warnings, 5)
}

// limited keeps the first warnings of a kind and counts the others.
func limited(warnings []Warning, most int) []Warning {
	if len(warnings) <= most {
		return warnings
	}
	more := Warning{warnings[0].Code, fmt.Sprintf("and %d more of this kind", len(warnings)-most)}
	return append(warnings[:most:most], more)
}

// absence is a row that the baseline has and a column has not.
type absence struct {
	row int
	col string
}

// missingIn finds what is absent from a table. Its columns are those that any
// table of the same configuration has (for columns that are files, any table):
// one that lacks the whole metric is not even a column here.
func (t *Tables) missingIn(table *Table) (absent []absence) {
	if table.Baseline < 0 {
		return nil
	}
	for _, label := range t.columns(table) {
		col := slices.IndexFunc(table.Cols, func(k Key) bool { return k.Label == label })
		for row, cells := range table.Cells {
			if cells[table.Baseline] != nil && (col < 0 || cells[col] == nil) {
				absent = append(absent, absence{row, label})
			}
		}
	}
	return absent
}

func (t *Tables) columns(of *Table) (labels []string) {
	for _, table := range t.Tables {
		if t.Query.Col != ".file" && !slices.Equal(table.Config, of.Config) {
			continue
		}
		for _, k := range table.Cols {
			if !slices.Contains(labels, k.Label) {
				labels = append(labels, k.Label)
			}
		}
	}
	return labels
}

// missing says, in a sentence for each column, what it lacks.
func missing(ts *Tables) (texts []string) {
	type place struct{ row, col string }
	units := make(map[place][]string)
	var places []place
	for _, t := range ts.Tables {
		for _, m := range ts.missingIn(t) {
			at := place{t.Rows[m.row].Label, m.col}
			if units[at] == nil {
				places = append(places, at)
			}
			units[at] = append(units[at], t.Unit+t.where())
		}
	}
	for i, at := range places {
		if i == 10 {
			return append(texts, fmt.Sprintf("and %d more benchmarks are missing", len(places)-i))
		}
		texts = append(texts, fmt.Sprintf("%s lacks %s: %s", quoted(at.col), at.row, strings.Join(units[at], ", ")))
	}
	return texts
}
