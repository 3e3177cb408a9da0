package units_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

func TestGrouped(t *testing.T) {
	for _, row := range []struct {
		n    int
		want string
	}{
		{0, "0"}, {7, "7"}, {-7, "-7"}, {999, "999"}, {1000, "1,000"}, {-1000, "-1,000"}, {123456, "123,456"},
		{-123456, "-123,456"}, {1234567, "1,234,567"}, {math.MinInt64, "-9,223,372,036,854,775,808"},
	} {
		if got := units.Grouped(row.n); got != row.want {
			t.Errorf("%d: got %s, want %s", row.n, got, row.want)
		}
	}
}

func TestFixed(t *testing.T) {
	for _, row := range []struct {
		v        float64
		decimals int
		want     string
	}{
		{1234.56, 1, "1,234.6"}, {1234.56, 0, "1,235"}, {1234.5678, -1, "1,234.5678"}, {1200, -1, "1,200"},
		{-0.04, 1, "0.0"}, {-1234.5, 1, "-1,234.5"}, {0, 2, "0.00"},
		{math.NaN(), 1, "-"}, {math.Inf(1), 1, "∞"}, {math.Inf(-1), 1, "-∞"},
	} {
		if got := units.Fixed(row.v, row.decimals); got != row.want {
			t.Errorf("%v to %d: got %s, want %s", row.v, row.decimals, got, row.want)
		}
	}
}

func TestMilliseconds(t *testing.T) {
	for _, row := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0.000"}, {time.Microsecond, "0.001"}, {6318 * time.Microsecond, "6.318"}, {9999600 * time.Nanosecond, "10.00"},
		{12345 * time.Microsecond, "12.35"}, {123456 * time.Microsecond, "123.5"}, {1234567 * time.Microsecond, "1,234.6"},
		{-6318 * time.Microsecond, "-6.318"},
	} {
		if got := units.Milliseconds(row.d); got != row.want {
			t.Errorf("%v: got %s, want %s", row.d, got, row.want)
		}
	}
}

func TestQuantity(t *testing.T) {
	for _, row := range []struct {
		name  string
		v     float64
		unit  string
		want  string
		rough string
	}{
		{"benchmark time", 0.006318, "sec/op", "6.318 ms", "6.32 ms"},
		{"metric time", 0.0104567, "p95-latency-sec", "10.46 ms", "10.5 ms"},
		{"as written", 6318000, "p95-latency-ns", "6.318 ms", "6.32 ms"},
		{"profile time", 1.23e9, "nanoseconds", "1.230 s", "1.23 s"},
		{"zeros", 0.00232, "sec", "2.320 ms", "2.32 ms"},
		{"per request", 12340, "nanoseconds/request", "12.34 µs/request", "12.3 µs/request"},
		{"long", 123456, "s", "123,456 s", "123,456 s"},
		{"rounds to the next unit", 0.00099996, "sec", "1 ms", "1 ms"},
		{"stays below it", 0.0009995, "sec", "999.5 µs", "1 ms"},
		{"no time", 0, "sec/op", "0 s", "0 s"},
		{"less than a nanosecond", 3.456e-10, "sec/op", "0.3456 ns", "0.346 ns"},
		{"negative", -0.006318, "sec/op", "-6.318 ms", "-6.32 ms"},
		{"bytes", 65536, "B/op", "64 KiB", "64 KiB"},
		{"some bytes", 5000, "B/op", "4.883 KiB", "4.88 KiB"},
		{"few bytes", 19, "bytes", "19 B", "19 B"},
		{"many bytes", 3 << 40, "peak-RSS-bytes", "3 TiB", "3 TiB"},
		{"allocations", 44, "allocs/op", "44", "44"},
		{"a mean of allocations", 43.98765, "allocs/op", "43.99", "44"},
		{"rate", 12345.678, "ops/s", "12,346 ops/s", "12,346 ops/s"},
		{"capacity", 12345.678, "capacity-ops/s", "12,346/s", "12,346/s"},
		{"throughput", 1.5, "MB/s", "1.431 MiB/s", "1.43 MiB/s"},
		{"count", 1234, "count", "1,234", "1,234"},
		{"objects", 12.5, "objects", "12.50 objects", "12.5 objects"},
		{"no unit", 0.25, "", "0.2500", "0.25"},
		{"errors", 0.0005, "errors/op", "0.0005000", "0.0005"},
		{"share", 12.345, "%", "12.35 %", "12.3 %"},
		{"tiny", 1.23456e-7, "", "1.235e-07", "1.23e-07"},
		{"nothing known", math.NaN(), "sec", "-", "-"},
		{"infinite", math.Inf(1), "sec", "∞ s", "∞ s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := units.Quantity(row.v, row.unit); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if got := units.Rough(row.v, row.unit); got != row.rough {
				t.Errorf("roughly: got %q, want %q", got, row.rough)
			}
		})
	}
}

