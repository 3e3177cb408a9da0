package flamepage

import (
	"bufio"
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// WriteTop writes the first most lines of a table of functions; 0 writes all.
// Total is that of the profile, which the shares are of. Requests were served
// while it was taken; if they are known, not 0, there is what each of them cost.
func WriteTop(w io.Writer, top []stackprofile.FunctionTotal, t stackprofile.ValueType, total int64, most int, requests float64) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s in total%s\n\n", t, units.Rough(float64(total), t.Unit), eachRequest(total, t, requests))
	fmt.Fprintf(out, "%10s %8s %8s %10s %8s%s  %s\n", "self", "self%", "sum%", "total", "total%", perRequest("per request", requests), "function")
	if most <= 0 || most > len(top) {
		most = len(top)
	}
	var sum int64
	for _, f := range top[:most] {
		sum += f.Self
		fmt.Fprintf(out, "%10s %8s %8s %10s %8s%s  %s%s\n", units.Rough(float64(f.Self), t.Unit), shareText(f.Self, total), shareText(sum, total),
			units.Rough(float64(f.Total), t.Unit), shareText(f.Total, total),
			perRequest(units.Rough(float64(f.Total)/max(requests, 1), t.Unit), requests), stackprofile.FoldedName(f.Name), mark(f.Inlined))
	}
	if left := len(top) - most; left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more function"))
	}
	return out.Flush()
}
