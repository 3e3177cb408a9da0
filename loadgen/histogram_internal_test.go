package loadgen

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// TestHistogramBucketsTile holds the layout to its definition: the buckets follow
// one another without a gap from 0 to the largest duration, each is found by its
// first and its last value, and none is wider than its values allow.
func TestHistogramBucketsTile(t *testing.T) {
	next := uint64(0)
	for i := range bucketCount {
		low, width := bucketBounds(i)
		if uint64(low) != next {
			t.Fatalf("bucket %d begins at %d, the one before ends at %d", i, low, next)
		}
		next += uint64(width)
		last := int64(next - 1)
		if bucketOf(low) != i || bucketOf(last) != i {
			t.Errorf("bucket %d is from %d to %d; these are found in %d and %d", i, low, last, bucketOf(low), bucketOf(last))
		}
		if width > 1 && float64(width) > MaxRelativeError*float64(low) {
			t.Errorf("bucket %d is %d wide at %d: more than 1/128", i, width, low)
		}
		if width == 1 != (low < 256) {
			t.Errorf("bucket %d is %d wide at %d: below 256 every value has its own", i, width, low)
		}
		if middle := bucketMiddle(i); middle != low+(width-1)/2 || middle < low || middle > last {
			t.Errorf("the middle of bucket %d, %d to %d, is %d", i, low, last, middle)
		}
	}
	if MaxRelativeError != 1.0/128 {
		t.Errorf("the promised width is %v of the value, want 1/128", MaxRelativeError)
	}
	if next != 1<<63 {
		t.Errorf("the last bucket ends at %d, want 2^63", next)
	}
}

// TestQuantileIsTheInverseOfTheDistribution: R 4.2.2, quantile(x, q, type=1).
func TestQuantileIsTheInverseOfTheDistribution(t *testing.T) {
	// quantile(c(3,1,4,1,5,9,2,6,5,3), c(0,.1,.11,.2,.3,.5,.51,.75,.9,.91,1), type=1)
	var h Histogram
	for _, v := range []time.Duration{3, 1, 4, 1, 5, 9, 2, 6, 5, 3} {
		h.Record(v)
	}
	for _, row := range []struct {
		q    float64
		want time.Duration
	}{{0, 1}, {.1, 1}, {.11, 1}, {.2, 1}, {.21, 2}, {.3, 2}, {.31, 3}, {.5, 3}, {.51, 4}, {.75, 5}, {.9, 6}, {.91, 9}, {1, 9}} {
		if got := h.Quantile(row.q); got != row.want {
			t.Errorf("Quantile(%v) = %d, R has %d", row.q, got, row.want)
		}
	}
	// A quantile is never outside of what was recorded, though its bucket's
	// middle is: 1,000 and 1,003 are in one bucket, of 1,000 to 1,003.
	var narrow Histogram
	narrow.RecordN(1003, 5)
	if got := narrow.Quantile(.5); got != 1003 {
		t.Errorf("the median of five times 1,003 is %d", got)
	}
	narrow = Histogram{}
	narrow.RecordN(1000, 5)
	if got := narrow.Quantile(.5); got != 1000 {
		t.Errorf("the median of five times 1,000 is %d", got)
	}
}

