package flamepage

import (
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// countOf is "1 group" or "3 groups".
func countOf(n int, what string) string {
	return units.Counted(n, what, what+"s")
}

// shareText is the share of a value in the size of all, without its sign as go
// tool pprof has it; of nothing there is none.
func shareText(part int64, size float64) string {
	if size == 0 {
		return "-"
	}
	return units.Percent(math.Abs(float64(part)) / size)
}

// sizeOf is what shares of a tree are of.
func sizeOf(t *flame.Tree) float64 {
	if t.Size > 0 {
		return t.Size
	}
	return math.Abs(float64(t.Total()))
}

// valueText is a value of a type with its unit.
func valueText(value int64, t stackprofile.ValueType) string {
	return units.Rough(t.InUnit(value), t.Unit)
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
