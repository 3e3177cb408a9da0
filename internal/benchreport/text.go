package benchreport

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/units"
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
	doubts := r.AllDoubts()
	for _, d := range doubts {
		fmt.Fprintf(&b, "warning: %s\n", d.Text)
	}
	if len(doubts) > 0 {
		b.WriteByte('\n')
	}
	for _, a := range r.Appendices {
		fmt.Fprintf(&b, "%s:\n  %s\n\n", a.Title, strings.Join(a.Items, "\n  "))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return r.Tables.WriteText(w)
}

func (r *Report) writeVerdicts(b *strings.Builder) {
	gated := r.lines(true)
	fmt.Fprintf(b, "%s\n", tally(gated))
	if method := r.Method(); method != "" {
		fmt.Fprintf(b, "(%s)\n", method)
	}
	b.WriteByte('\n')
	writeLines(b, gated, "")
	if advisory := outstanding(r.lines(false)); len(advisory) > 0 {
		b.WriteString("other metrics, corrected separately:\n")
		writeLines(b, advisory, "  ")
	}
	if overall := r.overallLines(); len(overall) > 0 {
		fmt.Fprintf(b, "all benchmarks together:\n  %s\n\n", strings.Join(overall, "\n  "))
	}
}

// writeLines writes a line a judgement, as a table without rules.
func writeLines(b *strings.Builder, lines []line, indent string) {
	if len(lines) == 0 {
		return
	}
	out := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, part := range abridged(lines) {
		for _, l := range part.lines {
			fmt.Fprintf(out, "%s%s\t%s\t%s\t%s\t%s\t%s", indent, l.Verdict, l.table.Unit, l.subject(), l.values(), l.change(), l.p())
			if note := l.note(); note != "" {
				fmt.Fprintf(out, "\t%s", note)
			}
			fmt.Fprintln(out)
		}
		if part.more > 0 {
			fmt.Fprintf(out, "%s%s\tand %s more\n", indent, part.lines[0].Verdict, units.Grouped(part.more))
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
		if lines[0].Verdict.IsChange() {
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
			if c.Outcome == bench.Passed {
				continue
			}
			if shown++; shown > mostOthers {
				continue
			}
			fmt.Fprintf(b, "  %s: %s: %s\n", c.Outcome, where(c), Check(c))
		}
		if shown > mostOthers {
			fmt.Fprintf(b, "  and %s more\n", units.Grouped(shown-mostOthers))
		}
	}
	if len(r.Gates) > 0 {
		b.WriteByte('\n')
	}
}