// TestHistogramLimits are the last values that are possible, and the first that
// are not.
func TestHistogramLimits(t *testing.T) {
	decode := func(count int64, sum string, low, high int64, buckets ...[2]int64) error {
		b, err := json.Marshal(buckets)
		if err != nil {
			t.Fatal(err)
		}
		return new(Histogram).UnmarshalJSON(fmt.Appendf(nil, `{"unit":"ns","sub_bucket_bits":7,"count":%d,"sum":%s,"min":%d,"max":%d,"buckets":%s}`, count, sum, low, high, b))
	}
	const top = math.MaxInt64
	for _, row := range []struct {
		name string
		err  error
		ok   bool
	}{
		{"the last bucket", decode(1, "1", top, top, [2]int64{bucketCount - 1, 1}), true},
		{"one more", decode(1, "1", top, top, [2]int64{bucketCount, 1}), false},
		{"bucket 0", decode(1, "0", 0, 0, [2]int64{0, 1}), true},
		{"no samples in it", decode(0, "0", 0, 0, [2]int64{0, 0}), false},
		{"the largest count", decode(top, "9", 1, 2, [2]int64{1, top - 1}, [2]int64{2, 1}), true},
		{"one more sample", decode(top, "9", 1, 2, [2]int64{1, top - 1}, [2]int64{2, 2}), false},
		{"a negative minimum", decode(1, "0", -1, 0, [2]int64{0, 1}), false},
		{"minimum and maximum equal", decode(2, "10", 5, 5, [2]int64{5, 2}), true},
		{"minimum above maximum", decode(2, "11", 6, 5, [2]int64{5, 1}, [2]int64{6, 1}), false},
		{"nothing at the minimum", decode(2, "10", 4, 5, [2]int64{5, 2}), false},
		{"nothing at the maximum", decode(2, "10", 5, 6, [2]int64{5, 2}), false},
		{"a sum of zero", decode(1, "0", 0, 0, [2]int64{0, 1}), true},
		{"a sum below zero", decode(1, "-1e-9", 0, 0, [2]int64{0, 1}), false},
		{"empty", decode(0, "0", 0, 0), true},
		{"another count", decode(2, "5", 5, 5, [2]int64{5, 1}), false},
	} {
		if row.ok != (row.err == nil) {
			t.Errorf("%s: error %v", row.name, row.err)
		}
	}
}

// TestHistogramTextTimes: the last time that fits is 2^63-1 ns.
func TestHistogramTextTimes(t *testing.T) {
	for _, row := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"0.000000", 0, true}, {"0.000001", 1, true}, {"1.000000", 1_000_000, true}, {"12.345678", 12_345_678, true},
		{"9223372036854.775807", math.MaxInt64, true}, {"9223372036854.775808", 0, false},
		{"9223372036854.000000", 9223372036854_000000, true}, {"9223372036855.000000", 0, false},
		{"1.00000", 0, false}, {"1.0000000", 0, false}, {"1", 0, false}, {"x.000000", 0, false}, {"1.00000x", 0, false}, {"-1.000000", 0, false},
	} {
		got, err := parseMillis(row.text)
		if ok := err == nil; ok != row.ok || got != row.want {
			t.Errorf("parseMillis(%q) = %d, %v; want %d", row.text, got, err, row.want)
		}
		if row.ok && millis(row.want) != row.text {
			t.Errorf("millis(%d) = %q, want %q", row.want, millis(row.want), row.text)
		}
	}
}

// TestHistogramTextIsHdrHistograms: the rows of a .hgrm file, by hand.
func TestHistogramTextIsHdrHistograms(t *testing.T) {
	var h Histogram
	h.RecordN(2*time.Nanosecond, 3)
	h.Record(5 * time.Nanosecond)
	var text strings.Builder
	if err := h.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	want := `         Value         Percentile   TotalCount 1/(1-Percentile)

      0.000002     0.750000000000            3             4.00
      0.000005     1.000000000000            4             +Inf
#[Mean    =       0.000002, Total count    =            4]
#[Max     =       0.000005, Min            =     0.000002]
#[Buckets =           7296, SubBuckets     =          128]
#[Sum ns  = 11]
`
	if text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
}

// TestScheduleSeconds: what does not fit into a duration is never.
func TestScheduleSeconds(t *testing.T) {
	for _, row := range []struct {
		s    float64
		want time.Duration
	}{
		{0, 0}, {1, time.Second}, {1.5e-9, 2}, {9.2e9, 9_200_000_000_000_000_000}, {9.3e9, math.MaxInt64}, {math.Inf(1), math.MaxInt64},
		{float64(1<<63) / 1e9, math.MaxInt64},
	} {
		if got := seconds(row.s); got != row.want {
			t.Errorf("seconds(%v) = %d, want %d", row.s, got, row.want)
		}
	}
	if s, err := NewSchedule(Constant, math.SmallestNonzeroFloat64, 0); err != nil || s.Next() != 0 || s.Next() != math.MaxInt64 {
		t.Errorf("the smallest rate: %v", err)
	}
}
