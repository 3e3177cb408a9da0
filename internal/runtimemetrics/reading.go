package runtimemetrics

// Quantity is a figure that a Go service may tell about itself.
type Quantity string

// The quantities read, with their units. The first five only grow; only their
// differences mean anything.
const (
	AllocBytes Quantity = "alloc_bytes_total"
	Mallocs    Quantity = "mallocs_total"
	GCCycles   Quantity = "gc_cycles_total"
	GCPause    Quantity = "gc_pause_seconds_total"
	CPUSeconds Quantity = "cpu_seconds_total" // in steps of 10 ms on Linux
	RSS        Quantity = "rss_bytes"
)

// Reading is what a service told at one moment. What it did not tell is absent.
type Reading map[Quantity]float64

// Since returns the growth of q from an earlier reading. ok is false when
// either lacks it, or when it shrank: then the service was restarted.
func (r Reading) Since(before Reading, q Quantity) (growth float64, ok bool) {
	a, okA := before[q]
	b, okB := r[q]
	return b - a, okA && okB && b >= a
}

// Reading gives the quantities that are in the answer, which may be none.
func (a *Answer) Reading() Reading {
	reading := Reading{}
	for _, p := range places() {
		if _, taken := reading[p.quantity]; taken {
			continue
		}
		if value, ok := a.Values[p.name]; ok && value >= 0 {
			reading[p.quantity] = value * p.unit
		}
	}
	return reading
}

// ParseReading is [Parse] for the quantities alone. It returns [ErrNone] when
// none of them is in the body.
func ParseReading(body []byte) (Reading, Format, error) {
	answer, err := Parse(body)
	if err != nil {
		return nil, "", err
	}
	reading := answer.Reading()
	if len(reading) == 0 {
		return nil, "", ErrNone
	}
	return reading, answer.Format, nil
}

// place is where a quantity is found, and its unit there.
type place struct {
	quantity Quantity
	name     string
	unit     float64
}

// places are the names that client_golang's Go and process collectors and the
// runtime's memory statistics use; of a quantity the first one present counts.
func places() []place {
	return []place{
		{AllocBytes, "go_memstats_alloc_bytes_total", 1},
		{AllocBytes, "go_gc_heap_allocs_bytes_total", 1},
		{AllocBytes, "memstats.TotalAlloc", 1},
		{Mallocs, "go_memstats_mallocs_total", 1},
		{Mallocs, "go_gc_heap_allocs_objects_total", 1},
		{Mallocs, "memstats.Mallocs", 1},
		{GCCycles, "go_gc_duration_seconds_count", 1},
		{GCCycles, "go_gc_cycles_total_gc_cycles_total", 1},
		{GCCycles, "memstats.NumGC", 1},
		{GCPause, "go_gc_duration_seconds_sum", 1},
		{GCPause, "memstats.PauseTotalNs", 1e-9},
		{CPUSeconds, "process_cpu_seconds_total", 1},
		{RSS, "process_resident_memory_bytes", 1},
	}
}
