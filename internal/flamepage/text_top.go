package flamepage

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// WriteTop writes the first most lines of the table of a profile's functions; 0
// writes all. Functions whose values add up to nothing are left out. Requests were
// served while it was taken; if they are known, not 0, there is what each of them
// cost.
func WriteTop(w io.Writer, p *stackprofile.Profile, valueType int, by stackprofile.Grouping, most int, requests float64) error {
	top, err := p.Top(valueType, by)
	if err != nil {
		return err
	}
	t, total, size := p.Types[valueType], p.Total(valueType), p.Size(valueType)
	top = slices.DeleteFunc(top, func(f stackprofile.FunctionTotal) bool { return f.Self == 0 && f.Total == 0 })
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s in total%s\n\n", t, valueText(total, t), eachRequest(total, t, requests))
	fmt.Fprintf(out, "%10s %8s %8s %10s %8s%s  %s\n", "self", "self%", "sum%", "total", "total%", perRequest("per request", requests), "function")
	if most <= 0 || most > len(top) {
		most = len(top)
	}
	var sum int64
	for _, f := range top[:most] {
		sum += f.Self
		fmt.Fprintf(out, "%10s %8s %8s %10s %8s%s  %s%s\n", valueText(f.Self, t), shareText(f.Self, size), shareText(sum, size),
			valueText(f.Total, t), shareText(f.Total, size),
			perRequest(units.Rough(t.InUnit(f.Total)/max(requests, 1), t.Unit), requests), stackprofile.FoldedName(f.Name), mark(f.Inlined))
	}
	if left := len(top) - most; left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more function"))
	}
	return out.Flush()
}
