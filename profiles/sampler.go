package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
)

// Bounds of one reading of the metrics.
const (
	maxMetricsBytes = 16 << 20
	metricsTimeout  = 5 * time.Second
)

// sample is a line of metrics.jsonl.
type sample struct {
	Time   time.Time          `json:"t"`
	Target string             `json:"target"`
	Values map[string]float64 `json:"values"`
}

// sampler reads the runtime metrics of one target.
type sampler struct {
	target string
	url    *url.URL // nil: there are none
	format string
	err    error // why there are none although they were asked for

	mu      sync.Mutex
	samples []sample
	process Process // what the metrics say about it, of the last sample
}

// find looks where the metrics are and takes the first sample.
func (s *sampler) find(ctx context.Context, c *client, asked, name string) {
	s.target = name
	places, err := metricsPlaces(c.base, asked)
	if err != nil {
		s.err = err
		return
	}
	for _, place := range places {
		s.url = place
		if err = s.sample(ctx, c); err == nil {
			return
		}
	}
	if s.url = nil; asked != "" {
		s.err = err
	}
}

// metricsPlaces are the addresses to try.
func metricsPlaces(base *url.URL, asked string) ([]*url.URL, error) {
	switch asked {
	case NoMetrics:
		return nil, nil
	case "":
	default:
		u, err := url.Parse(asked)
		if err != nil {
			return nil, errors.New("the metrics URL cannot be read")
		}
		return []*url.URL{u}, nil
	}
	var places []*url.URL
	for _, place := range runtimemetrics.Places(base.String()) {
		u, err := url.Parse(place)
		if err != nil {
			return nil, err
		}
		places = append(places, u)
	}
	return places, nil
}

// sample takes one sample, if there are metrics.
func (s *sampler) sample(ctx context.Context, c *client) error {
	if s.url == nil {
		return nil
	}
	timed, cancel := context.WithTimeout(ctx, metricsTimeout)
	defer cancel()
	at := time.Now().UTC()
	var body []byte
	err := c.get(timed, s.url, 0, func(r io.Reader) (err error) {
		body, err = readText(r, maxMetricsBytes)
		return err
	})
	if err != nil {
		return err
	}
	answer, err := runtimemetrics.Parse(body)
	if err != nil {
		return errors.New("the answer has no metrics of the Go runtime")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.format, s.process = string(answer.Format), processOf(answer.Program)
	s.samples = append(s.samples, sample{at, s.target, answer.Values})
	return nil
}

// processOf is what the metrics say of the program, each in one line.
func processOf(p runtimemetrics.Program) Process {
	return Process{
		GoVersion: firstLine(p.GoVersion), Module: firstLine(p.Module), Version: firstLine(p.Version), Started: p.Started,
	}
}

// run samples until ctx ends. A sample that fails is left out: the target may be
// restarting.
func (s *sampler) run(ctx context.Context, c *client, every time.Duration) {
	if s.url == nil {
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = s.sample(ctx, c)
		}
	}
}

// restarted says whether the process began anew between two samples.
func (s *sampler) restarted() bool {
	var first float64
	for _, sample := range s.samples {
		start := sample.Values[runtimemetrics.StartTime]
		if first != 0 && start != 0 && start != first {
			return true
		}
		if start != 0 {
			first = start
		}
	}
	return false
}

// knowsStart says whether the metrics have the start of the process.
func (s *sampler) knowsStart() bool {
	return slices.ContainsFunc(s.samples, func(m sample) bool { return m.Values[runtimemetrics.StartTime] != 0 })
}

// writeSamples writes one line for each sample.
func writeSamples(w io.Writer, samples []sample) error {
	lines := json.NewEncoder(w)
	for _, sample := range samples {
		if err := lines.Encode(sample); err != nil {
			return err
		}
	}
	return nil
}
