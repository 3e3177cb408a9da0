package flamepage

import (
	"math"
	"strconv"
	"strings"
)

// amountText is a value with its unit as people read it: "1.23 s" for
// 1230000000 nanoseconds, "4.5 MiB", "12.3 µs/request". Units that are not
// known stay as they are. Three or four digits are shown.
func amountText(v float64, unit string) string {
	unit, per, _ := strings.Cut(unit, "/")
	if per != "" {
		per = "/" + per
	}
	switch unit {
	case "nanoseconds", "ns":
		return scaled(v, 1000, []string{"ns", "µs", "ms"}, " s", per)
	case "microseconds", "us", "µs":
		return scaled(v*1e3, 1000, []string{"ns", "µs", "ms"}, " s", per)
	case "milliseconds", "ms":
		return scaled(v*1e6, 1000, []string{"ns", "µs", "ms"}, " s", per)
	case "seconds", "s":
		return scaled(v*1e9, 1000, []string{"ns", "µs", "ms"}, " s", per)
	case "bytes", "B":
		return scaled(v, 1024, []string{"B", "KiB", "MiB"}, " GiB", per)
	case "%":
		return percentText(v) + per
	case "", "count":
		return figures(v) + per
	}
	return figures(v) + " " + unit + per
}

// scaled divides v by base for each unit that it is too large for.
func scaled(v, base float64, units []string, last, per string) string {
	for _, u := range units {
		if math.Abs(v) < base*0.9995 {
			return figures(v) + " " + u + per
		}
		v /= base
	}
	return figures(v) + last + per
}

// percentText is "12.3 %"; very little is not nothing.
func percentText(v float64) string {
	if v != 0 && math.Abs(v) < 0.001 {
		return "< 0.001 %"
	}
	return figures(v) + " %"
}

// figures shows v with three digits, or all digits before the point, thousands
// apart.
func figures(v float64) string {
	size := math.Abs(v)
	switch {
	case size == 0:
		return "0"
	case size >= 1000:
		return grouped(strconv.FormatFloat(v, 'f', 0, 64))
	case size >= 99.95:
		return trimZeros(strconv.FormatFloat(v, 'f', 0, 64))
	case size >= 9.995:
		return trimZeros(strconv.FormatFloat(v, 'f', 1, 64))
	case size >= 0.0001:
		return trimZeros(strconv.FormatFloat(v, 'f', 2+max(0, -int(math.Floor(math.Log10(size)))), 64))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func trimZeros(text string) string {
	if strings.Contains(text, ".") {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// grouped sets commas between thousands.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
