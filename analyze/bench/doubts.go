package bench

import (
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/turns"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// warnings gathers what is doubtful about the report.
func (j *judging) warnings(r *Report) []Warning {
	all := j.tables.Set.overloads(j.tables.Tables)
	for i := range r.Missing {
		all = append(all, Warning{Code: WarnMissing, Missing: &r.Missing[i]})
	}
	all = append(all, fewRuns(r, j.tables.Query.Alpha)...)
	all = append(all, fewRounds(r, j.tables.Query.Alpha)...)
	all = append(all, j.sequential(r)...)
	all = append(all, j.trends(r)...)
	for i := range j.tables.Notes {
		note := &j.tables.Notes[i]
		all = append(all, Warning{Code: WarningCode(note.Code), Note: note})
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
				able = able || g.MinP()*float64(r.Family) <= alpha
			}
		})
	}
	if any == nil || able {
		return nil
	}
	return []Warning{{Code: WarnFewRuns, Few: any.shortage(alpha, r.Family)}}
}

// fewRounds tells that ranks decide although the runs are in rounds.
func fewRounds(r *Report, alpha float64) (warnings []Warning) {
	for _, t := range r.Judged {
		t.each(func(_, _ int, g *Judgement) {
			if t.Gated && g.paired && g.Test == MannWhitneyTest && warnings == nil {
				warnings = []Warning{{Code: WarnFewRuns, Few: &Shortage{
					Old: len(g.old), New: len(g.new), Family: r.Family, Need: stat.RunsForAlpha(alpha, r.Family, true), Ranks: true}}}
			}
		})
	}
	return warnings
}

// sequential warns, once for each pair of columns, that the runs of one came
// after all of the other in one input. Of separate inputs the lines say
// nothing; whoever knows their times warns.
func (j *judging) sequential(r *Report) (warnings []Warning) {
	warned := make(map[string]bool)
	for _, t := range r.Judged {
		t.each(func(row, col int, g *Judgement) {
			if g.Old == nil || !j.tables.Set.oneInput(g.Old, g.New) {
				return
			}
			old, new := t.Cols[t.Baseline].Label, t.Cols[col].Label
			key := old + "\x00" + new
			if warned[key] || !stat.Sequential(turns.Order(g.Old.Results, g.New.Results)) {
				return
			}
			warned[key] = true
			warnings = append(warnings, Warning{Code: WarnSequential, Blocks: &Blocks{Old: old, New: new, Row: t.Rows[row].Label}})
		})
	}
	return warnings
}

// trends warns of gated cells whose runs rise or fall with time, or resemble
// their neighbors, beyond chance, corrected for having looked at all.
func (j *judging) trends(r *Report) (warnings []Warning) {
	var series []Series
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
				p = append(p, trend.P, math.Erfc(max(lag, 0)*math.Sqrt(n/2)))
				series = append(series, Series{Table: t, Row: row, Col: col, Tau: trend.Tau}, Series{Table: t, Row: row, Col: col, Lag1: lag})
			}
		}
	}
	for i, corrected := range stat.Holm(p) {
		if corrected <= 0.01 {
			warnings = append(warnings, Warning{Code: WarnTrend, Series: &series[i]})
		}
	}
	return warnings
}
