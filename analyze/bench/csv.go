package bench

import (
	"encoding/csv"
	"fmt"
	"io"
)

// WriteCSV writes all tables as comma-separated values, one after another with
// a blank line between, byte for byte as benchstat does: centers with all
// their digits, everything else as in the text.
//
// Warnings go to a writer of their own, each with the reference of its cell as
// spreadsheets name it ("B6: …"), so as not to break the table. (benchstat
// names columns beyond Z wrongly; this does not.) Notes are not written.
func (t *Tables) WriteCSV(w, warnings io.Writer) error {
	c := csvTables{out: csv.NewWriter(w), warnings: warnings, line: 1}
	err := t.each(
		func(s string) error { return c.emit([]string{s}) },
		func(table *Table) error { return c.table(table) },
	)
	if err != nil {
		return err
	}
	c.out.Flush()
	return c.out.Error()
}

// csvTables writes tables and knows where it is.
type csvTables struct {
	out      *csv.Writer
	warnings io.Writer
	line     int // the next one, from 1
}

// csvColumn returns the place where a column of a table begins: the label is
// one wide, the baseline two (center, interval), each other column four (and
// difference, test).
func csvColumn(col int) int {
	if col == 0 {
		return 1
	}
	return 3 + (col-1)*4
}

func (c *csvTables) emit(row []string) error {
	c.line++
	return c.out.Write(row)
}

func (c *csvTables) table(t *Table) error {
	for _, row := range csvHeader(t) {
		if err := c.emit(row); err != nil {
			return err
		}
	}
	for i, key := range t.Rows {
		row := []string{key.Label}
		for col, cell := range t.Cells[i] {
			if cell == nil {
				continue
			}
			row = extend(row, csvColumn(col))
			if err := c.warn(len(row), cell.Sample.Warnings, cell.Summary.Warnings); err != nil {
				return err
			}
			row = append(row, fmt.Sprint(cell.Summary.Center), cell.Summary.PctRangeString())
			if cell.Baseline != nil {
				if err := c.warn(len(row), cell.Comparison.Warnings); err != nil {
					return err
				}
				row = append(row, cell.Delta(), cell.Comparison.String())
			}
		}
		if err := c.emit(row); err != nil {
			return err
		}
	}
	return c.geomeans(t)
}

// csvHeader returns a row for each field of the columns' keys, and one for the
// meaning of the columns.
func csvHeader(t *Table) [][]string {
	var rows [][]string
	for level := range t.Cols[0].Fields {
		var row []string
		for col, key := range t.Cols {
			row = append(extend(row, csvColumn(col)), key.Fields[level].Value)
		}
		rows = append(rows, extend(row, csvColumn(len(t.Cols))))
	}
	var row []string
	for col := range t.Cols {
		row = append(extend(row, csvColumn(col)), t.Unit, "CI")
		if col > 0 {
			row = append(row, "vs base", "P")
		}
	}
	return append(rows, row)
}

func (c *csvTables) geomeans(t *Table) error {
	row := []string{geomeanLabel}
	for col, g := range t.Geomean {
		row = extend(row, csvColumn(col))
		if err := c.warn(len(row), g.Warnings); err != nil {
			return err
		}
		if g.HasCenter {
			row = append(row, fmt.Sprint(g.Center))
		}
		if col == 0 {
			continue
		}
		row = extend(row, csvColumn(col)+2)
		if g.HasRatio {
			row = append(row, g.percent())
		} else {
			row = append(row, "?")
		}
	}
	return c.emit(extend(row, csvColumn(len(t.Cols))))
}

// warn writes warnings about the cell that comes next.
func (c *csvTables) warn(col int, lists ...[]error) error {
	for _, list := range lists {
		for _, warning := range list {
			if _, err := fmt.Fprintf(c.warnings, "%s%d: %s\n", columnName(col), c.line, warning); err != nil {
				return err
			}
		}
	}
	return nil
}

// columnName returns the letters of a spreadsheet's column, counted from 0.
func columnName(col int) string {
	name := string(rune('A' + col%26))
	if col < 26 {
		return name
	}
	return columnName(col/26-1) + name
}

// extend fills a row with empty fields up to a column.
func extend(row []string, to int) []string {
	for len(row) < to {
		row = append(row, "")
	}
	return row
}
