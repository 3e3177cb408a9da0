package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Table is a table whose columns are as wide as they need to be. Lines between
// its rows span all columns.
type Table struct {
	rows    [][]string // one cell: a note
	toRight map[int]bool
}

// NewTable begins a table with a line of titles, one a column.
func NewTable(titles ...string) *Table {
	return &Table{rows: [][]string{titles}, toRight: map[int]bool{}}
}

// Right aligns columns, counted from 0, to the right.
func (t *Table) Right(columns ...int) *Table {
	for _, c := range columns {
		t.toRight[c] = true
	}
	return t
}

// Row adds a line with a cell for each column.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// Note adds a line that spans all columns.
func (t *Table) Note(line string) { t.rows = append(t.rows, []string{line}) }

// Write prints the table. Cells are two spaces apart.
func (t *Table) Write(b *strings.Builder) {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			if len(row) > 1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", max(widths[i]-utf8.RuneCountInString(cell), 0))
			switch {
			case t.toRight[i] && len(row) > 1:
				fmt.Fprintf(&line, "%s%s  ", pad, cell)
			default:
				fmt.Fprintf(&line, "%s%s  ", cell, pad)
			}
		}
		fmt.Fprintln(b, strings.TrimRight(line.String(), " "))
	}
}
