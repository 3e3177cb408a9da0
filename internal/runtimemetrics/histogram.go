package runtimemetrics

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Distribution is what a histogram of the runtime is about.
type Distribution string

// The distributions, in seconds.
const (
	SchedulerLatency Distribution = "scheduler_latency_seconds" // from ready to running
	GCPauses         Distribution = "gc_pauses_seconds"
)

// histograms are the names of each distribution's buckets, the first present
// counts.
func (d Distribution) histograms() []string {
	switch d {
	case SchedulerLatency:
		return []string{"go_sched_latencies_seconds_bucket"}
	case GCPauses:
		return []string{"go_sched_pauses_total_gc_seconds_bucket", "go_gc_pauses_seconds_bucket"}
	}
	return nil
}

// isBucket says whether a sample is a bucket of one of the distributions.
func isBucket(s *Sample) bool {
	return len(s.Labels) == 1 && s.Labels[0].Name == "le" && slices.ContainsFunc([]Distribution{SchedulerLatency, GCPauses},
		func(d Distribution) bool { return slices.Contains(d.histograms(), s.Name) })
}

// bucketName is how a bucket is called among the values of an answer.
func bucketName(s *Sample) string { return s.Name + "{le=" + strconv.Quote(s.Labels[0].Value) + "}" }

// bucket has how many values are at most bound.
type bucket struct{ bound, count float64 }

// Quantiles are upper bounds of quantiles of a distribution over a window, by its
// buckets at the first and the last moment: the bound of the bucket that the
// quantile is in, +Inf in the last. count is how many values were in the window; 0
// if the service does not tell the distribution, or it got less.
func Quantiles(moments []Moment, d Distribution, quantiles ...float64) (bounds []float64, count float64) {
	for _, name := range d.histograms() {
		var ends [][]bucket
		for i := range moments {
			if b := bucketsOf(&moments[i], name); len(b) > 0 {
				ends = append(ends, b)
			}
		}
		if len(ends) < 2 {
			continue
		}
		grown, ok := subtract(ends[len(ends)-1], ends[0])
		if !ok {
			return nil, 0
		}
		count = grown[len(grown)-1].count
		for _, q := range quantiles {
			i := slices.IndexFunc(grown, func(b bucket) bool { return b.count >= q*count && b.count > 0 })
			if i < 0 {
				i = len(grown) - 1
			}
			bounds = append(bounds, grown[i].bound)
		}
		return bounds, count
	}
	return nil, 0
}

// bucketsOf are those of a moment, by their bounds.
func bucketsOf(m *Moment, name string) (all []bucket) {
	for key, value := range m.Values {
		text, ok := strings.CutPrefix(key, name+`{le="`)
		if !ok {
			continue
		}
		bound, err := strconv.ParseFloat(strings.TrimSuffix(text, `"}`), 64)
		if err == nil && !math.IsNaN(bound) {
			all = append(all, bucket{bound, value})
		}
	}
	slices.SortFunc(all, func(a, b bucket) int {
		switch {
		case a.bound < b.bound:
			return -1
		case a.bound > b.bound:
			return 1
		}
		return 0
	})
	return all
}

// subtract is the growth of each bucket. ok is false if one got less, or if the
// bounds are others.
func subtract(end, start []bucket) (grown []bucket, ok bool) {
	if len(end) != len(start) {
		return nil, false
	}
	for i := range end {
		if end[i].bound != start[i].bound || end[i].count < start[i].count {
			return nil, false
		}
		grown = append(grown, bucket{end[i].bound, end[i].count - start[i].count})
	}
	return grown, true
}
