package flame

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// WriteFolded writes one line for each stack of the tree with its value on
// either side, "main;serve 10.5 12.25", in Diff.Unit, which flamegraph.pl reads.
// What lies in branches that are not shown counts as their parent's.
func (d *Diff) WriteFolded(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var names []string
	for i, n := range d.Nodes {
		if i > 0 {
			names = append(names[:n.Depth-1], stackprofile.FoldedName(d.Names[n.Name]))
		}
		before, after := d.own(i)
		if before == 0 && after == 0 {
			continue
		}
		if i == 0 {
			out.WriteString(stackprofile.NoStack)
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
