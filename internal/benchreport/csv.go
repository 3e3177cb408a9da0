package benchreport

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
)

// WriteCSV writes benchstat's tables and, after a blank line, one table of all
// judgements. Warnings go to a writer of their own.
func (r *Report) WriteCSV(w, warnings io.Writer) error {
	if err := r.Tables.WriteCSV(w, warnings); err != nil {
		return err
	}
	for _, d := range r.AllDoubts() {
		if _, err := fmt.Fprintf(warnings, "warning: %s\n", d.Text); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	rows := [][]string{{"verdict", "unit", "row", "column", "old", "new", "ratio", "low", "high", "cliff", "test", "p", "p holm", "gated", "runs to decide"}}
	for _, gated := range []bool{true, false} {
		for _, l := range r.lines(gated) {
			rows = append(rows, l.record())
		}
	}
	return out.WriteAll(rows) // flushes
}

func (l line) record() []string {
	old := ""
	if l.Old != nil {
		old = number(l.Old.Summary.Center)
	}
	runs := ""
	if l.Runs > 0 {
		runs = strconv.Itoa(l.Runs)
	}
	return []string{
		string(l.Verdict), l.table.Unit, l.table.Rows[l.row].Label, l.table.Cols[l.col].Label,
		old, number(l.New.Summary.Center),
		number(l.Effect.Center), number(l.Effect.Low), number(l.Effect.High), number(l.Cliff),
		string(l.Test), number(l.P), number(l.PHolm), strconv.FormatBool(l.table.Gated), runs,
	}
}

// number writes all digits; nothing for what is no number.
func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
