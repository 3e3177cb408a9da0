package flamepage

import (
	"bufio"
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// WriteTop writes the first most lines of a table of functions; 0 writes all.
// Total is that of the profile, which the shares are of.
func WriteTop(w io.Writer, top []stackprofile.FunctionTotal, t stackprofile.ValueType, total int64, most int) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s in total\n\n", t, units.Rough(float64(total), t.Unit))
	fmt.Fprintf(out, "%10s %8s %8s %10s %8s  %s\n", "self", "self%", "sum%", "total", "total%", "function")
	if most <= 0 || most > len(top) {
		most = len(top)
	}
	var sum int64
	for _, f := range top[:most] {
		sum += f.Self
		fmt.Fprintf(out, "%10s %8s %8s %10s %8s  %s%s\n", units.Rough(float64(f.Self), t.Unit), shareText(f.Self, total), shareText(sum, total),
			units.Rough(float64(f.Total), t.Unit), shareText(f.Total, total), stackprofile.FoldedName(f.Name), mark(f.Inlined))
	}
	if left := len(top) - most; left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more function"))
	}
	return out.Flush()
}
