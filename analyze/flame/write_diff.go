package flame

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
)

// WriteText writes what changed as a table for a terminal: the whole, where in
// the tree the certain changes lie, and at most most functions (0: 30), those
// whose change is certain first. Changes within the noise are said to be so.
func (d *Diff) WriteText(w io.Writer, most int) error {
	if most <= 0 {
		most = 30
	}
	out := bufio.NewWriter(w)
	whole := d.Nodes[0].Total
	fmt.Fprintf(out, "%s, %s: %s\n%s\n", d.Type, d.basisWords(), d.changeWords(whole), d.evidenceWords())
	if len(d.Causes) == 0 {
		fmt.Fprint(out, "\nNo change is certain.\n")
	} else {
		fmt.Fprint(out, "\nWhere it changed:\n")
		for _, i := range d.Causes {
			fmt.Fprintf(out, "  %s\n    in %s\n", d.changeWords(d.Nodes[i].Total), foldedName(d.path(i)))
		}
	}
	d.writeFunctions(out, most)
	for _, note := range d.Notes {
		fmt.Fprintf(out, "\nNote: %s.", note)
	}
	if len(d.Notes) > 0 {
		fmt.Fprintln(out)
	}
	return out.Flush()
}

func (d *Diff) writeFunctions(out *bufio.Writer, most int) {
	changed := d.changedFunctions()
	if len(changed) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%16s %16s %16s  %-14s %16s %16s  %s\n", "self before", "self after", "change", "", "total before", "total after", "function")
	functions := changed[:min(most, len(changed))]
	for _, f := range functions {
		change, verdict := f.Self, f.Self.Verdict.String()
		if change.Verdict == WithinNoise && f.Total.Verdict != WithinNoise {
			change, verdict = f.Total, f.Total.Verdict.String()+" below" // in what it calls
		}
		fmt.Fprintf(out, "%16s %16s %16s  %-14s %16s %16s  %s\n", amountText(f.Self.Old, d.Unit), amountText(f.Self.New, d.Unit),
			signed(change.Delta(), d.Unit), verdict, amountText(f.Total.Old, d.Unit), amountText(f.Total.New, d.Unit), foldedName(d.Names[f.Name]))
	}
	if left := len(changed) - len(functions); left > 0 {
		fmt.Fprintf(out, "\n%s more, not shown.\n", countOf(left, "function"))
	}
}

// changedFunctions are those whose values differ at all.
func (d *Diff) changedFunctions() (changed []FunctionChange) {
	for _, f := range d.Functions {
		if f.Self.Delta() != 0 || f.Total.Delta() != 0 {
			changed = append(changed, f)
		}
	}
	return changed
}

// signed is an amount with its sign in any case.
func signed(v float64, unit string) string {
	if v < 0 {
		return "-" + amountText(-v, unit)
	}
	return "+" + amountText(v, unit)
}

// changeWords is "10 µs/request to 12 µs/request, +2 µs/request (+20 %), 95 % in
// +1.5 µs .. +2.5 µs, p = 0.002 among all: grew". The interval is of this change
// alone and the p-value corrected for all, so that they can disagree.
func (d *Diff) changeWords(c Change) string {
	text := fmt.Sprintf("%s to %s, %s", amountText(c.Old, d.Unit), amountText(c.New, d.Unit), signed(c.Delta(), d.Unit))
	if c.Old != 0 {
		text += " (" + signed(100*c.Delta()/math.Abs(c.Old), "%") + ")"
	}
	if !math.IsNaN(c.Low) && !math.IsNaN(c.High) {
		text += fmt.Sprintf(", 95 %% in %s .. %s", signed(c.Low, d.Unit), signed(c.High, d.Unit))
	}
	if !math.IsNaN(c.P) {
		text += ", p = " + strconv.FormatFloat(c.P, 'g', 2, 64) + " among all"
	}
	if d.Evidence == FromNothing && c.Verdict != WithinNoise {
		return text + ": " + c.Verdict.String() + ", by size alone"
	}
	return text + ": " + c.Verdict.String()
}

func (d *Diff) basisWords() string {
	switch d.Basis {
	case PerRequest:
		return "per request"
	case PerSecond:
		return "per second"
	case PerTypical:
		return "scaled until most of the program is unchanged"
	case PerTotal:
		return "in percent of the total"
	}
	return "per profile"
}

func (d *Diff) evidenceWords() string {
	sides := fmt.Sprintf("%s before, %d after", countOf(d.Old.Profiles, "profile"), d.New.Profiles)
	switch d.Evidence {
	case FromRounds:
		return sides + ": what differs within a side counts as noise."
	case FromSamples:
		return sides + ": only the chance of sampling counts as noise; take several rounds to know what runs differ by."
	}
	return sides + ": nothing is known about noise."
}

// path names a node by its callers, root first.
func (d *Diff) path(node int) string {
	if node == 0 {
		return "everything"
	}
	names := []string{}
	depth := d.Nodes[node].Depth
	for i := node; i > 0 && depth > 0; i-- {
		if d.Nodes[i].Depth == depth {
			names = append(names, d.Names[d.Nodes[i].Name])
			depth--
		}
	}
	text := ""
	for i := len(names) - 1; i >= 0; i-- {
		text += names[i]
		if i > 0 {
			text += " > "
		}
	}
	return text
}

// WriteFolded writes one line for each stack of the tree with its value on
// either side, "main;serve 10.5 12.25", in Diff.Unit, which flamegraph.pl reads.
// What lies in branches that are not shown counts as their parent's.
func (d *Diff) WriteFolded(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var names []string
	for i, n := range d.Nodes {
		if i > 0 {
			names = append(names[:n.Depth-1], foldedName(d.Names[n.Name]))
		}
		before, after := d.own(i)
		if before == 0 && after == 0 {
			continue
		}
		if i == 0 {
			out.WriteString(noStack)
		}
		for j, name := range names {
			if j > 0 {
				out.WriteByte(';')
			}
			out.WriteString(name)
		}
		fmt.Fprintf(out, " %.9g %.9g\n", before, after)
	}
	return out.Flush()
}

// own is what a node has beside its children. What is left of sums of rounded
// numbers is nothing.
func (d *Diff) own(i int) (before, after float64) {
	n := d.Nodes[i]
	before, after = n.Total.Old, n.Total.New
	for c := i + 1; c < int(n.End); c = int(d.Nodes[c].End) {
		before -= d.Nodes[c].Total.Old
		after -= d.Nodes[c].Total.New
	}
	if math.Abs(before) < 1e-9*math.Abs(n.Total.Old) {
		before = 0
	}
	if math.Abs(after) < 1e-9*math.Abs(n.Total.New) {
		after = 0
	}
	return before, after
}
