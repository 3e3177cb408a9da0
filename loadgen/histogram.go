package loadgen

import (
	"math"
	"math/bits"
	"time"
)

// The bucket layout: below 2^(subBucketBits+1) every nanosecond has its own
// bucket; above, each power of two is cut into 2^subBucketBits equal ones.
const (
	subBucketBits = 7
	subBuckets    = 1 << subBucketBits
	bucketCount   = (63-subBucketBits-1)*subBuckets + 2*subBuckets
)

// MaxRelativeError bounds the width of a histogram bucket relative to its
// values. Quantiles are bucket midpoints, so they err by half of it at most.
const MaxRelativeError = 1.0 / subBuckets

// Histogram counts durations in log-linear buckets, as HdrHistogram does: any
// duration from 0 to 292 years, 57 KiB whatever the number of samples, and
// quantiles within 0.4 % of the exact ones. Count, sum, minimum and maximum
// are exact. Negative durations count as 0.
//
// The zero value is ready to use. A Histogram is not safe for concurrent use:
// keep one per goroutine and Merge them at the end.
type Histogram struct {
	counts   []int64 // nil until the first sample
	count    int64
	sum      float64 // nanoseconds; float, because 292 years of waiting add up fast
	min, max int64
}

// Record adds one sample. It allocates on the first call only.
func (h *Histogram) Record(d time.Duration) { h.RecordN(d, 1) }

// RecordN adds n equal samples; n below 1 adds nothing.
func (h *Histogram) RecordN(d time.Duration, n int64) {
	if n < 1 {
		return
	}
	if h.counts == nil {
		h.counts = make([]int64, bucketCount)
		h.min = math.MaxInt64
	}
	v := max(int64(d), 0)
	h.counts[bucketOf(v)] += n
	h.count += n
	h.sum += float64(v) * float64(n)
	h.min = min(h.min, v)
	h.max = max(h.max, v)
}

// Merge adds all samples of other, which stays as it is.
func (h *Histogram) Merge(other *Histogram) {
	if other == nil || other.count == 0 {
		return
	}
	if h.counts == nil {
		h.counts = make([]int64, bucketCount)
		h.min = math.MaxInt64
	}
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.count += other.count
	h.sum += other.sum
	h.min = min(h.min, other.min)
	h.max = max(h.max, other.max)
}

// Count returns the number of samples.
func (h *Histogram) Count() int64 { return h.count }

// Mean returns the exact mean, or 0 when empty.
func (h *Histogram) Mean() time.Duration {
	if h.count == 0 {
		return 0
	}
	return time.Duration(h.sum / float64(h.count))
}

// Sum returns the sum of all samples in seconds.
func (h *Histogram) Sum() float64 { return h.sum / 1e9 }

// Min returns the exact smallest sample, or 0 when empty.
func (h *Histogram) Min() time.Duration {
	if h.count == 0 {
		return 0
	}
	return time.Duration(h.min)
}

// Max returns the exact largest sample, or 0 when empty.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max) }

// Quantile returns the smallest recorded value that at least the share q of
// the samples do not exceed, to bucket precision: Quantile(0.99) is p99. q is
// cut to [0, 1]; an empty histogram answers 0.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.count == 0 || math.IsNaN(q) {
		return 0
	}
	rank := int64(math.Ceil(q * float64(h.count)))
	switch {
	case rank <= 1:
		return time.Duration(h.min)
	case rank >= h.count:
		return time.Duration(h.max)
	}
	var seen int64
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			return time.Duration(min(max(bucketMiddle(i), h.min), h.max))
		}
	}
	return time.Duration(h.max)
}

// bucketOf returns the bucket of v >= 0.
func bucketOf(v int64) int {
	exp := bits.Len64(uint64(v)) - subBucketBits - 1
	if exp <= 0 {
		return int(v)
	}
	return exp*subBuckets + int(v>>exp)
}

// bucketBounds returns the smallest value of bucket i and how many values it spans.
func bucketBounds(i int) (low, width int64) {
	exp := i/subBuckets - 1
	if exp <= 0 {
		return int64(i), 1
	}
	return int64(i-exp*subBuckets) << exp, 1 << exp
}

func bucketMiddle(i int) int64 {
	low, width := bucketBounds(i)
	return low + (width-1)/2
}
