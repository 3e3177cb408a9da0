package unitnames

import (
	"math"
	"strconv"
	"strings"
)

// Kind is what an amount is a number of, as sentences have it.
type Kind string

// The kinds.
const (
	Number Kind = "a number"
	Share  Kind = "a share"
	Time   Kind = "a time"
	Bytes  Kind = "an amount of bytes"
)

type suffix struct {
	text   string
	kind   Kind
	factor float64
}

// suffixes, those first that end in others.
func suffixes() []suffix {
	return []suffix{
		{"%", Share, 0.01},
		{"ns", Time, 1e-9}, {"us", Time, 1e-6}, {"µs", Time, 1e-6}, {"μs", Time, 1e-6},
		{"ms", Time, 1e-3}, {"sec", Time, 1}, {"s", Time, 1},
		{"KiB", Bytes, 1 << 10}, {"MiB", Bytes, 1 << 20}, {"GiB", Bytes, 1 << 30},
		{"KB", Bytes, 1e3}, {"kB", Bytes, 1e3}, {"MB", Bytes, 1e6}, {"GB", Bytes, 1e9}, {"B", Bytes, 1},
		{"k", Number, 1e3}, {"M", Number, 1e6}, {"", Number, 1},
	}
}

// ParseAmount reads 5%, 2ms, 64KiB, 10k or 0.5: in seconds, in bytes, as a share
// of 1, or as it was written. ok is false for anything else.
func ParseAmount(text string) (value float64, kind Kind, ok bool) {
	for _, s := range suffixes() {
		number, has := strings.CutSuffix(text, s.text)
		if !has {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			return 0, "", false
		}
		return value * s.factor, s.kind, true
	}
	return 0, "", false
}
