package loadgen

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// histogramJSON is the JSON form. Buckets are [number, count] pairs in rising
// order; bucket numbers are those of 7 sub-bucket bits.
type histogramJSON struct {
	Unit          string     `json:"unit"`
	SubBucketBits int        `json:"sub_bucket_bits"`
	Count         int64      `json:"count"`
	Sum           float64    `json:"sum"`
	Min           int64      `json:"min"`
	Max           int64      `json:"max"`
	P50           int64      `json:"p50"`
	P95           int64      `json:"p95"`
	P99           int64      `json:"p99"`
	P999          int64      `json:"p999"`
	Buckets       [][2]int64 `json:"buckets"`
}

// MarshalJSON writes every bucket, so nothing is lost; all times are
// nanoseconds. The percentiles are for readers and ignored when read back.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	j := histogramJSON{
		Unit: "ns", SubBucketBits: subBucketBits,
		Count: h.count, Sum: h.sum, Min: int64(h.Min()), Max: h.max,
		P50: int64(h.Quantile(0.5)), P95: int64(h.Quantile(0.95)),
		P99: int64(h.Quantile(0.99)), P999: int64(h.Quantile(0.999)),
		Buckets: [][2]int64{},
	}
	for i, n := range h.counts {
		if n > 0 {
			j.Buckets = append(j.Buckets, [2]int64{int64(i), n})
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote and checks that it fits together.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	var j histogramJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if j.Unit != "ns" || j.SubBucketBits != subBucketBits {
		return fmt.Errorf("histogram with unit %q and %d sub-bucket bits: only ns and %d are known", j.Unit, j.SubBucketBits, subBucketBits)
	}
	var read Histogram
	for _, bucket := range j.Buckets {
		if err := read.addBucket(bucket[0], bucket[1]); err != nil {
			return err
		}
	}
	if err := read.setExact(j.Count, j.Sum, j.Min, j.Max); err != nil {
		return err
	}
	*h = read
	return nil
}

// addBucket adds n samples to bucket i.
func (h *Histogram) addBucket(i, n int64) error {
	if i < 0 || i >= bucketCount || n < 1 || h.count > math.MaxInt64-n {
		return fmt.Errorf("histogram bucket %d with count %d is not possible", i, n)
	}
	if h.counts == nil {
		h.counts = make([]int64, bucketCount)
	}
	h.counts[i] += n
	h.count += n
	return nil
}

// setExact sets what buckets do not know, after checking it against them.
func (h *Histogram) setExact(count int64, sum float64, low, high int64) error {
	if count != h.count {
		return fmt.Errorf("histogram says count %d but its buckets hold %d", count, h.count)
	}
	if count == 0 {
		*h = Histogram{}
		return nil
	}
	fits := low >= 0 && low <= high && h.counts[bucketOf(low)] > 0 && h.counts[bucketOf(max(high, 0))] > 0
	if !fits || sum < 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return fmt.Errorf("histogram's min %d, max %d or sum %g do not fit its buckets", low, high, sum)
	}
	h.sum, h.min, h.max = sum, low, high
	return nil
}

// WriteText writes the histogram as a percentile table in the layout of
// HdrHistogram's .hgrm files, which its plotters read: value in milliseconds,
// share and number of samples up to it, 1/(1-share). There is a row for every
// bucket in use, so ReadHistogramText gets the same histogram back.
func (h *Histogram) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%14s %18s %12s %16s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)")
	var seen int64
	for i, n := range h.counts {
		if n == 0 {
			continue
		}
		seen += n
		share := float64(seen) / float64(h.count)
		fmt.Fprintf(out, "%14s %18.12f %12d %16.2f\n", millis(bucketMiddle(i)), share, seen, 1/(1-share))
	}
	fmt.Fprintf(out, "#[Mean    = %14s, Total count    = %12d]\n", millis(int64(h.Mean())), h.count)
	fmt.Fprintf(out, "#[Max     = %14s, Min            = %12s]\n", millis(h.max), millis(int64(h.Min())))
	fmt.Fprintf(out, "#[Buckets = %14d, SubBuckets     = %12d]\n", bucketCount, subBuckets)
	fmt.Fprintf(out, "#[Sum ns  = %s]\n", strconv.FormatFloat(h.sum, 'g', -1, 64))
	return out.Flush()
}

// millis writes nanoseconds as milliseconds without losing any.
func millis(ns int64) string { return fmt.Sprintf("%d.%06d", ns/1e6, ns%1e6) }

func parseMillis(s string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	ms, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || len(frac) != 6 || ms > math.MaxInt64/1_000_000 {
		return 0, fmt.Errorf("%q is not a time in ms with 6 decimals", s)
	}
	ns, err := strconv.ParseUint(frac, 10, 63)
	if err != nil || ms*1e6+ns > math.MaxInt64 {
		return 0, fmt.Errorf("%q is not a time in ms with 6 decimals", s)
	}
	return int64(ms*1e6 + ns), nil
}

// ReadHistogramText reads what WriteText wrote. Errors name the line.
func ReadHistogramText(r io.Reader) (*Histogram, error) {
	t := textHistogram{}
	scan := bufio.NewScanner(r)
	number := 0
	for scan.Scan() {
		number++
		if err := t.line(scan.Text()); err != nil {
			return nil, fmt.Errorf("histogram text, line %d: %w", number, err)
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("histogram text, after line %d: %w", number, err)
	}
	if !t.ended {
		return nil, fmt.Errorf("histogram text ends at line %d without its #[Sum line", number)
	}
	if err := t.h.setExact(t.count, t.sum, t.min, t.max); err != nil {
		return nil, err
	}
	return &t.h, nil
}

type textHistogram struct {
	h        Histogram
	count    int64
	sum      float64
	min, max int64
	ended    bool
}

func (t *textHistogram) line(text string) error {
	fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t=,[]#", r) })
	var err error
	switch {
	case len(fields) == 0 || fields[0] == "Value" || fields[0] == "Buckets":
	case strings.HasPrefix(text, "#[Mean") && len(fields) == 5:
		t.count, err = strconv.ParseInt(fields[4], 10, 64)
	case strings.HasPrefix(text, "#[Max") && len(fields) == 4:
		if t.max, err = parseMillis(fields[1]); err == nil {
			t.min, err = parseMillis(fields[3])
		}
	case strings.HasPrefix(text, "#[Sum") && len(fields) == 3:
		t.ended = true
		t.sum, err = strconv.ParseFloat(fields[2], 64)
	case len(fields) == 4 && !strings.HasPrefix(text, "#"):
		err = t.row(fields)
	default:
		err = fmt.Errorf("cannot read %s", strconv.Quote(text[:min(len(text), 60)]))
	}
	return err
}

func (t *textHistogram) row(fields []string) error {
	ns, err := parseMillis(fields[0])
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return err
	}
	return t.h.addBucket(int64(bucketOf(ns)), seen-t.h.count)
}
