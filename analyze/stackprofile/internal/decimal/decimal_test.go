package decimal

import (
	"math/big"
	"strings"
	"testing"
)

// FuzzDecimal compares with package big: a value times ten to the power of places
// is exact, and what has more decimals is rounded to the nearest integer.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"0", "12", "-0.5", "+7.", ".25e1", "1e-6", "1E3", "9223372036854775807", "-9223372036854775808", "00.100", "1,5", "1,234.5", "e", "1e", "1e+-2", "0x10", "--1", "-+0", "123456789012345678.9"} {
		f.Add(text, 3)
	}
	f.Fuzz(func(t *testing.T, text string, places int) {
		places = ((places % 10) + 10) % 10
		d, err := Parse([]byte(text))
		want, ok := new(big.Rat).SetString(strings.TrimPrefix(text, "+"))
		if err != nil {
			return
		}
		if !ok || strings.ContainsAny(text, "_/xXpPoObB") {
			t.Fatalf("%q was read as %+v", text, d)
		}
		value, rounded, fits := d.Times10(places)
		want.Mul(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
		if !fits {
			if want.Abs(want).Cmp(new(big.Rat).SetInt64(1<<63-1)) < 0 {
				t.Fatalf("%q with %d places does not fit", text, places)
			}
			return
		}
		got := new(big.Rat).SetInt64(value)
		if !rounded && got.Cmp(want) != 0 {
			t.Fatalf("%q with %d places is %d, not %s", text, places, value, want)
		}
		if off := got.Sub(got, want); off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%q with %d places is %d, off by %s", text, places, value, off)
		}
	})
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text  string
		value int64 // in thousandths
		err   error
	}{
		{"12", 12000, nil}, {"-0.5", -500, nil}, {"+7.", 7000, nil}, {".25e1", 2500, nil}, {"1e-3", 1, nil}, {"2E2", 200000, nil}, {"0.0004", 0, nil}, {"-0.0005", -1, nil}, {"00.100", 100, nil},
		{"1,5", 0, ErrComma}, {"1,234", 0, ErrComma}, {"1,234.5", 0, ErrComma}, {"12ms", 0, ErrNoNumber}, {"", 0, ErrNoNumber}, {".", 0, ErrNoNumber}, {"NaN", 0, ErrNoNumber}, {"0x10", 0, ErrNoNumber},
		{"1e", 0, ErrNoNumber}, {"1e99", 0, ErrNoNumber}, {"99999999999999999999", 0, ErrNoNumber},
	} {
		d, err := Parse([]byte(row.text))
		if err != row.err {
			t.Errorf("%q: got %v, want %v", row.text, err, row.err)
		} else if v, _, ok := d.Times10(3); err == nil && (v != row.value || !ok) {
			t.Errorf("%q: got %d, %v, want %d", row.text, v, ok, row.value)
		}
	}
}
