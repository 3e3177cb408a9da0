package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/perf/benchunit"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// changeText writes a ratio for people: +12.5%, and from threefold on ×15.4 or
// ÷15.4, which a percentage would hide.
func changeText(ratio float64) string { return ratioText(ratio, isManyfold(ratio)) }

func isManyfold(ratio float64) bool { return ratio >= 3 || ratio <= 1.0/3 }

func ratioText(ratio float64, manyfold bool) string {
	switch {
	case math.IsInf(ratio, 1):
		return "×∞"
	case ratio == 0:
		return "-100%"
	case manyfold && ratio >= 1:
		return "×" + threeDigits(ratio)
	case manyfold:
		return "÷" + threeDigits(1/ratio)
	}
	return fmt.Sprintf("%+.1f%%", (ratio-1)*100)
}

func threeDigits(x float64) string {
	switch {
	case x >= 1e6:
		return strconv.FormatFloat(x, 'g', 3, 64)
	case x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// intervalText is "[-17.1%, -5.2%]", or what is wrong with it.
func intervalText(r stat.Ratio) string {
	if r.Low == 0 && math.IsInf(r.High, 1) {
		return "[no interval]"
	}
	manyfold := isManyfold(r.Center) // the ends are written like the centre
	return "[" + ratioText(r.Low, manyfold) + ", " + ratioText(r.High, manyfold) + "]"
}

// pText is "p=0.006" with as many digits as a reader needs.
func pText(p float64) string {
	switch {
	case math.IsNaN(p):
		return "-"
	case p < 0.0001:
		return "p<0.0001"
	case p < 0.001:
		return fmt.Sprintf("p=%.4f", p)
	}
	return fmt.Sprintf("p=%.3f", p)
}

// effectText is a judgement in a line: "+12.5% [+5.2%, +17.1%] p=0.006".
func effectText(g *Judgement) string {
	return changeText(g.Effect.Center) + " " + intervalText(g.Effect) + " " + pText(g.PHolm)
}

func runsText(runs int) string {
	switch {
	case runs == 0:
		return ""
	case runs >= stat.MaxRuns:
		return fmt.Sprintf("; more than %s runs of each arm would be needed", grouped(stat.MaxRuns))
	}
	return fmt.Sprintf("; about %s runs of each arm would decide", grouped(runs))
}

// valueText is a value in its unit, scaled: "6.318ms".
func valueText(v float64, unit string) string {
	text := benchunit.Scale(v, benchunit.ClassOf(unit))
	switch {
	case strings.Contains(numerator(unit), "sec"):
		return text + "s"
	case benchunit.ClassOf(unit) == benchunit.Binary:
		return text + "B"
	}
	return text
}

// subject names a cell: its row, and its column where there are several things
// compared with the baseline.
func (t *Table) subject(row, col int) string {
	label, column := t.Rows[row].Label, t.Cols[col].Label
	switch {
	case label == "":
		return column
	case column == "" || len(t.Cols) == 2 && col != t.Baseline:
		return label
	}
	return label + " in " + column
}

func runsOf(old, new int) string {
	if old == new {
		return counted(old, "run", "runs") + " of each arm"
	}
	return fmt.Sprintf("%d and %d runs", old, new)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes 10000 as 10,000.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
