package units

import (
	"math"
	"strconv"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// manyfold is the factor from which a change is written as a factor. It is the
// least for which there is a word: from twice on people say how many times, and
// a percentage of what is left compresses the differences that matter.
const manyfold = 2

// Manyfold reports whether a ratio is written as a factor, ×2.42 or ÷3.52,
// and not in percent: at least a doubling or a halving. A ratio of 0 is not, as
// no factor leads to nothing: it is -100.0 %.
func Manyfold(ratio float64) bool {
	return ratio >= manyfold || ratio > 0 && ratio <= 1.0/manyfold
}

// Change writes a ratio new/old: "+4.2 %", "-30.0 %", or from a factor of two on
// "×2.42" and "÷3.52". No change is "+0.0 %", the ratio 0 "-100.0 %", +Inf "×∞".
func Change(ratio float64) string {
	if Manyfold(ratio) {
		return factor(ratio)
	}
	return percentage(ratio)
}

// Size writes a relative change that has no direction, such as the minimum effect
// that counts: 0.05 is "5 %".
func Size(change float64) string { return significant(100*change, 3) + " %" }

// Interval writes the interval of a ratio like its center, in percent or as
// factors: "[+5.2 %, +17.1 %]", "[÷4.77, ÷1.91]". Where the runs allow any
// ratio it is "[no interval]".
func Interval(r stat.Ratio) string {
	if r.Low == 0 && math.IsInf(r.High, 1) {
		return "[no interval]"
	}
	write := percentage
	if Manyfold(r.Center) {
		write = factor
	}
	return "[" + write(r.Low) + ", " + write(r.High) + "]"
}

// Effect is a change with its interval: "+12.5 % [+5.2 %, +17.1 %]".
func Effect(r stat.Ratio) string { return Change(r.Center) + " " + Interval(r) }

// percentage is exact to a tenth of a percent, and from +1,000 % on to one.
func percentage(ratio float64) string {
	p := 100 * (ratio - 1)
	switch {
	case math.IsNaN(p):
		return Unknown
	case math.IsInf(p, 1):
		return "+∞ %"
	case p >= 999.95:
		return "+" + grouped(strconv.FormatFloat(p, 'f', 0, 64)) + " %"
	}
	text := strconv.FormatFloat(p, 'f', 1, 64)
	switch {
	case text == "-0.0" || text == "0.0":
		return "+0.0 %"
	case p > 0:
		return "+" + text + " %"
	}
	return text + " %"
}

// factor has three digits.
func factor(ratio float64) string {
	switch {
	case math.IsNaN(ratio):
		return Unknown
	case ratio == 0:
		return "÷∞"
	case ratio < 1:
		return "÷" + threeDigits(1/ratio)
	}
	return "×" + threeDigits(ratio)
}

func threeDigits(x float64) string {
	switch {
	case math.IsInf(x, 0):
		return "∞"
	case x >= 999_999.5:
		return strconv.FormatFloat(x, 'g', 3, 64)
	case x >= 99.95:
		return grouped(strconv.FormatFloat(x, 'f', 0, 64))
	case x >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// leastP is the smallest p-value that is written with its digits.
const leastP = 0.0001

// P writes a p-value for a column whose title says what it is: "0.006",
// "0.0004", "<0.0001". [Unknown] for NaN, where nothing was tested.
func P(p float64) string {
	switch {
	case math.IsNaN(p):
		return Unknown
	case p < leastP:
		return "<0.0001"
	case p < 0.001:
		return strconv.FormatFloat(p, 'f', 4, 64)
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// PText writes a p-value for a sentence or a line without titles: "p = 0.006",
// "p < 0.0001". [Unknown] for NaN.
func PText(p float64) string {
	switch {
	case math.IsNaN(p):
		return Unknown
	case p < leastP:
		return "p < 0.0001"
	}
	return "p = " + P(p)
}
