package runtimemetrics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// StartTime is the name under which Prometheus' process collector gives the
// start of the process, in seconds since 1970.
const StartTime = "process_start_time_seconds"

// maxValues bounds what is kept of one answer.
const maxValues = 4096

// Format is the format of an answer.
type Format string

// The formats that are understood.
const (
	Prometheus Format = "prometheus"
	Expvar     Format = "expvar"
)

// Answer is what a service said about its runtime at one moment.
type Answer struct {
	Format Format
	// Values are the numbers under the service's own names: of Prometheus' text
	// the samples go_* and process_* that have no labels, and the buckets of each
	// [Distribution] with theirs, as name{le="0.001"}; of expvar the numbers
	// in memstats as memstats.HeapAlloc and so on. None is NaN or infinite.
	Values  map[string]float64
	Program Program
}

// Program is what is known of the program that answered, in the service's own
// words. What it did not say is empty.
type Program struct {
	GoVersion       string // go1.26.1
	Module, Version string // of the main package
	Started         time.Time
}

// ErrNone is the error for an answer that has nothing about the Go runtime.
var ErrNone = errors.New("it has no Go runtime metrics")

// FormatError says that an answer is not of the format that it looks like. Err
// is the first thing that is wrong.
type FormatError struct {
	Format Format
	Err    error
}

// Error names the format and what is wrong.
func (e *FormatError) Error() string { return fmt.Sprintf("not %s metrics: %v", e.Format, e.Err) }

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// Parse reads Prometheus text or the JSON of expvar, whichever body is. What
// cannot be read is passed over. If nothing is left, the error is a
// [FormatError] where something could not be read, else [ErrNone].
func Parse(body []byte) (*Answer, error) {
	a := &Answer{Format: Prometheus, Values: map[string]float64{}}
	var damage error
	if text := bytes.TrimSpace(body); len(text) > 0 && text[0] == '{' {
		a.Format = Expvar
		damage = a.readExpvar(text)
	} else {
		damage = a.readPrometheus(body)
	}
	switch {
	case len(a.Values) > 0:
	case damage != nil:
		return nil, &FormatError{a.Format, damage}
	default:
		return nil, ErrNone
	}
	if start := a.Values[StartTime]; start > 0 && start < math.MaxInt32*100 {
		a.Program.Started = time.UnixMilli(int64(start * 1000)).UTC()
	}
	return a, nil
}

func (a *Answer) add(name string, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) && len(a.Values) < maxValues {
		a.Values[name] = value
	}
}

// readExpvar returns the first damage. A word in memstats is one: the runtime
// has numbers, booleans and tables there.
func (a *Answer) readExpvar(text []byte) (damage error) {
	var vars struct {
		Memstats map[string]any `json:"memstats"`
	}
	if err := json.Unmarshal(text, &vars); err != nil {
		return err
	}
	for name, value := range vars.Memstats {
		switch value := value.(type) {
		case float64:
			a.add("memstats."+name, value)
		case string:
			damage = fmt.Errorf("memstats has a word where a number belongs: %.40q", name)
		}
	}
	return damage
}

// readPrometheus returns the first damage.
func (a *Answer) readPrometheus(text []byte) (damage error) {
	for sample, err := range Samples(text) {
		switch {
		case err != nil && damage == nil:
			damage = err
		case err != nil:
		case len(sample.Labels) > 0 && sample.Name == "go_info":
			a.Program.GoVersion = sample.Label("version")
		case len(sample.Labels) > 0 && sample.Name == "go_build_info":
			a.Program.Module, a.Program.Version = sample.Label("path"), sample.Label("version")
		case isBucket(&sample):
			a.add(bucketName(&sample), sample.Value)
		case len(sample.Labels) == 0 && isRuntime(sample.Name):
			a.add(sample.Name, sample.Value)
		}
	}
	return damage
}

func isRuntime(name string) bool {
	return strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_")
}
