package timeline

import (
	"math"
	"math/bits"
	"time"
)

// sliceCell is a slice while it is counted.
type sliceCell struct {
	due, answered, failed, timedOut, lost int64
	unfinished                            int64
	status4xx, status5xx                  int64
	max, late, still, stillFrom           time.Duration
	times                                 []uint32 // by timeBucket; nil until the first
	timed                                 int64
}

func (c *sliceCell) merge(o *sliceCell) {
	c.due += o.due
	c.answered += o.answered
	c.failed += o.failed
	c.timedOut += o.timedOut
	c.lost += o.lost
	c.unfinished += o.unfinished
	c.status4xx += o.status4xx
	c.status5xx += o.status5xx
	c.timed += o.timed
	c.max, c.late = max(c.max, o.max), max(c.late, o.late)
	if o.still > c.still {
		c.still, c.stillFrom = o.still, o.stillFrom
	}
	if c.times == nil {
		c.times = o.times
		return
	}
	for i, n := range o.times {
		c.times[i] += n
	}
}

// The buckets of a slice's times: 32 for each power of two of microseconds. A
// Histogram has finer ones, and is twenty times as large.
const (
	timeBits    = 5
	timeBuckets = 1 << timeBits
	timeOctaves = 30 // up to 12 days
	timeCells   = (timeOctaves + 1) * timeBuckets
)

func (c *sliceCell) time(d time.Duration) {
	if c.times == nil {
		c.times = make([]uint32, timeCells)
	}
	d = max(d, 0)
	c.max = max(c.max, d)
	c.times[timeBucket(d)]++
	c.timed++
}

func timeBucket(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	exp := bits.Len64(us) - timeBits - 1
	if exp <= 0 {
		return int(us)
	}
	return min(exp*timeBuckets+int(us>>exp), timeCells-1)
}

// timeMiddle is the middle of a bucket.
func timeMiddle(bucket int) time.Duration {
	exp := bucket/timeBuckets - 1
	if exp <= 0 {
		return time.Duration(bucket)*time.Microsecond + time.Microsecond/2
	}
	low := time.Duration(bucket-exp*timeBuckets) << exp
	return (low + (1<<exp)/2) * time.Microsecond
}

// quantile is 0 without times.
func (c *sliceCell) quantile(q float64) time.Duration {
	rank := int64(math.Ceil(q * float64(c.timed)))
	if rank >= c.timed {
		return c.max
	}
	var seen int64
	for bucket, n := range c.times {
		if seen += int64(n); seen >= max(rank, 1) {
			return min(timeMiddle(bucket), c.max)
		}
	}
	return c.max
}
