package units

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Unknown is written for a figure that is not available.
const Unknown = "-"

// Grouped writes 1234567 as 1,234,567.
func Grouped[N int | int32 | int64](n N) string { return grouped(strconv.FormatInt(int64(n), 10)) }

// grouped sets commas between the thousands of a decimal number.
func grouped(number string) string {
	integer, fraction, has := strings.Cut(number, ".")
	for i := len(integer) - 3; i > 0 && integer[i-1] != '-' && integer[i-1] != '+'; i -= 3 {
		integer = integer[:i] + "," + integer[i:]
	}
	if has {
		return integer + "." + fraction
	}
	return integer
}

// Fixed writes v grouped, with that number of decimals: 1,234.5. A negative number
// of decimals stands for as many as v has. [Unknown] for NaN.
func Fixed(v float64, decimals int) string {
	switch {
	case math.IsNaN(v):
		return Unknown
	case math.IsInf(v, 0):
		return infinite(v)
	}
	return positiveZero(grouped(strconv.FormatFloat(v, 'f', decimals, 64)))
}

func infinite(v float64) string {
	if v < 0 {
		return "-∞"
	}
	return "∞"
}

// positiveZero takes the sign from a number that was rounded to zero.
func positiveZero(number string) string {
	if strings.Trim(number, "-0.,") == "" {
		return strings.TrimPrefix(number, "-")
	}
	return number
}

// Milliseconds writes a duration in milliseconds, without the unit, to about
// four digits and never finer than a microsecond: 6.318, 12.35, 1,234.6.
func Milliseconds(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch size := math.Abs(v); {
	case size < 9.9995:
		return Fixed(v, 3)
	case size < 99.995:
		return Fixed(v, 2)
	}
	return Fixed(v, 1)
}

// Counted writes a number of things: "1 run", "12,000 runs".
func Counted[N int | int32 | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Grouped(n) + " " + many
}

// significant is exact without zeros at the end of a fraction.
func significant(v float64, digits int) string {
	text := exact(v, digits)
	if strings.Contains(text, ".") && !strings.Contains(text, "e") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// exact writes v to that many significant digits, or with all digits before the
// point; a whole number without a fraction.
func exact(v float64, digits int) string {
	size := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return Unknown
	case math.IsInf(v, 0):
		return infinite(v)
	case size == 0:
		return "0"
	case size < 1e15 && v == math.Trunc(v):
		return grouped(strconv.FormatFloat(v, 'f', 0, 64))
	case size < 1e-4 || size >= 1e15:
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	// The power of ten after rounding: 9.9996 to four digits is 10.
	decimals := max(0, digits-1-int(math.Floor(math.Log10(rounded(size, digits))+1e-12)))
	return grouped(strconv.FormatFloat(v, 'f', decimals, 64))
}

// rounded is v to that many significant digits.
func rounded(v float64, digits int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return v // beyond the largest number
	}
	return r
}
