package experiment

import (
	"bytes"
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// prometheusNames are where client_golang's Go and process collectors put the
// quantities; the first one present counts.
func prometheusNames() map[Quantity][]string {
	return map[Quantity][]string{
		AllocBytes: {"go_memstats_alloc_bytes_total", "go_gc_heap_allocs_bytes_total"},
		Mallocs:    {"go_memstats_mallocs_total", "go_gc_heap_allocs_objects_total"},
		GCCycles:   {"go_gc_duration_seconds", "go_gc_cycles_total_gc_cycles_total"},
		GCPause:    {"go_gc_duration_seconds"},
		CPUSeconds: {"process_cpu_seconds_total"},
		RSS:        {"process_resident_memory_bytes"},
	}
}

// parsePrometheus reads the text format. Samples with labels are not ours: the
// collectors' own have none.
func parsePrometheus(body []byte) (Reading, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	reading := Reading{}
	for quantity, names := range prometheusNames() {
		for _, name := range names {
			value, ok := sampleOf(families[name], quantity)
			if ok {
				reading[quantity] = value
				break
			}
		}
	}
	return reading, nil
}

// sampleOf is the family's one sample without labels. A summary such as
// go_gc_duration_seconds holds two quantities: how often and how long.
func sampleOf(family *dto.MetricFamily, quantity Quantity) (value float64, ok bool) {
	i := slices.IndexFunc(family.GetMetric(), func(m *dto.Metric) bool { return len(m.GetLabel()) == 0 })
	if i < 0 {
		return 0, false
	}
	m := family.GetMetric()[i]
	switch {
	case m.Summary != nil && quantity == GCCycles:
		value = float64(m.Summary.GetSampleCount())
	case m.Summary != nil:
		value = m.Summary.GetSampleSum()
	case m.Counter != nil:
		value = m.Counter.GetValue()
	case m.Gauge != nil:
		value = m.Gauge.GetValue()
	case m.Untyped != nil:
		value = m.Untyped.GetValue()
	}
	return value, usable(value)
}

// usable keeps out what would poison every figure computed from it.
func usable(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
