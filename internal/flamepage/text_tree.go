package flamepage

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// TextOptions say how much of a tree is written as text.
type TextOptions struct {
	// MinShare is the share of the total that a line must have; 0 is a hundredth,
	// less than 0 none.
	MinShare float64
	// MaxLines bounds the lines; 0 does not.
	MaxLines int
}

// defaultTextShare keeps a tree to what fits a few screens.
const defaultTextShare = 0.01

// WriteTree writes a tree for a terminal: a line for each frame, below its
// caller and further to the right. What is left out is told at the end.
func WriteTree(w io.Writer, t *flame.Tree, o TextOptions) error {
	if o.MinShare == 0 {
		o.MinShare = defaultTextShare
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s in total\n\n%10s %8s %10s\n", t.Type, valueText(t.Total(), t.Type), "total", "", "self")
	least := int64(math.Ceil(sizeOf(t) * max(o.MinShare, 0)))
	left, written := 0, 0
	for i := 0; i < len(t.Nodes); i++ {
		n := t.Nodes[i]
		if max(n.Total, -n.Total) < least || o.MaxLines > 0 && written >= o.MaxLines {
			left += int(n.End) - i
			i = int(n.End) - 1
			continue
		}
		written++
		fmt.Fprintf(out, "%10s %8s %10s  %s%s%s\n", valueText(n.Total, t.Type), shareText(n.Total, sizeOf(t)),
			valueText(n.Self, t.Type), strings.Repeat("  ", min(int(n.Depth), 40)), stackprofile.FoldedName(t.NameOf(n)), mark(n.Inlined))
	}
	if left += t.Hidden; left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more frame"))
	}
	return out.Flush()
}
