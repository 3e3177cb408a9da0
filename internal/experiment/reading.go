package experiment

import (
	"bytes"
	"errors"
	"fmt"
)

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

// byName is the reading as a run folder keeps it.
func (r Reading) byName() map[string]float64 {
	named := make(map[string]float64, len(r))
	for q, v := range r {
		named[string(q)] = v
	}
	return named
}

// since returns the growth of q from an earlier reading. ok is false when
// either lacks it, or when it shrank: then the service was restarted.
func (r Reading) since(before Reading, q Quantity) (growth float64, ok bool) {
	a, okA := before[q]
	b, okB := r[q]
	return b - a, okA && okB && b >= a
}

// The formats of metrics that are understood.
const (
	formatPrometheus = "prometheus"
	formatExpvar     = "expvar"
)

var errNoQuantities = errors.New("it has none of the Go runtime's figures")

// ParseReading reads Prometheus text or expvar JSON, whichever body is. It
// returns an error when none of the quantities is in it.
func ParseReading(body []byte) (reading Reading, format string, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		reading, err = parseExpvar(body)
		format = formatExpvar
	} else {
		reading, err = parsePrometheus(body)
		format = formatPrometheus
	}
	if err != nil {
		return nil, "", fmt.Errorf("not %s metrics: %w", format, err)
	}
	if len(reading) == 0 {
		return nil, "", errNoQuantities
	}
	return reading, format, nil
}
