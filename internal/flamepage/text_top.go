package flamepage

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// WriteTop writes the first most lines of the table of a profile's functions; 0
// writes all. Functions whose values add up to nothing are left out.
func WriteTop(w io.Writer, p *stackprofile.Profile, valueType int, by stackprofile.Grouping, most int) error {
	top, err := p.Top(valueType, by)
	if err != nil {
		return err
	}
	t, size := p.Types[valueType], p.Size(valueType)
	top = slices.DeleteFunc(top, func(f stackprofile.FunctionTotal) bool { return f.Self == 0 && f.Total == 0 })
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s in total\n\n", t, valueText(p.Total(valueType), t))
	fmt.Fprintf(out, "%10s %8s %8s %10s %8s  %s\n", "self", "self%", "sum%", "total", "total%", "function")
	if most <= 0 || most > len(top) {
		most = len(top)
	}
	var sum int64
	for _, f := range top[:most] {
		sum += f.Self
		fmt.Fprintf(out, "%10s %8s %8s %10s %8s  %s%s\n", valueText(f.Self, t), shareText(f.Self, size), shareText(sum, size),
			valueText(f.Total, t), shareText(f.Total, size), stackprofile.FoldedName(f.Name), mark(f.Inlined))
	}
	if left := len(top) - most; left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more function"))
	}
	return out.Flush()
}
