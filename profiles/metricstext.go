package profiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	startTimeName = "process_start_time_seconds"
	maxMetrics    = 4096 // in one reading
)

// metricsReading is what one answer tells of the Go runtime.
type metricsReading struct {
	format  string // prometheus or expvar
	values  map[string]float64
	process Process
}

// parseMetrics reads the text format of Prometheus or the JSON of expvar. Of the
// first it keeps samples called go_* and process_* without labels, of the second
// the numbers in memstats, called memstats.HeapAlloc and so on. Lines that it
// does not understand are passed over; that there is nothing to keep is an error.
func parseMetrics(body []byte) (metricsReading, error) {
	r := metricsReading{format: "prometheus", values: map[string]float64{}}
	if text := bytes.TrimSpace(body); len(text) > 0 && text[0] == '{' {
		r.format = "expvar"
		r.readExpvar(text)
	} else {
		r.readPrometheus(string(body))
	}
	if len(r.values) == 0 {
		return r, errors.New("the answer has no metrics of the Go runtime")
	}
	if start := r.values[startTimeName]; start > 0 && start < math.MaxInt32*100 {
		r.process.Started = time.UnixMilli(int64(start * 1000)).UTC()
	}
	return r, nil
}

func (r *metricsReading) add(name string, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) && len(r.values) < maxMetrics {
		r.values[name] = value
	}
}

func (r *metricsReading) readExpvar(text []byte) {
	var vars struct {
		Memstats map[string]any `json:"memstats"`
	}
	if json.Unmarshal(text, &vars) != nil {
		return
	}
	for name, value := range vars.Memstats {
		if number, ok := value.(float64); ok {
			r.add("memstats."+name, number)
		}
	}
}

func (r *metricsReading) readPrometheus(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "go_") && !strings.HasPrefix(line, "process_") {
			continue
		}
		end := strings.IndexAny(line, "{ \t")
		if end < 0 {
			continue
		}
		name, rest := line[:end], line[end:]
		if rest[0] == '{' {
			r.readInfo(name, rest[1:])
			continue
		}
		fields := strings.Fields(rest) // the value, and perhaps a time
		if value, err := strconv.ParseFloat(fields[0], 64); err == nil {
			r.add(name, value)
		}
	}
}

// readInfo takes what is known of the program from the labels of two samples.
func (r *metricsReading) readInfo(name, labels string) {
	switch name {
	case "go_info":
		r.process.GoVersion = label(labels, "version")
	case "go_build_info":
		r.process.Module, r.process.Version = label(labels, "path"), label(labels, "version")
	}
}

// label is the value of a label in text such as a="x",b="y"} 1, without its
// escapes undone: none of those looked for needs any.
func label(text, name string) string {
	for text != "" {
		key, rest, ok := strings.Cut(text, `="`)
		if !ok {
			return ""
		}
		value, rest, ok := strings.Cut(rest, `"`)
		if !ok {
			return ""
		}
		if strings.Trim(key, " ,") == name {
			return firstLine(value)
		}
		text = rest
	}
	return ""
}
