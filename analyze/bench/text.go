package bench

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/perf/benchunit"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/grid"
)

// WriteText writes all tables for a person to read, byte for byte as benchstat
// does. Notes are not written: show them beside the tables.
func (t *Tables) WriteText(w io.Writer) error {
	line := func(s string) error {
		_, err := fmt.Fprintln(w, s)
		return err
	}
	return t.each(line, func(table *Table) error { return table.writeText(w) })
}

// each hands out the tables in turn and, before each, the lines that tell its
// configuration as far as it is not the previous table's.
func (t *Tables) each(line func(string) error, write func(*Table) error) error {
	var previous []Field
	for i, table := range t.Tables {
		if i > 0 {
			if err := line(""); err != nil {
				return err
			}
		}
		for j, field := range table.Config {
			if previous != nil && previous[j] == field {
				continue
			}
			if err := line(field.Name + ": " + field.Value); err != nil {
				return err
			}
		}
		previous = table.Config
		if err := write(table); err != nil {
			return err
		}
	}
	return nil
}

// A table's label is one column of the grid, the baseline three (center,
// interval, footnotes), each other column six (and difference, test,
// footnotes).
const (
	labelWidth  = 1
	centerWidth = 3
	deltaWidth  = 3
)

// textTable is a table on its way into a grid.
type textTable struct {
	*Table
	grid      grid.Grid
	class     benchunit.Class
	footnotes footnotes
}

func (t *Table) writeText(w io.Writer) error {
	tt := textTable{Table: t, class: benchunit.ClassOf(t.Unit)}
	tt.header()
	for i := range t.Rows {
		tt.row(i)
	}
	if len(t.Rows) > 1 {
		tt.geomeans()
	}
	if err := tt.grid.Write(w); err != nil {
		return err
	}
	return tt.footnotes.write(w)
}

// at returns the column of the grid where a column of the table begins.
func (tt *textTable) at(col int) int {
	if col == 0 {
		return labelWidth
	}
	return labelWidth + centerWidth + (col-1)*(centerWidth+deltaWidth)
}

// header names the columns, one line per field of their keys. Neighbours of
// equal value share a name, as far as they share those above it.
func (tt *textTable) header() {
	edge := tt.at(len(tt.Cols) + 1)
	for level := range tt.Cols[0].Fields {
		tt.grid.Row()
		for from := 0; from < len(tt.Cols); {
			to := from + 1
			for to < len(tt.Cols) && samePrefix(tt.Cols[from], tt.Cols[to], level) {
				to++
			}
			tt.grid.Span(tt.at(from), tt.at(to)-tt.at(from), tt.Cols[from].Fields[level].Value, grid.Center, " │ ")
			from = to
		}
		tt.grid.Span(edge, 1, "", grid.Left, " │")
	}

	tt.grid.Row()
	tt.grid.Narrow = make(map[int]bool)
	for col := range tt.Cols {
		tt.grid.Span(tt.at(col), centerWidth, tt.Unit, grid.Center, " │ ")
		if col > 0 {
			tt.grid.Span(tt.at(col)+centerWidth, deltaWidth, "vs base", grid.Left, "  ")
		}
		for c := tt.at(col) + 1; c < tt.at(col+1); c++ {
			tt.grid.Narrow[c] = true
		}
	}
	tt.grid.Span(edge, 1, "", grid.Left, " │")
}

// samePrefix reports whether two keys agree in their fields up to a level.
func samePrefix(a, b Key, level int) bool {
	for i := range level + 1 {
		if a.Fields[i].Value != b.Fields[i].Value {
			return false
		}
	}
	return true
}

// row writes the cells of a row in one scale, that of the smallest center.
func (tt *textTable) row(row int) {
	tt.grid.Row()
	tt.grid.Put(0, tt.Rows[row].Label, grid.Left)
	var centers []float64
	for _, c := range tt.Cells[row] {
		if c != nil {
			centers = append(centers, c.Summary.Center)
		}
	}
	scale := benchunit.CommonScale(centers, tt.class)
	for col, c := range tt.Cells[row] {
		if c == nil {
			continue
		}
		at := tt.at(col)
		tt.grid.Put(at, scale.Format(c.Summary.Center), grid.Right)
		tt.grid.Span(at+1, 1, c.Summary.PctRangeString(), grid.Right, " ± ")
		tt.grid.Put(at+2, tt.footnotes.mark(c.Sample.Warnings, c.Summary.Warnings), grid.Left)
		if c.Baseline != nil {
			tt.grid.Put(at+3, c.Delta(), grid.Right)
			tt.grid.Put(at+4, "("+c.Comparison.String()+")", grid.Left)
			tt.grid.Put(at+5, tt.footnotes.mark(c.Comparison.Warnings), grid.Left)
		}
	}
}

func (tt *textTable) geomeans() {
	tt.grid.Row()
	tt.grid.Put(0, geomeanLabel, grid.Left)
	for col, g := range tt.Geomean {
		at := tt.at(col)
		if g.HasCenter {
			tt.grid.Put(at, benchunit.Scale(g.Center, tt.class), grid.Right)
		}
		if col > 0 {
			if g.HasRatio {
				tt.grid.Put(at+centerWidth, g.percent(), grid.Right)
			} else {
				tt.grid.Put(at+centerWidth, "?", grid.Left)
			}
		}
		tt.grid.Put(tt.at(col+1)-1, tt.footnotes.mark(g.Warnings), grid.Left)
	}
}

// geomeanLabel is the label of the last row.
const geomeanLabel = "geomean"

// percent returns the ratio as a difference, such as "-8.94%".
func (g Geomean) percent() string { return fmt.Sprintf("%+.2f%%", (g.Ratio-1)*100) }

// footnotes numbers the warnings of a table in the order in which they are
// first met.
type footnotes struct {
	texts  []string
	number map[string]int
}

// mark returns the signs of some warnings, such as "¹ ³".
func (f *footnotes) mark(lists ...[]error) string {
	var signs []string
	for _, list := range lists {
		for _, warning := range list {
			text := warning.Error()
			if f.number[text] == 0 {
				if f.number == nil {
					f.number = make(map[string]int)
				}
				f.texts = append(f.texts, text)
				f.number[text] = len(f.texts)
			}
			signs = append(signs, superscript(f.number[text]))
		}
	}
	return strings.Join(signs, " ")
}

func (f *footnotes) write(w io.Writer) error {
	for i, text := range f.texts {
		if _, err := fmt.Fprintf(w, "%s %s\n", superscript(i+1), text); err != nil {
			return err
		}
	}
	return nil
}

// superscript writes a number in raised digits.
func superscript(n int) string {
	return strings.Map(func(digit rune) rune { return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[digit-'0'] }, fmt.Sprint(n))
}
