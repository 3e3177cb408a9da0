package runreport

import (
	"testing"
	"time"
)

func ref(v float64) *float64 { return &v }

func TestFigures(t *testing.T) {
	for got, want := range map[string]string{
		Grouped(0):                      "0",
		Grouped(999):                    "999",
		Grouped(1234567):                "1,234,567",
		Grouped(-1234):                  "-1,234",
		GroupedFloat(12345.5):           "12,345.5",
		ms(1_234_567):                   "1.235",
		ms(12_345_678):                  "12.35",
		ms(1_234_567_890):               "1234.6",
		whole(nil):                      "-",
		oneDecimal(ref(1234.56)):        "1,234.6",
		micro(ref(154_100)):             "154.1",
		mebi(ref(1.5 * (1 << 20))):      "1.5",
		ShortDuration(90 * time.Second): "1m30s",
		ShortDuration(0):                "1s",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