func TestPercentAndSize(t *testing.T) {
	for _, row := range []struct {
		share         float64
		percent, size string
	}{
		{0, "0 %", "0 %"}, {0.05, "5 %", "5 %"}, {0.123456, "12.3 %", "12.3 %"}, {1, "100 %", "100 %"}, {12.5, "1,250 %", "1,250 %"},
		{0.000001, "<0.001 %", "0.0001 %"}, {math.NaN(), "-", "- %"},
	} {
		if got := units.Percent(row.share); got != row.percent {
			t.Errorf("%v: got %s, want %s", row.share, got, row.percent)
		}
		if got := units.Size(row.share); got != row.size && row.share == row.share {
			t.Errorf("size %v: got %s, want %s", row.share, got, row.size)
		}
	}
}

func TestChange(t *testing.T) {
	for _, row := range []struct {
		ratio float64
		want  string
	}{
		{1, "+0.0 %"}, {1.0421, "+4.2 %"}, {0.99999, "+0.0 %"}, {0.97, "-3.0 %"}, {1.999, "+99.9 %"}, {0.51, "-49.0 %"},
		{2, "×2.00"}, {0.5, "÷2.00"}, {15.41, "×15.4"}, {1 / 15.41, "÷15.4"}, {9.996, "×10.0"}, {99.96, "×100"},
		{1234.6, "×1,235"}, {1e7, "×1e+07"}, {0, "-100.0 %"}, {math.Inf(1), "×∞"}, {math.NaN(), "-"},
	} {
		if got := units.Change(row.ratio); got != row.want {
			t.Errorf("%v: got %s, want %s", row.ratio, got, row.want)
		}
	}
}

func TestInterval(t *testing.T) {
	infinity := math.Inf(1)
	for _, row := range []struct {
		name             string
		center, low, hig float64
		want             string
	}{
		{"percent", 1.134, 1.113, 1.158, "+13.4 % [+11.3 %, +15.8 %]"},
		{"across no change", 0.99, 0.97, 1.01, "-1.0 % [-3.0 %, +1.0 %]"},
		{"factors", 5.54, 5.44, 5.67, "×5.54 [×5.44, ×5.67]"},
		{"an end below a factor of two", 1 / 3.52, 1 / 4.77, 0.523, "÷3.52 [÷4.77, ÷1.91]"},
		{"factors across no change", 2.42, 0.95, 5.6, "×2.42 [÷1.05, ×5.60]"},
		{"an end of many percent", 1.85, 0.9, 3.4, "+85.0 % [-10.0 %, +240.0 %]"},
		{"an end of very many percent", 1.85, 0.9, 34, "+85.0 % [-10.0 %, +3,300 %]"},
		{"no upper end", 1.85, 0.9, infinity, "+85.0 % [-10.0 %, +∞ %]"},
		{"no upper end of a factor", 4, 3, infinity, "×4.00 [×3.00, ×∞]"},
		{"from nothing", infinity, 3, infinity, "×∞ [×3.00, ×∞]"},
		{"from nothing, surely", infinity, infinity, infinity, "×∞ [×∞, ×∞]"},
		{"to nothing", 0, 0, 0, "-100.0 % [-100.0 %, -100.0 %]"},
		{"perhaps to nothing", 0.3, 0, 0.9, "÷3.33 [÷∞, ÷1.11]"},
		{"none", 2.5, 0, infinity, "×2.50 [no interval]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := units.Effect(stat.Ratio{Center: row.center, Low: row.low, High: row.hig}); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestP(t *testing.T) {
	for _, row := range []struct {
		p             float64
		column, words string
	}{
		{1, "1.000", "p = 1.000"}, {0.0314, "0.031", "p = 0.031"}, {0.0004, "0.0004", "p = 0.0004"}, {0.0001, "0.0001", "p = 0.0001"},
		{0.00001, "<0.0001", "p < 0.0001"}, {0, "<0.0001", "p < 0.0001"}, {math.NaN(), "-", "-"},
	} {
		if got := units.P(row.p); got != row.column {
			t.Errorf("%v: got %s, want %s", row.p, got, row.column)
		}
		if got := units.PText(row.p); got != row.words {
			t.Errorf("%v: got %s, want %s", row.p, got, row.words)
		}
	}
}

func TestCounted(t *testing.T) {
	for _, row := range []struct {
		n    int
		want string
	}{{0, "0 runs"}, {1, "1 run"}, {2, "2 runs"}, {12000, "12,000 runs"}} {
		if got := units.Counted(row.n, "run", "runs"); got != row.want {
			t.Errorf("%d: got %s, want %s", row.n, got, row.want)
		}
	}
}

// TestWrittenIntervals draws intervals of all sizes.
func TestWrittenIntervals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		spread := math.Exp(3 * random.NormFloat64())
		center := spread * random.NormFloat64() / 4
		checkWritten(t, stat.Ratio{
			Center: math.Exp(center), Low: math.Exp(center - spread*random.ExpFloat64()/4), High: math.Exp(center + spread*random.ExpFloat64()/4),
		})
	}
}

