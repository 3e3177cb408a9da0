package bench

import "strings"

// OverloadUnit is the unit by which a line says that its run was overloaded: the
// service answered less than was asked of it, and its latencies are those of a
// queue that was still growing. They depend on how long the run lasted, so two
// that are alike say nothing about the services. Lines of other runs lack it.
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

// overloads lists each row and column with overloaded runs.
func (s *Set) overloads(tables []*Table) (all []Overload) {
	seen := map[[2]string]bool{}
	for _, t := range tables {
		for row, cells := range t.Cells {
			for col, c := range cells {
				at := [2]string{t.Rows[row].Label, t.Cols[col].Label}
				if c != nil && isLatency(t.Unit) && !seen[at] && s.overloaded(c) > 0 {
					seen[at] = true
					all = append(all, Overload{Row: at[0], Column: at[1], Runs: s.overloaded(c), Of: len(c.Values)})
				}
			}
		}
	}
	return all
}
