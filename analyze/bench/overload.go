package bench

import (
	"slices"
	"strings"
)

// OverloadUnit is the unit by which a line says that its run was overloaded: the
// service answered less than was asked of it, and its latencies are those of a
// queue that was still growing. They depend on how long the run lasted, so two
// that are alike say nothing about the services. Lines of other runs lack it.
const OverloadUnit = "overloaded"

// Overload counts the runs of a row and column that were overloaded.
type Overload struct {
	Row, Column string
	Runs, Of    int
}

// isLatency says that a unit is a time that waiting in a queue is part of.
func isLatency(unit string) bool {
	return unit == "sec/op" || strings.HasSuffix(unit, "-latency-sec")
}

// overloaded counts the overloaded runs of a cell.
func (s *Set) overloaded(c *Cell) (runs int) {
	if c == nil {
		return 0
	}
	for _, r := range c.Results {
		result := &s.Results[r]
		i := slices.IndexFunc(result.Units(), func(u Unit) bool { return u.Name == OverloadUnit })
		if i >= 0 && result.Values[i] != 0 {
			runs++
		}
	}
	return runs
}

// doubtOverload takes back that latencies of overloaded runs are alike.
func (j *judging) doubtOverload(g *Judgement, unit string) {
	if g.Verdict == Equivalent && isLatency(unit) && j.tables.Set.overloaded(g.Old)+j.tables.Set.overloaded(g.New) > 0 {
		g.Verdict = Inconclusive
	}
}

// overloads warns of each row and column with overloaded runs.
func (j *judging) overloads() (warnings []Warning) {
	seen := map[[2]string]bool{}
	for _, t := range j.tables.Tables {
		if !isLatency(t.Unit) {
			continue
		}
		for row, cells := range t.Cells {
			for col, c := range cells {
				at := [2]string{t.Rows[row].Label, t.Cols[col].Label}
				if runs := j.tables.Set.overloaded(c); runs > 0 && !seen[at] {
					seen[at] = true
					warnings = append(warnings, Warning{Code: WarnOverload, Overload: &Overload{Row: at[0], Column: at[1], Runs: runs, Of: len(c.Values)}})
				}
			}
		}
	}
	return warnings
}
