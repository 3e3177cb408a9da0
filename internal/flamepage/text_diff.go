package flamepage

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// WriteDiff writes what changed as a table for a terminal: the whole, where in
// the tree the certain changes lie, and at most most functions (0: 30), those
// whose change is certain first. Changes within the noise are said to be so. The notes
// of the caller stand before those of the diff.
func WriteDiff(w io.Writer, d *flame.Diff, most int, notes ...string) error {
	if most <= 0 {
		most = 30
	}
	out := bufio.NewWriter(w)
	whole := d.Nodes[0].Total
	fmt.Fprintf(out, "%s, %s: %s\n%s\n", d.Type, basisWords(d), changeWords(d, whole), evidenceWords(d))
	switch {
	case len(d.Causes) == 0 && len(d.Certain(1)) == 0:
		fmt.Fprint(out, "\nNo significant change.\n")
	case len(d.Causes) == 0:
		fmt.Fprintf(out, "\nNo call path by itself changed significantly, but %s did, whoever called it:\n", countOf(len(d.Certain(0)), "function"))
		for _, line := range Sentences(d, 3) {
			fmt.Fprintf(out, "  %s\n", line)
		}
	default:
		fmt.Fprint(out, "\nWhere it changed:\n")
		for _, i := range d.Causes {
			fmt.Fprintf(out, "  %s\n    in %s\n", changeWords(d, d.Nodes[i].Total), stackprofile.FoldedName(path(d, i)))
		}
	}
	writeFunctions(out, d, most)
	notes = slices.Concat(notes, DiffNotes(d))
	for _, note := range notes {
		fmt.Fprintf(out, "\nNote: %s.", note)
	}
	if len(notes) > 0 {
		fmt.Fprintln(out)
	}
	return out.Flush()
}

func writeFunctions(out *bufio.Writer, d *flame.Diff, most int) {
	changed := changedFunctions(d)
	if len(changed) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%16s %16s %16s  %-14s %16s %16s  %s\n", "self before", "self after", "change", "", "total before", "total after", "function")
	functions := changed[:min(most, len(changed))]
	for _, f := range functions {
		change, verdict := f.Self, f.Self.Significance.String()
		if change.Significance == flame.WithinNoise && f.Total.Significance != flame.WithinNoise {
			change, verdict = f.Total, f.Total.Significance.String()+" below" // in what it calls
		}
		fmt.Fprintf(out, "%16s %16s %16s  %-14s %16s %16s  %s\n", units.Rough(f.Self.Old, d.Unit), units.Rough(f.Self.New, d.Unit),
			signed(change.Delta(), d.Unit), verdict, units.Rough(f.Total.Old, d.Unit), units.Rough(f.Total.New, d.Unit), stackprofile.FoldedName(d.Names[f.Name]))
	}
	if left := len(changed) - len(functions); left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more function"))
	}
}

// changedFunctions are those whose values differ at all.
func changedFunctions(d *flame.Diff) (changed []flame.FunctionChange) {
	for _, f := range d.Functions {
		if f.Self.Delta() != 0 || f.Total.Delta() != 0 {
			changed = append(changed, f)
		}
	}
	return changed
}

func basisWords(d *flame.Diff) string {
	switch d.Basis {
	case flame.PerRequest:
		return "per request"
	case flame.PerSecond:
		return "per second"
	case flame.PerTypical:
		return "scaled until most of the program is unchanged"
	case flame.PerTotal:
		return "in percent of the total"
	}
	return "per profile"
}

func evidenceWords(d *flame.Diff) string {
	sides := fmt.Sprintf("%s before, %d after", countOf(d.Old.Profiles, "profile"), d.New.Profiles)
	switch d.Evidence {
	case flame.FromRounds:
		return sides + ": the differences within a side are the noise."
	case flame.FromSamples:
		noise := "only the sampling error counts as noise"
		if slices.ContainsFunc(d.Notes, func(n flame.Note) bool { return n.Code == flame.CountsScatter }) {
			noise = "the noise is how much the counts of most functions vary"
		}
		return sides + ": " + noise + "; take several rounds to learn how much runs differ."
	}
	return sides + ": nothing is known about the noise."
}

// path names a node by its callers, root first.
func path(d *flame.Diff, node int) string {
	if node == 0 {
		return "the whole profile"
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
