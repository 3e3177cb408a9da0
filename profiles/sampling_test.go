package profiles

import (
	"strings"
	"testing"
)

func TestParseMutexFraction(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want int64
	}{
		{"--- mutex:\ncycles/second=2000000\nsampling period=100\n1 2 @ 0x1", 100},
		{"--- mutex:\ncycles/second=2000000\nsampling period=0\n", 0},
		{"--- mutex:\ncycles/second=2000000\n", -1},
		{"sampling period=x", -1},
		{"sampling period=-3", -1},
		{"1\n2\n3\n4\n5\nsampling period=7", -1},
		{"", -1},
	} {
		got, ok := parseMutexFraction(strings.NewReader(row.text))
		if !ok {
			got = -1
		}
		if got != row.want {
			t.Errorf("%q: got %d, want %d", row.text, got, row.want)
		}
	}
}
