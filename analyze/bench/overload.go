package bench

import "strings"

// OverloadUnit is the unit by which a line says that its run was overloaded: its
// latencies are of a queue that still grew, and alike ones say nothing. Others lack it.
const OverloadUnit = "overloaded"

// isLatency says that a unit is a time that waiting in a queue is part of.
func isLatency(unit string) bool { return unit == "sec/op" || strings.HasSuffix(unit, "-latency-sec") }

// overloaded counts the overloaded runs of a cell.
func (s *Set) overloaded(c *Cell) (runs int) {
	for _, r := range c.Results {
		for i, u := range s.Results[r].Units() {
			if u.Name == OverloadUnit && s.Results[r].Values[i] != 0 {
				runs++
			}
		}
	}
	return runs
}

// overloads warns of each row and column with overloaded runs.
func (s *Set) overloads(tables []*Table) (all []Warning) {
	seen := map[[2]string]bool{}
	for _, t := range tables {
		for row, cells := range t.Cells {
			for col, c := range cells {
				at := [2]string{t.Rows[row].Label, t.Cols[col].Label}
				if c != nil && isLatency(t.Unit) && !seen[at] && s.overloaded(c) > 0 {
					seen[at] = true
					all = append(all, Warning{Code: WarnOverload, Overload: &Overload{at[0], at[1], s.overloaded(c), len(c.Values)}})
				}
			}
		}
	}
	return all
}