// FuzzWrittenInterval: whatever the figures, an interval has one notation, and
// its written ends enclose the written center.
func FuzzWrittenInterval(f *testing.F) {
	f.Add(1.134, 1.113, 1.158)
	f.Add(0.284, 0.21, 0.523)
	f.Add(2.0, 1.9999, 2.0001)
	f.Add(0.0, 0.0, 1.0)
	f.Add(math.Inf(1), 3.0, math.Inf(1))
	f.Fuzz(func(t *testing.T, center, low, high float64) {
		if !(0 <= low && low <= center && center <= high) {
			return // no interval
		}
		checkWritten(t, stat.Ratio{Center: center, Low: low, High: high})
	})
}

func checkWritten(t *testing.T, r stat.Ratio) {
	t.Helper()
	text := units.Effect(r)
	if strings.HasSuffix(text, "[no interval]") {
		return
	}
	if strings.Contains(text, "%") && strings.ContainsAny(text, "×÷") {
		t.Fatalf("%v is written in two notations: %s", r, text)
	}
	parts := strings.FieldsFunc(strings.ReplaceAll(text, " %", "%"), func(c rune) bool { return c == ' ' || c == '[' || c == ']' })
	if len(parts) != 3 {
		t.Fatalf("%v: got %s", r, text)
	}
	center, low, high := readRatio(t, parts[0]), readRatio(t, strings.TrimSuffix(parts[1], ",")), readRatio(t, parts[2])
	if !(low <= center && center <= high) {
		t.Fatalf("%v: the ends of %s do not enclose its centre (%v, %v, %v)", r, text, low, center, high)
	}
}

// readRatio reads what Change and Interval write.
func readRatio(t *testing.T, text string) float64 {
	t.Helper()
	number := strings.NewReplacer(",", "", "%", "", "×", "", "÷", "", "∞", "Inf").Replace(text)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatalf("%q is no ratio: %v", text, err)
	}
	switch {
	case strings.HasSuffix(text, "%"):
		return 1 + v/100
	case strings.HasPrefix(text, "÷"):
		return 1 / v
	}
	return v
}

// TestRoughOfProfiles: units as profiles name them.
func TestRoughOfProfiles(t *testing.T) {
	for _, row := range []struct {
		value float64
		unit  string
		want  string
	}{
		{0, "nanoseconds", "0 s"}, {1.5, "ns", "1.5 ns"}, {999.6, "ns", "1 µs"}, {1230000000, "nanoseconds", "1.23 s"}, {12300, "ns/request", "12.3 µs/request"},
		{7200e9, "nanoseconds", "7,200 s"}, {250, "microseconds", "250 µs"}, {3, "seconds", "3 s"}, {-2500, "ns", "-2.5 µs"},
		{1023, "bytes", "1,023 B"}, {4718592, "bytes", "4.5 MiB"}, {5 << 40, "B", "5 TiB"},
		{1234567, "count", "1,234,567"}, {0.012345, "count", "0.0123"}, {12.345, "", "12.3"}, {7, "goroutines", "7 goroutines"},
		{33.333, "%", "33.3 %"}, {0.0000001, "%", "1e-07 %"}, {1e-9, "count/s", "1e-09/s"},
	} {
		if got := units.Rough(row.value, row.unit); got != row.want {
			t.Errorf("%g %s: got %q, want %q", row.value, row.unit, got, row.want)
		}
	}
}
