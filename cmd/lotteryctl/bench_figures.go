package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// unknown stands in for a figure that could not be had.
const unknown = "-"

// grouped writes 1234567 as 1,234,567.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// groupedFloat is grouped with the decimals that v has.
func groupedFloat(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	integer, fraction, has := strings.Cut(text, ".")
	n, err := strconv.ParseInt(integer, 10, 64)
	if err != nil {
		return text
	}
	if has {
		return grouped(n) + "." + fraction
	}
	return grouped(n)
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// ms writes milliseconds with about three significant digits.
func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v < 10:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

func msFloat(ns *float64) string {
	if ns == nil {
		return unknown
	}
	return ms(time.Duration(*ns))
}

// scaled writes v × unit with so many decimals.
func scaled(v *float64, unit float64, decimals int) string {
	if v == nil {
		return unknown
	}
	text := strconv.FormatFloat(*v*unit, 'f', decimals, 64)
	integer, fraction, has := strings.Cut(text, ".")
	if n, err := strconv.ParseInt(integer, 10, 64); err == nil {
		integer = grouped(n)
	}
	if has {
		return integer + "." + fraction
	}
	return integer
}

func whole(v *float64) string       { return scaled(v, 1, 0) }
func oneDecimal(v *float64) string  { return scaled(v, 1, 1) }
func micro(ns *float64) string      { return scaled(ns, 1e-3, 1) }
func milli(seconds *float64) string { return scaled(seconds, 1e3, 2) }
func mebi(bytes *float64) string    { return scaled(bytes, 1.0/(1<<20), 1) }

// shortDuration is 45s, 2m5s: whole seconds, at least one.
func shortDuration(d time.Duration) string {
	return max(d.Round(time.Second), time.Second).String()
}
