package bench

import "testing"

// TestStraight: with 8 values the median's interval of 95 % is from the first to
// the seventh, whose coverage is 1 - (1+9)/256; with 9 it leaves out one on each
// side, 1 - 2·(1+9)/512, and with 10 it does not.
func TestStraight(t *testing.T) {
	for n, want := range map[int]int{7: 9, 8: 9, 10: 12, 11: 12} {
		if got := straight(n, 0.95); got != want {
			t.Errorf("after %d: %d, want %d", n, got, want)
		}
	}
}

func TestSplitProcs(t *testing.T) {
	for name, want := range map[string][2]string{
		"Draw/step=pool-5": {"Draw/step=pool", "-5"}, "X-16": {"X", "-16"}, "-8": {"", "-8"},
		"8": {"8", ""}, "X-": {"X-", ""}, "X8": {"X8", ""}, "": {"", ""},
	} {
		prefix, suffix := splitProcs(name)
		if got := [2]string{prefix, suffix}; got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
