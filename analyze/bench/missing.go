package bench

import (
	"slices"
)

// absence is a row that the baseline has and a column has not.
type absence struct {
	row int
	col string
}

// missingIn finds what is absent from a table. Its columns are those that any
// table of the same configuration has (for columns that are files, any table):
// one that lacks the whole metric is not even a column here.
func (t *Tables) missingIn(table *Table) (absent []absence) {
	if table.Baseline < 0 || table.Unit == OverloadUnit {
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

// missing lists what each column lacks, in the order in which it is found.
func missing(ts *Tables) (all []Absence) {
	type place struct{ row, col string }
	at := make(map[place]int)
	for _, t := range ts.Tables {
		for _, m := range ts.missingIn(t) {
			key := place{t.Rows[m.row].Label, m.col}
			i, known := at[key]
			if !known {
				i = len(all)
				at[key] = i
				all = append(all, Absence{Row: key.row, Column: key.col})
			}
			all[i].Units = append(all[i].Units, AbsentUnit{t.Unit, t.Config})
		}
	}
	return all
}
