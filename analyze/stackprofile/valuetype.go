package stackprofile

import (
	"fmt"
	"strconv"
	"strings"
)

// ValueType says what a value counts and in which unit: {"cpu", "nanoseconds"}.
type ValueType struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	// Scale is how many of a value are one of Unit: 100 if values are hundredths.
	// Only text has other values than integers; 0 is 1.
	Scale int64 `json:"-"`
}

// String is "cpu (nanoseconds)".
func (t ValueType) String() string {
	if t.Unit == "" {
		return t.Name
	}
	return fmt.Sprintf("%s (%s)", t.Name, t.Unit)
}

// Same reports whether two types count the same in the same unit; their scales
// may differ.
func (t ValueType) Same(other ValueType) bool { return t.Name == other.Name && t.Unit == other.Unit }

// InUnit is a value of the type in its unit.
func (t ValueType) InUnit(value int64) float64 { return float64(value) / float64(max(t.Scale, 1)) }

// Text is a value of the type in its unit, exactly: "12", or with a scale "12.5".
func (t ValueType) Text(value int64) string {
	if t.Scale <= 1 {
		return strconv.FormatInt(value, 10)
	}
	sign := ""
	size := uint64(value)
	if value < 0 {
		sign, size = "-", -size
	}
	whole, part := size/uint64(t.Scale), size%uint64(t.Scale)
	if part == 0 {
		return sign + strconv.FormatUint(whole, 10)
	}
	decimals := strconv.FormatUint(uint64(t.Scale)+part, 10)[1:] // Scale is a power of ten
	return sign + strconv.FormatUint(whole, 10) + "." + strings.TrimRight(decimals, "0")
}
