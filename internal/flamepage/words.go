package flamepage

import (
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// countOf is "1 group" or "3 groups".
func countOf(n int, what string) string {
	return units.Counted(n, what, what+"s")
}

// shareText is a share of a whole; of nothing there is none.
func shareText(part, whole int64) string {
	if whole == 0 {
		return "-"
	}
	return units.Percent(float64(part) / float64(whole))
}

// mark is what stands behind a name, as go tool pprof writes it.
func mark(i stackprofile.Inlining) string {
	switch i {
	case stackprofile.AlwaysInlined:
		return " (inline)"
	case stackprofile.PartlyInlined:
		return " (partial-inline)"
	}
	return ""
}
