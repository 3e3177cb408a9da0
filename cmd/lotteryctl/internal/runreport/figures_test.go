package runreport

import (
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
)

func ref(v float64) *float64 { return &v }

func TestFigures(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{units.Grouped(0), "0"},
		{units.Grouped(999), "999"},
		{units.Grouped(1234567), "1,234,567"},
		{units.Grouped(-1234), "-1,234"},
		{units.Fixed(12345.5, -1), "12,345.5"},
		{units.Milliseconds(1_234_567), "1.235"},
		{units.Milliseconds(12_345_678), "12.35"},
		{units.Milliseconds(1_234_567_890), "1,234.6"},
		{whole(nil), "-"},
		{oneDecimal(ref(1234.56)), "1,234.6"},
		{micro(ref(154_100)), "154.1"},
		{mebi(ref(1.5 * (1 << 20))), "1.5"},
		{ShortDuration(90 * time.Second), "1m30s"},
		{ShortDuration(0), "1s"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
