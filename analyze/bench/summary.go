package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// The most lines of a kind that a summary for people lists.
const (
	mostDecided = 20
	mostOthers  = 8
)

// WriteText writes what a person needs first (verdicts, gates, doubts), and
// then benchstat's tables.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	r.writeVerdicts(&b)
	r.writeGates(&b)
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", warning.Text)
	}
	if len(r.Warnings) > 0 {
		b.WriteByte('\n')
	}
	r.writeAppendices(&b)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return r.Tables.WriteText(w)
}

func (r *Report) writeVerdicts(b *strings.Builder) {
	gated := r.lines(true)
	fmt.Fprintf(b, "%s\n", tally(gated))
	if method := r.method(); method != "" {
		fmt.Fprintf(b, "(%s)\n", method)
	}
	b.WriteByte('\n')
	r.writeLines(b, gated, "")
	if advisory := outstanding(r.lines(false)); len(advisory) > 0 {
		b.WriteString("others, corrected among themselves:\n")
		r.writeLines(b, advisory, "  ")
	}
	if overall := r.overallLines(); len(overall) > 0 {
		fmt.Fprintf(b, "all benchmarks at once:\n  %s\n\n", strings.Join(overall, "\n  "))
	}
}

// outstanding keeps the lines that say something changed.
func outstanding(lines []line) (kept []line) {
	for _, l := range lines {
		if l.Verdict == Regressed || l.Verdict == Improved || l.Verdict == Changed {
			kept = append(kept, l)
		}
	}
	return kept
}

// writeLines writes a line a judgement, as a table without rules.
func (r *Report) writeLines(b *strings.Builder, lines []line, indent string) {
	if len(lines) == 0 {
		return
	}
	out := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, part := range abridged(lines) {
		for _, l := range part.lines {
			note := l.note()
			if !l.table.Gated && l.table.Advisory != "" {
				note = l.table.Advisory
			}
			fmt.Fprintf(out, "%s%s\t%s\t%s\t%s\t%s\t%s", indent, l.Verdict, l.table.Unit, l.subject(), l.values(), l.change(), l.p())
			if note != "" {
				fmt.Fprintf(out, "\t%s", note)
			}
			fmt.Fprintln(out)
		}
		if part.more > 0 {
			fmt.Fprintf(out, "%s%s\tand %s more\n", indent, part.lines[0].Verdict, grouped(part.more))
		}
	}
	_ = out.Flush() // a Builder does not fail
	b.WriteByte('\n')
}

// portion is the first lines of one verdict and the number of others.
type portion struct {
	lines []line
	more  int
}

// abridged cuts the lines, which are sorted by verdict, into portions.
func abridged(lines []line) (portions []portion) {
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].Verdict == lines[0].Verdict {
			n++
		}
		most := mostOthers
		if v := lines[0].Verdict; v == Regressed || v == Improved || v == Changed {
			most = mostDecided
		}
		shown := min(n, most)
		portions = append(portions, portion{lines[:shown], n - shown})
		lines = lines[n:]
	}
	return portions
}

func (r *Report) writeGates(b *strings.Builder) {
	for _, g := range r.Gates {
		fmt.Fprintf(b, "gate %s: %s\n", g.Gate.Text, g.Outcome)
		shown := 0
		for _, c := range g.Checks {
			if c.Outcome == Passed {
				continue
			}
			if shown++; shown > mostOthers {
				continue
			}
			fmt.Fprintf(b, "  %s: %s: %s\n", c.Outcome, c.where(), c.Text)
		}
		if shown > mostOthers {
			fmt.Fprintf(b, "  and %d more\n", shown-mostOthers)
		}
	}
	if len(r.Gates) > 0 {
		b.WriteByte('\n')
	}
}
